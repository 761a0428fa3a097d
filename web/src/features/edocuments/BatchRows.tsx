import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, query } from "@/lib/api/client.ts";
import type { Batch, BatchRow } from "@/lib/api/types.ts";
import { fieldErrorText } from "@/lib/problem.ts";
import { save } from "@/lib/save.ts";
import { labelled, listed, useText } from "@/lib/text.ts";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { Tag } from "@/components/Tag.tsx";
import type { Column } from "@/components/table/columns.ts";
import { csvOf } from "@/components/table/csv.ts";
import { DenseTable } from "@/components/table/DenseTable.tsx";
import { over } from "./useBatch.ts";

const kinds = ["", "failed", "done", "pending", "cancelled"] as const;
const tones = { pending: undefined, done: "ok", failed: "bad", cancelled: undefined } as const;

/** What became of the rows; the failed ones first once there are any. */
export function BatchRows({ b }: { b: Batch }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<string>();
  const state = wanted ?? (over(b) && b.failed ? "failed" : "");
  const columns = useColumns(b);
  const rows = useInfiniteQuery({
    queryKey: ["batch", b.id, "rows", state],
    queryFn: ({ pageParam, signal }) => get<{ items: BatchRow[]; next?: number }>(`/batches/${b.id}/rows${query({ state, after: pageParam || undefined, limit: 100 })}`, signal),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: (old) => old,
    refetchInterval: over(b) ? false : 3000,
  });
  return (
    <section className="card documents" aria-label={t("batch.rows")}>
      <div className="card-head" style={{ padding: "0 12px" }}>
        <h2>{t("batch.rows")}</h2>
        <Select label={t("batch.result")} value={state} onChange={setWanted} options={kinds.map((k) => ({ value: k, text: k ? t(`batch.row_${k}`) : t("batch.all") }))} />
      </div>
      <Loaded query={rows}>
        {(data) => {
          const list = data.pages.flatMap((p) => p.items);
          if (!list.length) return <Empty title={t("batch.noRows")} />;
          return (
            <DenseTable name="batch-rows" caption={t("batch.rows")} columns={columns} rows={list} rowKey={(r) => String(r.n)} rowName={(r) => String(r.n)}
              total={rows.hasNextPage ? undefined : list.length}
              tools={<Button size="small" onClick={() => save(csvOf(columns, list), "rows.csv")}>{t("batch.downloadRows")}</Button>}
              more={{ has: rows.hasNextPage, busy: rows.isFetchingNextPage, load: () => void rows.fetchNextPage() }} />
          );
        }}
      </Loaded>
    </section>
  );
}

function useColumns(b: Batch): Column<BatchRow>[] {
  const { t } = useTranslation();
  const tx = useText();
  const why = (r: BatchRow) => (r.state === "failed" ? labelled(tx(r.text) || r.code || "", listed((r.fields ?? []).map((f) => `${f.pointer.split("/").at(-1)} ${fieldErrorText(f, t)}`))) : "");
  const sheet = b.kind === "e-document";
  // A failed row of a spreadsheet names the document that it would have repeated.
  const link = (r: BatchRow) => (r.ref?.startsWith("case_") ? <Link className="num" to={`/cases/${r.ref}`}>{r.number || r.ref}</Link> : <span className="num">{r.number}</span>);
  return [
    { key: "n", title: sheet ? t("batch.line") : t("batch.row"), cell: (r) => <span className="num">{sheet && r.line ? r.line : r.n}</span>, text: (r) => String(sheet && r.line ? r.line : r.n) },
    { key: "state", title: t("batch.result"), cell: (r) => <Tag tone={tones[r.state]}>{t(`batch.row_${r.state}`)}</Tag>, text: (r) => t(`batch.row_${r.state}`) },
    { key: "document", title: t("batch.document"), cell: (r) => <>{link(r)}{r.state === "failed" && r.ref ? <span className="soft small"> {t("batch.exists")}</span> : null}</>, text: (r) => r.number ?? "" },
    { key: "why", title: t("docs.reason"), wide: true, cell: (r) => (r.state === "failed" ? <span>{why(r)}</span> : null), text: why },
  ];
}
