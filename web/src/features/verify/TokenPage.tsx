import { useParams } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { VerifyToken } from "@/lib/api/types.ts";
import { listed, useLang } from "@/lib/text.ts";
import { date } from "@/lib/time.ts";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { OutOfForce, Verdict } from "./Report.tsx";
import "./verify.css";

/** What the code on a contract shows to whoever scans it: number, state, masked parties. */
export default function TokenPage() {
  const { t } = useTranslation();
  const lang = useLang();
  const { token = "" } = useParams();
  const query = useQuery({ queryKey: ["verify", token], queryFn: ({ signal }) => get<VerifyToken>(`/verify/${encodeURIComponent(token)}`, signal) });
  return (
    <Page title={t("verify.tokenTitle")} narrow>
      <Loaded query={query}>
        {(v) => (
          <>
            <Verdict word={v.state}>
              <p className="num">{v.number}</p>
              <OutOfForce since={v.since} reason={v.reason} />
            </Verdict>
            <div className="card">
              <dl className="facts">
                <dt>{t("verify.parties")}</dt><dd>{listed(v.parties)}</dd>
                {v.effectiveAt ? <><dt>{t("verify.effectiveAt")}</dt><dd className="num">{date(v.effectiveAt, lang)}</dd></> : null}
              </dl>
            </div>
            <p>{t("verify.tokenHelp")}</p>
            <div><LinkButton to="/verify" type="primary">{t("verify.upload")}</LinkButton></div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
