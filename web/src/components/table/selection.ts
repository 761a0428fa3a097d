/** What is chosen in a list that comes in pages: some rows by id, or all that match but a few. */
export type Selection = { all: false; ids: ReadonlySet<string> } | { all: true; but: ReadonlySet<string> };

export const nothing: Selection = { all: false, ids: new Set() };
export const everything: Selection = { all: true, but: new Set() };

export const isChosen = (s: Selection, id: string) => (s.all ? !s.but.has(id) : s.ids.has(id));

/** Sets rows to chosen or not, whichever way the selection is kept. */
export function choose(s: Selection, ids: Iterable<string>, chosen: boolean): Selection {
  const next = new Set(s.all ? s.but : s.ids);
  for (const id of ids) {
    if (chosen === s.all) next.delete(id);
    else next.add(id);
  }
  return s.all ? { all: true, but: next } : { all: false, ids: next };
}

export const toggle = (s: Selection, id: string) => choose(s, [id], !isChosen(s, id));

/** How many rows are chosen of `total` that match. */
export const countChosen = (s: Selection, total: number) => (s.all ? Math.max(0, total - s.but.size) : s.ids.size);

/** Whether none, some or all of the rows of a page are chosen: the state of the box in the head. */
export function pageState(s: Selection, ids: string[]): "none" | "some" | "all" {
  const n = ids.filter((id) => isChosen(s, id)).length;
  return n === 0 ? "none" : n === ids.length ? "all" : "some";
}
