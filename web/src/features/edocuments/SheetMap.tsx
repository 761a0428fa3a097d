import { useTranslation } from "react-i18next";
import type { SheetMapping, SheetProposal } from "@/lib/api/types.ts";
import { bracketed, listed, useText } from "@/lib/text.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Select } from "@/components/Select.tsx";
import { columnOf, link, unfilled } from "./mapping.ts";

/** Which column fills which entry; what the server proposed can be changed. */
export function SheetMap({ proposal: p, mapping, onChange }: { proposal: SheetProposal; mapping: SheetMapping; onChange: (m: SheetMapping) => void }) {
  const { t } = useTranslation();
  const tx = useText();
  const missing = unfilled(p.fields, mapping);
  const columns = p.columns.map((c) => ({ value: String(c.at), text: bracketed(`${c.letter} ${c.title}`, c.hidden ? t("sheetText.hiddenColumn") : undefined) }));
  const sample = (field: string) => {
    const at = columnOf(mapping, field);
    return at === undefined ? "" : listed(p.sample.slice(0, 3).map((r) => r[at] ?? ""));
  };
  return (
    <>
      <div className="card stack sheet-map">
        <div className="row between"><p>{t("sheetText.mapLead")}</p><strong>{t("sheetText.rows", { count: p.rows })}</strong></div>
        {missing.length ? <Notice tone="warn" title={t("sheetText.missing", { names: listed(missing.map((f) => tx(f.title))) })} /> : null}
        <DataTable caption={t("sheetText.mapLead")} rows={p.fields} rowKey={(f) => f.name} columns={[
          { key: "field", title: t("sheetText.field"), cell: (f) => <>{tx(f.title)}{f.required ? <span className="field-required" aria-hidden> *</span> : null}</> },
          { key: "column", title: t("sheetText.column"), cell: (f) => <Select hideLabel label={`${t("sheetText.column")} ${tx(f.title)}`} value={String(columnOf(mapping, f.name) ?? "")} onChange={(v) => onChange(link(mapping, f.name, v === "" ? undefined : Number(v)))} options={[{ value: "", text: t("sheetText.none") }, ...columns]} /> },
          { key: "sample", title: t("sheetText.sample"), wide: true, cell: (f) => <span className="soft">{sample(f.name)}</span> },
        ]} />
        <div><Select label={t("sheetText.hidden")} value={mapping.hidden ?? ""} onChange={(v) => onChange({ ...mapping, hidden: v as SheetMapping["hidden"] })} options={[{ value: "", text: t("sheetText.hiddenRefuse") }, { value: "skip", text: t("sheetText.hiddenSkip") }, { value: "take", text: t("sheetText.hiddenTake") }]} /></div>
      </div>
      <section className="card" aria-label={t("sheetText.sample")}>
        <h2>{t("sheetText.sample")}</h2>
        <div className="sheet-preview" tabIndex={0} role="region" aria-label={t("sheetText.sample")}>
          <table>
            <thead><tr>{p.columns.map((c) => <th key={c.at} scope="col">{c.letter} {c.title}</th>)}</tr></thead>
            <tbody>{p.sample.map((r, i) => <tr key={i}>{r.map((cell, j) => <td key={j}>{cell}</td>)}</tr>)}</tbody>
          </table>
        </div>
      </section>
    </>
  );
}
