/** What a screen needs to know of a template's source; the server alone decides whether it is right. */

/** The places of seals that it lays. */
export function placesOf(source: string): string[] {
  return [...new Set([...source.matchAll(/^:::seal\b[^\n]*?\bname="?([a-z][a-z0-9-]*)"?/gm)].map((m) => m[1]!))];
}

export type TemplateField = { name: string; type: string; title: string };

/** The fields that it declares at its head, without lists. */
export function fieldsOf(source: string): TemplateField[] {
  const head = /^---\n([\s\S]*?)\n---/.exec(source)?.[1] ?? "";
  const rows = head.split("\n").filter((l) => l.trim().startsWith("|")).map((l) => l.split("|").slice(1, -1).map((c) => c.trim()));
  return rows.slice(1).filter((r) => r[0] && r[1] && r[1] !== "list").map((r) => ({ name: r[0]!, type: r[1]!, title: r[4] || r[0]! }));
}
