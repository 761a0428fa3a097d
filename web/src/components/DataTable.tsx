import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "./DataTable.css";

export type Column<T> = { key: string; title: ReactNode; cell: (row: T) => ReactNode; end?: boolean; wide?: boolean };

/** A plain table that becomes a list of cards on a phone. The first column names the row. */
export function DataTable<T>({ caption, columns, rows, rowKey }: { caption: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string }) {
  const { t } = useTranslation();
  return (
    <div className="data-table-scroll">
      <table className="data-table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>{columns.map((c) => <th key={c.key} scope="col" className={c.end ? "end" : undefined}>{c.title || <span className="visually-hidden">{t("common.actions")}</span>}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((c, i) => {
                const Cell = i === 0 ? "th" : "td";
                return (
                  <Cell key={c.key} scope={i === 0 ? "row" : undefined} className={[c.end ? "end" : "", c.wide ? "wide" : ""].join(" ").trim() || undefined}>
                    {i > 0 && c.title ? <span className="data-table-label" aria-hidden>{c.title}</span> : null}
                    <span className="data-table-value">{c.cell(row)}</span>
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
