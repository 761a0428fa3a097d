import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, get } from "./api/client.ts";
import type { Session } from "./api/types.ts";

const KEY = ["session"];

async function current(signal: AbortSignal): Promise<Session | null> {
  try {
    return await get<Session>("/sessions/current", signal);
  } catch (e) {
    if (e instanceof ApiError && e.status === 401) return null;
    throw e;
  }
}

/** The signed-in session; `data` is null when nobody is signed in. */
export function useSession() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => current(signal), staleTime: 60_000 });
}

/** Puts a new session in place and forgets everything the former one saw. */
export function useSetSession() {
  const client = useQueryClient();
  return (session: Session | null) => {
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== KEY[0] });
    client.setQueryData(KEY, session);
  };
}

const STAFF = ["reviewer", "sealer", "supervisor", "clerk", "admin"];

export type Rights = { staff: boolean; clerk: boolean; admin: boolean; reviewer: boolean; sealer: boolean; supervisor: boolean; docs: { creator: boolean; signer: boolean; auditor: boolean; any: boolean } };

/** What the navigation offers; the server alone decides what is allowed. */
export function rights(session: Session | null | undefined): Rights {
  const org = session?.org;
  const has = (r: string) => !!org?.roles.includes(r);
  const staff = org?.kind === "operator" && STAFF.some(has);
  const docs = { creator: has("doc-creator"), signer: has("doc-signer"), auditor: has("doc-auditor") };
  return { docs: { ...docs, any: docs.creator || docs.signer || docs.auditor }, staff, clerk: staff && has("clerk"), admin: has("admin"), reviewer: staff && has("reviewer"), sealer: staff && has("sealer"), supervisor: staff && has("supervisor") };
}
