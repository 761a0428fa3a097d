import { useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api/client.ts";
import type { CaseSeals } from "@/lib/api/types.ts";

/** The seals of the kinds that fit one place of a case; `place` is a field of the instruction, or the action that seals. */
export function useCaseSeals(caseId: string, place: string, version?: number) {
  const path = `/cases/${caseId}/seals?for=${encodeURIComponent(place)}`;
  return useQuery({ queryKey: ["case-seals", path, version], queryFn: ({ signal }) => get<CaseSeals>(path, signal) });
}

/** Those that the caller can put on, some after asking for leave. */
export const own = (seals: CaseSeals) => seals.items.filter((s) => s.held && (s.usable || s.reason?.startsWith("approval-")));
