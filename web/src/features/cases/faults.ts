import type { Case, FieldError } from "@/lib/api/types.ts";
import { pointerPath } from "@/lib/problem.ts";
import { titleAt } from "@/lib/schema/localise.ts";

export type Fault = { section?: string; material?: string; path: string[]; code: string; params?: Record<string, unknown> };

const wrappers = new Set(["sections", "materials", "drafts", "data", "body"]);

/**
 * Where in the case a refused entry is. Pointers name a section or a material first; a bare field name
 * belongs to the editable section that has it.
 */
export function locate(c: Case, e: FieldError): Fault {
  let path = pointerPath(e.pointer);
  while (path.length > 1 && wrappers.has(path[0]!)) path = path.slice(1);
  const [first, ...rest] = path;
  const base = { code: e.code, params: e.params };
  if (c.sections.some((s) => s.id === first)) return { ...base, section: first, path: rest };
  if (c.materials.some((m) => m.name === first)) return { ...base, material: first, path: [] };
  const owner = c.sections.find((s) => s.editable && JSON.stringify(s.schema).includes(`"${first}":`));
  return { ...base, section: owner?.id, path };
}

/** Id of the control or card on the page that a fault belongs to. */
export function anchor(f: Fault): string {
  if (f.material) return `material-${f.material}`;
  if (f.section) return f.path.length ? `${f.section}_${f.path.join("_")}` : `section-${f.section}`;
  return "case-action";
}

/** What the fault is about, in words. */
export function subject(c: Case, f: Fault, tx: (t: unknown) => string, localised: (schema: Record<string, unknown>) => Record<string, unknown>): string {
  if (f.material) return tx(c.materials.find((m) => m.name === f.material)?.title);
  const s = c.sections.find((x) => x.id === f.section);
  if (!s) return f.path.join(" · ");
  return titleAt(localised(s.schema), f.path, s.draft ?? s.data ?? {}) || tx(s.title);
}
