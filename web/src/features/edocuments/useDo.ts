import { useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { ApiError, newIntent, post } from "@/lib/api/client.ts";
import type { EDocumentDetail } from "@/lib/api/types.ts";
import { caseKey } from "@/lib/case.ts";
import { documentKey, listKey } from "./data.ts";

/**
 * Takes an action of a document. A lost answer is asked for again with the same key, so that nothing is done
 * twice; when the document moved on meanwhile, its page shows that and what was typed stays.
 */
export function useDo(d: Pick<EDocumentDetail, "case" | "version">) {
  const client = useQueryClient();
  const key = useRef(newIntent());
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>();
  const renew = () => Promise.all([client.invalidateQueries({ queryKey: documentKey(d.case) }), client.invalidateQueries({ queryKey: [listKey] }), client.invalidateQueries({ queryKey: caseKey(d.case) })]);
  const run = async (action: string, body: Record<string, unknown> = {}): Promise<boolean> => {
    if (busy) return false;
    setBusy(action);
    setError(undefined);
    try {
      await post(`/cases/${d.case}/actions/${action}`, body, { key: key.current, etag: d.version });
      key.current = newIntent();
      await renew();
      return true;
    } catch (e) {
      setError(e);
      // A refusal may have changed the case, as a wrong password does, which is counted in it.
      if (e instanceof ApiError && e.status) {
        key.current = newIntent();
        await renew();
      }
      return false;
    } finally {
      setBusy("");
    }
  };
  return { run, busy, error, clear: () => setError(undefined) };
}

export type Doing = ReturnType<typeof useDo>;
