import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, query } from "@/lib/api/client.ts";
import type { CaseRow, Page as ListPage } from "@/lib/api/types.ts";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { CaseList } from "./CaseList.tsx";

const kinds = ["open", "waiting", "done"] as const;
type Kind = (typeof kinds)[number];
const emptyText = { open: "home.emptyOpen", waiting: "home.emptyWaiting", done: "home.emptyDone" } as const;

function useCases(open: boolean) {
  return useQuery({ queryKey: ["cases", "mine", open], queryFn: ({ signal }) => get<ListPage<CaseRow>>(`/cases${query({ open, limit: 100 })}`, signal) });
}

/** Roles that a customer's side holds in a case. */
const ours = new Set(["applicant", "legal-rep"]);
const waitsForUs = (c: CaseRow) => c.waitsFor.some((w) => ours.has(w.id));

/** What waits for me, what waits for others, what is done. */
export function MyCases({ name }: { name: string }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>("open");
  const running = useCases(true);
  const ended = useCases(false);
  const rows = (k: Kind) => (k === "done" ? ended.data?.items : running.data?.items.filter((c) => waitsForUs(c) === (k === "open")));
  const list = kind === "done" ? ended : running;
  const count = (k: Kind) => rows(k)?.length;
  return (
    <Page title={t("home.hello", { name })} actions={<LinkButton to="/start" type="primary" size="large">{t("home.start")}</LinkButton>} lead={t("home.startLead")}>
      <div className="home-tabs" role="tablist" aria-label={t("nav.cases")}>
        {kinds.map((k) => (
          <button key={k} type="button" role="tab" id={`tab-${k}`} aria-selected={kind === k} aria-controls="my-cases" onClick={() => setKind(k)}>
            {t(`home.${k}`)} {count(k) ? <span className={k === "open" ? "badge" : "num soft"}>{count(k)}</span> : null}
          </button>
        ))}
      </div>
      <div id="my-cases" role="tabpanel" aria-labelledby={`tab-${kind}`}>
        <Loaded query={list}>
          {() => (rows(kind)?.length ? <CaseList rows={rows(kind)!} mine={kind === "open"} /> : <div className="card"><Empty title={t(emptyText[kind])}>{t("home.emptyHelp")}</Empty></div>)}
        </Loaded>
      </div>
    </Page>
  );
}
