import { useTranslation } from "react-i18next";
import type { DocumentType } from "@/lib/api/types.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Select } from "@/components/Select.tsx";
import { exampleNumber, useDepartments } from "../data.ts";

/** What each part of the editor gets: the type, how it is changed, what is wrong by name. */
export type PartProps = { type: DocumentType; edit: (more: Partial<DocumentType>) => void; faults: Record<string, string> };

const periods = ["", "year", "month", "day"] as const;
const capitals = (s: string) => s.toUpperCase().replace(/[^A-Z0-9-]/g, "");

/** Its names, its numbers, and who may make it. */
export function Basics({ type, edit, faults, fixed }: PartProps & { fixed: boolean }) {
  const { t } = useTranslation();
  const departments = useDepartments().data ?? [];
  const creators = type.creators ?? [];
  const toggle = (id: string) => edit({ creators: creators.includes(id) ? creators.filter((x) => x !== id) : [...creators, id] });
  return (
    <section className="card stack" aria-label={t("types.basics")}>
      <h2>{t("types.basics")}</h2>
      <div className="type-grid">
        <Field label={t("types.id")} required help={t("types.idHelp")} error={faults.id}><Input className="mono" disabled={fixed} maxLength={20} value={type.id} onChange={(e) => edit({ id: capitals(e.target.value), ...(type.prefix === type.id ? { prefix: capitals(e.target.value) } : {}) })} /></Field>
        <Field label={t("types.nameZh")} required error={faults["title.zh"]}><Input maxLength={60} value={type.title.zh} onChange={(e) => edit({ title: { ...type.title, zh: e.target.value } })} /></Field>
        <Field label={t("types.nameEn")} error={faults["title.en"]}><Input maxLength={60} value={type.title.en} onChange={(e) => edit({ title: { ...type.title, en: e.target.value } })} /></Field>
      </div>
      <h3>{t("types.numbering")} <span className="soft">· {t("types.example")} <span className="mono">{exampleNumber(type)}</span></span></h3>
      <div className="type-grid">
        <Field label={t("types.prefix")} required help={t("types.prefixHelp")} error={faults.prefix}><Input className="mono" maxLength={12} value={type.prefix} onChange={(e) => edit({ prefix: capitals(e.target.value) })} /></Field>
        <Field label={t("types.digits")} required help={t("types.digitsHelp")} error={faults.digits}><Input inputMode="numeric" value={type.digits || ""} onChange={(e) => edit({ digits: Number(e.target.value.replace(/\D/g, "").slice(0, 2)) })} /></Field>
        <div><Select label={t("types.period")} value={type.date} onChange={(v) => edit({ date: v })} options={periods.map((p) => ({ value: p, text: t(`types.period_${p}`) }))} /></div>
      </div>
      <fieldset className="ticks-row">
        <legend>{t("types.creators")} <span className="soft small">{t("types.creatorsHelp")}</span></legend>
        {departments.filter((d) => !d.closed || creators.includes(d.id)).map((d) => <label key={d.id} className="tick"><input type="checkbox" checked={creators.includes(d.id)} onChange={() => toggle(d.id)} /><span>{d.name}</span></label>)}
      </fieldset>
      <label className="tick"><input type="checkbox" checked={!!type.closed} onChange={(e) => edit({ closed: e.target.checked })} /><span>{t("types.close")}</span></label>
    </section>
  );
}
