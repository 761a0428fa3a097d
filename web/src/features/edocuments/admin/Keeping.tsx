import { useTranslation } from "react-i18next";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { useTypes } from "../data.ts";
import type { PartProps } from "./Basics.tsx";

/** Where files and numbers are kept, and by which ways documents come back. */
export function Keeping({ type, edit, faults }: PartProps) {
  const { t } = useTranslation();
  const types = useTypes().data ?? [];
  const known = (first: string, names: string[]) => [...new Set([first, ...names])].map((n) => <option key={n} value={n} />);
  return (
    <section className="card stack" aria-label={t("types.keeping")}>
      <h2>{t("types.keeping")}</h2>
      <datalist id="known-stores">{known("built-in", types.map((x) => x.store))}</datalist>
      <datalist id="known-databases">{known("main", types.map((x) => x.database))}</datalist>
      <div className="type-grid">
        <Field label={t("types.store")} required help={t("types.storeHelp")} error={faults.store}><Input className="mono" list="known-stores" value={type.store} onChange={(e) => edit({ store: e.target.value.trim() })} /></Field>
        <Field label={t("types.database")} required help={t("types.databaseHelp")} error={faults.database}><Input className="mono" list="known-databases" value={type.database} onChange={(e) => edit({ database: e.target.value.trim() })} /></Field>
      </div>
      <div>
        <label className="tick"><input type="checkbox" checked={!!type.outbox} onChange={(e) => edit({ outbox: e.target.checked })} /><span>{t("types.outbox")}</span></label><br />
        <label className="tick"><input type="checkbox" checked={!!type.webhook} onChange={(e) => edit({ webhook: e.target.checked })} /><span>{t("types.webhook")}</span></label>
        <p className="soft small">{t("types.back")}</p>
      </div>
    </section>
  );
}
