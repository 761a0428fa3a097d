import type { Department, DocumentRoute } from "@/lib/api/types.ts";
import type { Route } from "@/components/route/edit.ts";

type Item = DocumentRoute["stages"][number]["items"][number];

/** A part stands for a department, or for another organisation, which the editor shows by its id. */
const holder = (i: Item) => i.department || i.org || "";

/** The way as the editor of routes takes it. */
export const toEditor = (r: DocumentRoute): Route =>
  r.stages.map((s) => ({ days: 0, stops: s.items.map((i) => ({ department: holder(i), duty: i.seal ? ("seal" as const) : ("look" as const) })) }));

/** A name that no part of the route has: a free place of the template for seals, else one that counts up. */
function freeName(used: string[], places: string[], seal: boolean): string {
  const place = seal ? places.find((p) => !used.includes(p)) : undefined;
  if (place) return place;
  for (let n = used.length + 1; ; n++) if (!used.includes(`part-${n}`)) return `part-${n}`;
}

/** The edited way, with what the editor does not know of each part kept from before. */
export function fromEditor(edited: Route, before: DocumentRoute, departments: Department[], places: string[]): DocumentRoute {
  const was = new Map(before.stages.flatMap((s) => s.items).map((i) => [holder(i), i]));
  const used = edited.flatMap((s) => s.stops).flatMap((s) => was.get(s.department)?.name ?? []);
  const item = (id: string, seal: boolean): Item => {
    const old = was.get(id);
    if (old) return { ...old, seal };
    const name = freeName(used, places, seal);
    used.push(name);
    return { name, seal, ...(departments.some((d) => d.id === id) ? { department: id } : { org: id }) };
  };
  return { ...before, stages: edited.map((s) => ({ items: s.stops.map((x) => item(x.department, x.duty === "seal")) })) };
}

/** Changes one part of a route. */
export const withItem = (r: DocumentRoute, stage: number, id: string, more: Partial<Item>): DocumentRoute => ({
  ...r, stages: r.stages.map((s, i) => (i === stage ? { items: s.items.map((x) => (holder(x) === id ? { ...x, ...more } : x)) } : s)),
});

export const itemOf = (r: DocumentRoute, stage: number, id: string) => r.stages[stage]?.items.find((x) => holder(x) === id);

/** Tells whether somebody has a part on the route already. */
export const itemAnywhere = (r: DocumentRoute, id: string) => r.stages.some((_, i) => itemOf(r, i, id));
