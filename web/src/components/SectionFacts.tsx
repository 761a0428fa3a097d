import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { display, fieldsInOrder, isFigure, localise } from "@/lib/schema/localise.ts";
import { labelled, useLang } from "@/lib/text.ts";
import type { Case, JsonSchema, Section } from "@/lib/api/types.ts";
import { Tag } from "./Tag.tsx";
import { Unmask } from "./Unmask.tsx";
import "./SectionFacts.css";

type Data = Record<string, unknown>;

/** A section as it was handed in; with the former version, the entries that changed are marked. Files open in a tab, or where the caller shows them; what is masked, after a reason. */
export function SectionFacts({ c, section, compare, onFile }: { c: Case; section: Section; compare?: boolean; onFile?: (id: string) => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const [unmasking, setUnmasking] = useState<{ file?: string }>();
  const data = section.data ?? {};
  const former = compare ? (section.former ?? undefined) : undefined;
  const schema = localise(section.schema, lang);
  const say = (f: JsonSchema, v: unknown) => (f["x-kind"] === "expiry" && v === "long-term" ? t("cases.longTerm") : display(f, v, t("common.yes"), t("common.no")));
  const view = (f: JsonSchema, id: string, i: number) => {
    const ask = c.masked && f["x-personal"] ? () => setUnmasking({ file: id }) : onFile && (() => onFile(id));
    const text = `${t("common.view")} ${i ? i + 1 : ""}`;
    return ask ? <Button key={id} className="no-print" size="small" onClick={ask} aria-label={`${t("common.view")} ${String(f.title ?? "")} ${i ? i + 1 : ""}`}>{text}</Button> : <a key={id} href={`/api/v1/files/${encodeURIComponent(id)}/content?inline=1`} target="_blank" rel="noreferrer" style={{ marginRight: 12 }}>{text}</a>;
  };
  const files = (f: JsonSchema, v: unknown) => (f["x-kind"] === "file" || f["x-kind"] === "files") && v ? [v].flat().map((id, i) => view(f, String(id), i)) : undefined;
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
                {c.masked && field["x-personal"] && typeof data[name] === "string" && data[name].includes("*") ? <Button className="no-print" type="link" size="small" onClick={() => setUnmasking({})} aria-label={`${t("cases.unmask")} ${String(field.title ?? name)}`}>{t("cases.unmask")}</Button> : null}
              </dd>
            </div>
          );
        })}
      </dl>
      {unmasking ? <Unmask caseId={c.id} file={unmasking.file} onClose={() => setUnmasking(undefined)} /> : null}
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
