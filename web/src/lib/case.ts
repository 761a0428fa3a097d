import { useQuery } from "@tanstack/react-query";
import { get } from "./api/client.ts";
import type { Case, CaseDocument } from "./api/types.ts";

export const caseKey = (id: string) => ["case", id];

/** A case as the person may see it; without an id nothing is asked. */
export function useCase(id: string) {
  return useQuery({ queryKey: caseKey(id), queryFn: ({ signal }) => get<Case>(`/cases/${encodeURIComponent(id)}`, signal), enabled: !!id });
}

const over = new Set(["superseded", "voided"]);

/** The contract as it stands: the newest document that was not replaced. */
export function latestDocument(c: Case): CaseDocument | undefined {
  return c.documents.filter((d) => !over.has(d.state)).sort((a, b) => b.version - a.version)[0];
}
