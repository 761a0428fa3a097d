import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, query } from "@/lib/api/client.ts";
import type { CaseRow, Page as ListPage } from "@/lib/api/types.ts";
import { Page } from "@/components/Page.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { CaseList } from "./CaseList.tsx";

const kinds = ["open", "waiting", "done"] as const;
type Kind = (typeof kinds)[number];
const emptyText = { open: "home.emptyOpen", waiting: "home.emptyWaiting", done: "home.emptyDone" } as const;

function useMine(mine: Kind) {
  return useQuery({ queryKey: ["cases", "mine", mine], queryFn: ({ signal }) => get<ListPage<CaseRow>>(`/cases${query({ mine, limit: 50 })}`, signal) });
}

/** What waits for me, what waits for others, what is done. */
export function MyCases({ name }: { name: string }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>("open");
  const lists = { open: useMine("open"), waiting: useMine("waiting"), done: useMine("done") };
  const list = lists[kind];
  const count = (k: Kind) => lists[k].data?.total ?? lists[k].data?.items.length;
  return (
    <Page title={t("home.hello", { name })} actions={<Link to="/start"><Button type="primary" size="large">{t("home.start")}</Button></Link>} lead={t("home.startLead")}>
      <div className="home-tabs" role="tablist" aria-label={t("nav.cases")}>
        {kinds.map((k) => (
          <button key={k} type="button" role="tab" id={`tab-${k}`} aria-selected={kind === k} aria-controls="my-cases" onClick={() => setKind(k)}>
            {t(`home.${k}`)} {count(k) ? <span className={k === "open" ? "badge" : "num soft"}>{count(k)}</span> : null}
          </button>
        ))}
      </div>
      <div id="my-cases" role="tabpanel" aria-labelledby={`tab-${kind}`}>
        <Loaded query={list}>
          {(page) => (page.items.length ? <CaseList rows={page.items} mine={kind === "open"} /> : <div className="card"><Empty title={t(emptyText[kind])}>{t("home.emptyHelp")}</Empty></div>)}
        </Loaded>
      </div>
    </Page>
  );
}
