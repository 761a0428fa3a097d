import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { display, fieldsInOrder, isFigure, localise } from "@/lib/schema/localise.ts";
import { useSubmit } from "@/lib/submit.ts";
import { labelled, useLang } from "@/lib/text.ts";
import type { JsonSchema, Section } from "@/lib/api/types.ts";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";
import { Input } from "./Input.tsx";
import { ProblemNotice } from "./Problem.tsx";
import { Tag } from "./Tag.tsx";
import "./SectionFacts.css";

type Data = Record<string, unknown>;

/** A section as it was handed in; with the former version, the entries that changed are marked. Files open in a tab, or where the caller shows them. */
export function SectionFacts({ caseId, section, compare, onFile }: { caseId: string; section: Section; compare?: boolean; onFile?: (id: string) => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const [unmasking, setUnmasking] = useState("");
  const data = section.data ?? {};
  const former = compare ? (section.former ?? undefined) : undefined;
  const schema = localise(section.schema, lang);
  const say = (f: JsonSchema, v: unknown) => (f["x-kind"] === "expiry" && v === "long-term" ? t("cases.longTerm") : display(f, v, t("common.yes"), t("common.no")));
  const files = (f: JsonSchema, v: unknown) => (f["x-kind"] === "file" || f["x-kind"] === "files") && v ? [v].flat().map((id, i) => onFile ? <Button key={String(id)} size="small" onClick={() => onFile(String(id))} aria-label={`${t("common.view")} ${String(f.title ?? "")} ${i ? i + 1 : ""}`}>{t("common.view")} {i ? i + 1 : ""}</Button> : <a key={String(id)} href={`/api/v1/files/${encodeURIComponent(String(id))}/content?inline=1`} target="_blank" rel="noreferrer" style={{ marginRight: 12 }}>{t("common.view")} {i ? i + 1 : ""}</a>) : undefined;
  return (
    <>
      <dl className="facts">
        {fieldsInOrder(schema, section.ui, data).map(([name, field]) => {
          const rows = Array.isArray(data[name]) && (field as { items?: JsonSchema }).items?.type === "object";
          const text = rows ? <Rows field={field} ui={section.ui[name] as JsonSchema | undefined} rows={data[name] as Data[]} /> : files(field, data[name]) ?? say(field, data[name]);
          if (!text) return null;
          const changed = former && JSON.stringify(former[name]) !== JSON.stringify(data[name]);
          return (
            <div key={name} className={rows ? "facts-wide" : "facts-pair"}>
              <dt>{String(field.title ?? name)}</dt>
              <dd>
                <span className={changed ? "changed" : undefined}>{text}</span>
                {changed ? <span className="soft small"> <Tag tone="warn">{t("desk.changed")}</Tag> {labelled(t("desk.previous"), " ")}<del>{say(field, former[name]) || t("common.none")}</del></span> : null}
                {field["x-personal"] && typeof data[name] === "string" && data[name].includes("*") ? <Button className="no-print" type="link" size="small" onClick={() => setUnmasking(name)} aria-label={`${t("cases.unmask")} ${String(field.title ?? name)}`}>{t("cases.unmask")}</Button> : null}
              </dd>
            </div>
          );
        })}
      </dl>
      {unmasking ? <Unmask caseId={caseId} section={section.id} field={unmasking} onClose={() => setUnmasking("")} /> : null}
    </>
  );
}

/** The entries of a list as a table with the form's own columns. */
function Rows({ field, ui, rows }: { field: JsonSchema; ui?: JsonSchema; rows: Data[] }) {
  const { t } = useTranslation();
  const item = (field as { items: JsonSchema }).items;
  const columns = fieldsInOrder(item, ui?.items as JsonSchema | undefined, {}).map(([name, f]) => ({ name, f, side: isFigure(f) ? "end num" : undefined }));
  return (
    <table className="facts-rows">
      <thead><tr>{columns.map((c) => <th key={c.name} scope="col" className={c.side}>{String(c.f.title ?? c.name)}</th>)}</tr></thead>
      <tbody>{rows.map((r, i) => <tr key={i}>{columns.map((c) => <td key={c.name} className={c.side}>{display(c.f, r[c.name], t("common.yes"), t("common.no"))}</td>)}</tr>)}</tbody>
    </table>
  );
}

/** Shows one masked entry in full, after a reason that stays on the timeline. */
function Unmask({ caseId, section, field, onClose }: { caseId: string; section: string; field: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [value, setValue] = useState<string>();
  const form = useSubmit((key) => post<{ value: string }>(`/cases/${caseId}/unmask`, { section, field, reason }, { key }), (a) => setValue(String(a.value)));
  return (
    <Dialog open title={t("cases.unmaskTitle")} onClose={onClose}>
      {value === undefined ? (
        <form className="stack" onSubmit={form.submit}>
          <ProblemNotice error={form.error} />
          <Field label={t("cases.unmaskReason")} required error={form.faults.reason}><Input value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
          <Button type="primary" htmlType="submit" loading={form.busy} disabled={!reason.trim()}>{t("cases.unmask")}</Button>
        </form>
      ) : <p className="mono" style={{ fontSize: 18 }}>{value}</p>}
    </Dialog>
  );
}
