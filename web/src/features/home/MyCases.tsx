import { useState } from "react";
import { useTranslation } from "react-i18next";
import { counted } from "@/lib/text.ts";
import { LinkButton } from "@/components/LinkButton.tsx";
import { More } from "@/components/More.tsx";
import { Page } from "@/components/Page.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { CaseList } from "./CaseList.tsx";
import { useCaseList } from "./useCaseList.ts";

const kinds = ["open", "waiting", "done"] as const;
type Kind = (typeof kinds)[number];
const emptyText = { open: "home.emptyOpen", waiting: "home.emptyWaiting", done: "home.emptyDone" } as const;

/** What waits for me, what waits for others, what is done. */
export function MyCases({ name }: { name: string }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>("open");
  const lists = { open: useCaseList("mine", { mine: "open" }), waiting: useCaseList("mine", { mine: "waiting" }), done: useCaseList("mine", { mine: "done" }) };
  const list = lists[kind];
  return (
    <Page title={t("home.hello", { name })} actions={<LinkButton to="/start" type="primary" size="large">{t("home.start")}</LinkButton>} lead={t("home.startLead")}>
      <div className="home-tabs" role="tablist" aria-label={t("nav.cases")}>
        {kinds.map((k) => (
          <button key={k} type="button" role="tab" id={`tab-${k}`} aria-selected={kind === k} aria-controls="my-cases" onClick={() => setKind(k)}>
            {t(`home.${k}`)} {lists[k].total ? <span className={k === "open" ? "badge" : "num soft"}>{counted(lists[k].total)}</span> : null}
          </button>
        ))}
      </div>
      <div id="my-cases" role="tabpanel" aria-labelledby={`tab-${kind}`}>
        <Loaded query={list}>
          {() => (list.rows.length ? <><CaseList rows={list.rows} mine={kind === "open"} /><More {...list.more} /></> : <div className="card"><Empty title={t(emptyText[kind])}>{t("home.emptyHelp")}</Empty></div>)}
        </Loaded>
      </div>
    </Page>
  );
}
