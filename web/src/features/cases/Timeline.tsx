import { useState } from "react";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { Case, TimelineEntry } from "@/lib/api/types.ts";
import { useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Loaded } from "@/components/Problem.tsx";

const SHOWN = 6;

/** One entry; on paper those stand too that the screen shows only when asked. */
function Entry({ e, onPaper }: { e: TimelineEntry; onPaper: boolean }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const facts = Object.entries(e.detail ?? {}).filter(([, v]) => typeof v === "string" || typeof v === "number" || typeof v === "boolean");
  return (
    <li className={onPaper ? "entry print-only" : "entry"}>
      <div><strong>{tx(e.title)}</strong></div>
      <div className="soft small"><time className="num" dateTime={e.at}>{dateTime(e.at, lang)}</time> · {e.actor?.name || t("cases.system")}{[tx(e.actor?.title), e.actor?.org].filter(Boolean).map((x) => ` · ${x}`)}</div>
      {facts.length || e.hash ? (
        <details className="small">
          <summary>{t("common.details")}</summary>
          <dl className="facts">
            {facts.map(([k, v]) => <div key={k} style={{ display: "contents" }}><dt className="mono">{k}</dt><dd>{String(v)}</dd></div>)}
            <dt>{t("cases.entrySeq", { seq: e.seq })}</dt><dd className="mono digest">{e.hash}</dd>
          </dl>
        </details>
      ) : null}
    </li>
  );
}

/** What happened, latest first. */
export function Timeline({ c }: { c: Case }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const query = useQuery({ queryKey: ["timeline", c.id, c.version], queryFn: async ({ signal }) => items(await get<TimelineEntry[] | { items: TimelineEntry[] }>(`/cases/${c.id}/timeline`, signal)), placeholderData: (old) => old });
  return (
    <section className="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{t("cases.timeline")}</h2>
      <Loaded query={query}>
        {(list) => {
          const latest = [...list].sort((a, b) => b.seq - a.seq);
          return (
            <>
              <ol className="entries">{latest.map((e, i) => <Entry key={e.seq} e={e} onPaper={!all && i >= SHOWN} />)}</ol>
              {latest.length > SHOWN ? <Button className="no-print" type="link" onClick={() => setAll(!all)}>{all ? t("cases.fewer") : t("cases.viewAll", { count: latest.length })}</Button> : null}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
