import { useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { ApiError, newIntent, post } from "@/lib/api/client.ts";
import type { ActionResult, Case, CaseAction } from "@/lib/api/types.ts";
import { caseKey } from "@/lib/case.ts";

/** Only what the action's form asks for is sent; a form-less action takes an empty body. */
export function fitting(action: CaseAction, body: Record<string, unknown>): Record<string, unknown> {
  const known = (action.form?.schema as { properties?: Record<string, unknown> } | undefined)?.properties;
  return known ? Object.fromEntries(Object.entries(body).filter(([k]) => k in known)) : body;
}

export type Act = ReturnType<typeof useAct>;

/**
 * Takes an action of the case. The page shows the answer's case at once; a stale or closed action
 * fetches the latest case, so that the person sees what changed while their input stays.
 */
export function useAct(c: Case) {
  const client = useQueryClient();
  const key = useRef(newIntent());
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>();
  const refresh = () => Promise.all([client.invalidateQueries({ queryKey: caseKey(c.id) }), client.invalidateQueries({ queryKey: ["cases"] })]);
  const run = async (name: string, body: Record<string, unknown> = {}): Promise<ActionResult["result"] | null> => {
    if (busy) return null;
    setBusy(name);
    setError(undefined);
    try {
      const version = (client.getQueryData<Case>(caseKey(c.id)) ?? c).version;
      const answer = await post<ActionResult>(`/cases/${c.id}/actions/${name}`, body, { key: key.current, etag: version });
      key.current = newIntent();
      client.setQueryData(caseKey(c.id), answer.case);
      void client.invalidateQueries({ queryKey: ["timeline", c.id] });
      void client.invalidateQueries({ queryKey: ["cases"] });
      return { ...(answer.result?.detail as object | undefined), ...answer.result };
    } catch (e) {
      if (e instanceof ApiError && e.status) key.current = newIntent();
      if (e instanceof ApiError && (e.status === 409 || e.status === 412)) void refresh();
      setError(e);
      return null;
    } finally {
      setBusy("");
    }
  };
  return { run, busy, error, clear: () => setError(undefined), refresh };
}
