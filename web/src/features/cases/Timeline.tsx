import { useState } from "react";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { Case, Text, TimelineEntry } from "@/lib/api/types.ts";
import { labelled, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { PROBLEMS } from "@/lib/i18n/index.ts";
import { reasonText } from "@/components/faceReason.ts";
import type { Tone } from "@/components/Notice.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";

const SHOWN = 6;

type Change = { field: string; title: Text; from: string; to: string };

/** An entry's value as it was and as it is; of a file only that there is one. */
function Value({ v, former }: { v: string; former?: boolean }) {
  const { t } = useTranslation();
  if (v.startsWith("file_")) return <a href={`/api/v1/files/${v}/content?inline=1`} target="_blank" rel="noreferrer">{t(former ? "cases.fileBefore" : "cases.fileNow")}</a>;
  return former ? <del>{v || t("common.none")}</del> : <ins>{v || t("common.none")}</ins>;
}

/** What was put right, entry by entry. */
function Changes({ list }: { list: Change[] }) {
  const tx = useText();
  return <ul className="small changes">{list.map((c) => <li key={c.field}>{labelled(tx(c.title), " ")}<Value v={c.from} former /> → <Value v={c.to} /></li>)}</ul>;
}

/** Outcomes that are not simply "done"; a failed try must not look like a success. */
const outcomes: Record<string, { tone: Tone; text: "cases.outcomeNoMatch" | "cases.outcomeRefused" | "cases.outcomeMatch" | "cases.outcomeDoubtful" | "cases.outcomeQualified" | "cases.outcomeUnqualified" }> = {
  "no-match": { tone: "bad", text: "cases.outcomeNoMatch" }, refused: { tone: "bad", text: "cases.outcomeRefused" }, match: { tone: "ok", text: "cases.outcomeMatch" }, review: { tone: "warn", text: "cases.outcomeDoubtful" },
  qualified: { tone: "ok", text: "cases.outcomeQualified" }, unqualified: { tone: "warn", text: "cases.outcomeUnqualified" },
};

const labels = { score: "cases.factScore", threshold: "cases.factThreshold", model: "cases.factModel", live: "cases.factLive" } as const;

/** One entry; on paper those stand too that the screen shows only when asked. */
function Entry({ e, onPaper }: { e: TimelineEntry; onPaper: boolean }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const { reason, changes, code, basis, ...detail } = (e.detail ?? {}) as Record<string, unknown>;
  const outcome = outcomes[e.outcome];
  const why = typeof reason === "string" ? reasonText(reason, t) || reason : "";
  const refusal = typeof code === "string" ? String(t(code as never, { ns: PROBLEMS, defaultValue: code } as never)) : "";
  const facts = Object.entries(detail).filter(([, v]) => typeof v === "string" || typeof v === "number" || typeof v === "boolean");
  return (
    <li className={onPaper ? "entry print-only" : "entry"}>
      <div><strong>{tx(e.title)}</strong>{outcome ? <> <Tag tone={outcome.tone}>{t(outcome.text)}</Tag></> : null}</div>
      <div className="soft small"><time className="num" dateTime={e.at}>{dateTime(e.at, lang)}</time> · {e.actor?.name || t("cases.system")}{[tx(e.actor?.title), e.actor?.org].filter(Boolean).map((x) => ` · ${x}`)}</div>
      {why || refusal ? <div className="small">{labelled(t("common.reason"), why || refusal)}</div> : null}
      {basis === "pictures" || basis === "video" || basis === "counter" ? <div className="small">{labelled(t("cases.basis"), t(`cases.basis_${basis}`))}</div> : null}
      {Array.isArray(changes) ? <Changes list={changes as Change[]} /> : null}
      {facts.length || e.hash ? (
        <details className="small">
          <summary>{t("common.details")}</summary>
          <dl className="facts">
            {facts.map(([k, v]) => <div key={k} style={{ display: "contents" }}>{k in labels ? <dt>{t(labels[k as keyof typeof labels])}</dt> : <dt className="mono">{k}</dt>}<dd className={k === "model" ? "mono digest" : undefined}>{typeof v === "number" && !Number.isInteger(v) ? v.toFixed(3) : String(v)}</dd></div>)}
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
