import type { Department, DocumentPart, EDocumentDetail } from "@/lib/api/types.ts";

/** Whether the part waits for one of the departments: its own, or as a deputy. The server decides when a deputy may act. */
const waitsFor = (p: DocumentPart, mine: ReadonlySet<string>) => !p.done && (mine.has(p.department ?? "") || mine.has(p.deputy ?? "") || !!p.org);

export type Turn = { seal?: DocumentPart; look?: DocumentPart };

/** What the caller's departments have to do with the document now; nothing unless they are its signers. */
export function turnOf(d: Pick<EDocumentDetail, "route" | "current" | "roles" | "open">, departments: Department[]): Turn {
  if (!d.roles.includes("signer")) return {};
  const mine = new Set(departments.filter((x) => x.mine).map((x) => x.id));
  const own = (d.route[d.current] ?? []).filter((p) => waitsFor(p, mine));
  // One's own part comes before one that is taken over from another department.
  own.sort((a, b) => Number(mine.has(b.department ?? "")) - Number(mine.has(a.department ?? "")));
  const first = (seal: boolean) => own.find((p) => p.seal === seal);
  return { seal: d.open.includes("seal") ? first(true) : undefined, look: d.open.includes("approve") ? first(false) : undefined };
}

/** Whether any department has sealed: from then on the places are fixed. */
export const isSealed = (d: Pick<EDocumentDetail, "route">) => d.route.some((s) => s.some((p) => p.seal && p.done));
