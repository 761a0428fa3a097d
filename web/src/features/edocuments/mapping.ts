import type { SheetMapping, SheetProposal } from "@/lib/api/types.ts";

type Fields = SheetProposal["fields"];

/** Required entries that no column fills. */
export const unfilled = (fields: Fields, m: SheetMapping) => fields.filter((f) => f.required && !m.columns.some((l) => l.field === f.name));

export const columnOf = (m: SheetMapping, field: string) => m.columns.find((l) => l.field === field)?.column;

/** Links a column to an entry, or none for undefined; the others stay. */
export function link(m: SheetMapping, field: string, column: number | undefined): SheetMapping {
  const rest = m.columns.filter((l) => l.field !== field);
  const columns = column === undefined ? rest : [...rest, { field, column }];
  return { ...m, columns: columns.sort((a, b) => a.column - b.column) };
}
