import type { Column } from "./columns.ts";

const BOM = "\ufeff";

/** A cell as spreadsheets read it; what would be taken for a formula is made text (OWASP: CSV injection). */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) && !/^[+-]?\d+([.,]\d+)?%?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** CSV in UTF-8 with a mark at its head, without which spreadsheets in Chinese guess GBK; lines end by CRLF (RFC 4180). */
export function toCsv(head: string[], rows: string[][]): string {
  return BOM + [head, ...rows].map((r) => r.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** The columns that say what they are as text, of these rows. */
export function csvOf<T>(columns: Column<T>[], rows: T[]): Blob {
  const said = columns.filter((c) => c.text);
  return new Blob([toCsv(said.map((c) => c.title), rows.map((r) => said.map((c) => c.text!(r))))], { type: "text/csv;charset=utf-8" });
}
