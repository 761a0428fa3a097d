import { lazy, Suspense, useMemo, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SheetCheck, SheetFinding } from "@/lib/api/types.ts";
import { save } from "@/lib/save.ts";
import { labelled, useText } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import type { Column } from "@/components/table/columns.ts";
import { csvOf } from "@/components/table/csv.ts";
import { DenseTable } from "@/components/table/DenseTable.tsx";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

/** Everything that is wrong by row and column, or the first documents as they would be. */
export function SheetReport({ report, title, onTitle }: { report: SheetCheck; title: string; onTitle: (v: string) => void }) {
  const { t } = useTranslation();
  if (report.total) return <Findings report={report} />;
  return (
    <>
      <Notice tone="ok" title={t("sheetText.good", { count: report.rows })} />
      <div className="card"><div style={{ maxWidth: 520 }}><Field label={`${t("sheetText.batchTitle")} (${t("common.optional")})`}><Input value={title} maxLength={100} onChange={(e) => onTitle(e.target.value)} /></Field></div></div>
      {report.previews.length ? <Previews list={report.previews} /> : null}
    </>
  );
}

function Findings({ report }: { report: SheetCheck }) {
  const { t } = useTranslation();
  const tx = useText();
  const number = (f: SheetFinding) => String(f.params?.number ?? "");
  const what = (f: SheetFinding) => (f.params?.line ? t("sheetText.sameAs", { line: f.params.line }) : tx(f.text));
  const columns: Column<SheetFinding>[] = [
    { key: "at", title: t("sheetText.at"), cell: (f) => <strong className="num">{f.column}{f.line}</strong>, text: (f) => `${f.column ?? ""}${f.line}` },
    { key: "line", title: t("batch.line"), cell: (f) => <span className="num">{f.line}</span>, text: (f) => String(f.line), optional: "hidden" },
    { key: "column", title: t("sheetText.columnTitle"), cell: (f) => f.title ?? "", text: (f) => f.title ?? "" },
    { key: "what", title: t("sheetText.what"), wide: true, cell: (f) => <>{what(f)} {f.params?.case ? <Link to={`/documents/${String(f.params.case)}`} target="_blank">{number(f)}</Link> : null}</>, text: (f) => labelled(what(f), number(f)) },
  ];
  return (
    <>
      <Notice tone="bad" title={t("sheetText.bad", { bad: report.bad, rows: report.rows })}>{t("sheetText.badHelp")} {report.total > report.findings.length ? t("sheetText.cut", { count: report.findings.length, total: report.total }) : null}</Notice>
      <div className="card documents">
        <DenseTable name="findings" caption={t("sheetText.findings")} columns={columns} rows={report.findings} rowKey={(f) => `${f.line}.${f.column ?? ""}.${f.field ?? ""}.${f.code}`} rowName={(f) => `${f.column ?? ""}${f.line}`} total={report.findings.length}
          tools={<Button size="small" onClick={() => save(csvOf(columns, report.findings), "findings.csv")}>{t("sheetText.download")}</Button>} />
      </div>
    </>
  );
}

function pdfOf(base64: string): Blob {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Blob([bytes], { type: "application/pdf" });
}

/** The first documents, drawn but kept nowhere. */
function Previews({ list }: { list: string[] }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const blob = useMemo(() => pdfOf(list[at]!), [list, at]);
  return (
    <section className="card stack" aria-label={t("sheetText.previews")}>
      <div className="card-head"><h2>{t("sheetText.previews")}</h2><div className="row">{list.map((_, i) => <Button key={i} size="small" aria-pressed={i === at} type={i === at ? "primary" : "default"} onClick={() => setAt(i)}>{t("sheetText.preview", { n: i + 1 })}</Button>)}</div></div>
      <Suspense fallback={<Loading lines={10} />}><PdfViewer src={blob} height="60dvh" label={t("sheetText.preview", { n: at + 1 })} /></Suspense>
    </section>
  );
}
