import type { Case, CaseDocument } from "@/lib/api/types.ts";

const over = new Set(["superseded", "voided"]);

/** The contract as it stands: the newest document that was not replaced. */
export function latestDocument(c: Case): CaseDocument | undefined {
  return c.documents.filter((d) => !over.has(d.state)).sort((a, b) => b.version - a.version)[0];
}
