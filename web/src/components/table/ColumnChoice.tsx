import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Column } from "./columns.ts";

/** Ticks for the columns that may be hidden; nothing where there are none. */
export function ColumnChoice<T>({ columns, hidden, show }: { columns: Column<T>[]; hidden: string[]; show: (key: string, on: boolean) => void }) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDetailsElement>(null);
  const optional = columns.filter((c) => c.optional);
  useEffect(() => {
    const away = (e: Event) => {
      const d = ref.current;
      if (!d?.open) return;
      if (e instanceof KeyboardEvent ? e.key !== "Escape" : d.contains(e.target as Node)) return;
      d.open = false;
      if (e instanceof KeyboardEvent) d.querySelector("summary")?.focus();
    };
    document.addEventListener("click", away);
    document.addEventListener("keydown", away);
    return () => {
      document.removeEventListener("click", away);
      document.removeEventListener("keydown", away);
    };
  }, []);
  if (!optional.length) return null;
  return (
    <details className="columns no-print" ref={ref}>
      <summary>{t("table.columns")}</summary>
      <fieldset className="columns-list">
        <legend className="visually-hidden">{t("table.columns")}</legend>
        {optional.map((c) => <label key={c.key} className="tick"><input type="checkbox" checked={!hidden.includes(c.key)} onChange={(e) => show(c.key, e.target.checked)} /><span>{c.title}</span></label>)}
      </fieldset>
    </details>
  );
}
