import { useState } from "react";
import { Link } from "react-router";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, query } from "@/lib/api/client.ts";
import type { Page, SealEvent } from "@/lib/api/types.ts";
import { labelled, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Empty } from "@/components/Empty.tsx";
import { More } from "@/components/More.tsx";
import { Loaded } from "@/components/Problem.tsx";

const SIZE = 20;

/** What happened to the seal, the newest first, of some days or all of it; as a table, too. */
export function SealLog({ id }: { id: string }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const [days, setDays] = useState({ from: "", to: "" });
  const at = `/seals/${encodeURIComponent(id)}/log`;
  const log = useInfiniteQuery({
    queryKey: ["seals", id, "log", days],
    queryFn: ({ pageParam, signal }) => get<Page<SealEvent>>(`${at}${query({ ...days, limit: SIZE, cursor: pageParam })}`, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
  });
  const rows = log.data?.pages.flatMap((p) => p.items) ?? [];
  const day = (k: keyof typeof days, label: string) => <label className="row small soft">{label}<input type="date" className="input" value={days[k]} onChange={(e) => setDays({ ...days, [k]: e.target.value })} /></label>;
  return (
    <section className="card" aria-label={t("seals.log")}>
      <div className="card-head"><h2>{t("seals.log")}</h2><a className="button-like" href={`/api/v1${at}.csv${query(days)}`} download>{t("seals.logCsv")}</a></div>
      <div className="row" style={{ marginBottom: 8 }}>{day("from", t("table.from"))}{day("to", t("table.to"))}</div>
      <Loaded query={log}>
        {() => rows.length ? (
          <>
            <DataTable caption={t("seals.log")} rows={rows} rowKey={(e) => String(e.seq)} columns={[
              { key: "at", title: t("common.date"), cell: (e) => <span className="num">{dateTime(e.at, lang)}</span> },
              { key: "what", title: t("common.details"), wide: true, cell: (e) => labelled(tx(e.title), e.reason ?? "") },
              { key: "who", title: t("common.by"), cell: (e) => e.actor?.name ?? "" },
              { key: "doc", title: t("seals.document"), wide: true, cell: (e) => (e.document || e.digest ? <>{e.case ? <Link className="num" to={`/cases/${e.case}`}>{e.document || t("inbox.open")}</Link> : e.document} {e.digest ? <span className="mono soft small" title={e.digest}>{e.digest.slice(0, 12)}</span> : null}</> : "") },
            ]} />
            <More has={log.hasNextPage} busy={log.isFetchingNextPage} load={() => void log.fetchNextPage()} />
          </>
        ) : <Empty title={t("seals.logEmpty")} />}
      </Loaded>
    </section>
  );
}
