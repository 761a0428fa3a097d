import { useCallback, useEffect, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { ApiError, put } from "@/lib/api/client.ts";
import type { Case, FieldError, Section } from "@/lib/api/types.ts";
import { caseKey } from "@/lib/case.ts";

export type Data = Record<string, unknown>;
export type DraftState = "idle" | "waiting" | "saving" | "saved" | "failed" | "conflict";
const PAUSE = 900;
const RETRY = 5000;

/** Names of the fields in which two versions differ. */
export function differing(a: Data, b: Data): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => JSON.stringify(a[k]) !== JSON.stringify(b[k]));
}

export const current = (s: Section): Data => s.draft ?? s.data ?? {};

/**
 * A section's draft: saved a moment after the last change, tried again when the network is back, and
 * never overwritten by somebody else's version without asking. The server's answer says what is wrong.
 */
export function useDraft(c: Case, section: Section) {
  const client = useQueryClient();
  const [data, setData] = useState<Data>(() => current(section));
  const [errors, setErrors] = useState<FieldError[]>(section.errors);
  const [state, setState] = useState<DraftState>("idle");
  const [savedAt, setSavedAt] = useState<Date>();
  const [theirs, setTheirs] = useState<Section>();
  const revision = useRef(section.revision);
  const latest = useRef(data);
  const dirty = useRef(false);
  const saving = useRef<Promise<boolean>>(undefined);

  const save = useCallback(async (): Promise<boolean> => {
    while (saving.current) await saving.current;
    if (!dirty.current) return true;
    const sent = latest.current;
    dirty.current = false;
    setState("saving");
    const attempt = (async () => {
      try {
        const answer = await put<{ revision: number; errors: FieldError[] }>(`/cases/${c.id}/drafts/${section.id}`, { data: sent }, { etag: revision.current });
        revision.current = answer.revision;
        setErrors(answer.errors ?? []);
        setSavedAt(new Date());
        setState(dirty.current ? "waiting" : "saved");
        client.setQueryData<Case>(caseKey(c.id), (old) => old && { ...old, sections: old.sections.map((s) => (s.id === section.id ? { ...s, draft: sent, revision: answer.revision, errors: answer.errors ?? [], complete: !answer.errors?.length } : s)) });
        if (section.judged?.verdict === "unqualified") void client.invalidateQueries({ queryKey: caseKey(c.id) }); // what it asks for may be other materials
        return true;
      } catch (e) {
        dirty.current = true;
        const stale = e instanceof ApiError && e.status === 412;
        setState(stale ? "conflict" : "failed");
        if (stale) void client.invalidateQueries({ queryKey: caseKey(c.id) });
        return false;
      }
    })();
    saving.current = attempt;
    try {
      return await attempt;
    } finally {
      saving.current = undefined;
    }
  }, [c.id, client, section.id, section.judged?.verdict]);

  // A newer version from elsewhere: taken silently when nothing was typed here, asked about otherwise.
  useEffect(() => {
    if (section.revision <= revision.current || saving.current) return;
    if (dirty.current && differing(latest.current, current(section)).length) {
      setTheirs(section);
      setState("conflict");
      return;
    }
    revision.current = section.revision;
    dirty.current = false;
    latest.current = current(section);
    setData(latest.current);
    setErrors(section.errors);
    setState("idle");
  }, [section]);

  useEffect(() => {
    if (state !== "waiting" && state !== "failed") return;
    const timer = setTimeout(() => void save(), state === "failed" ? RETRY : PAUSE);
    return () => clearTimeout(timer);
  }, [state, data, save]);

  const change = useCallback((next: Data) => {
    if (!differing(latest.current, next).length) return;
    latest.current = next;
    dirty.current = true;
    setData(next);
    setState((s) => (s === "conflict" ? s : "waiting"));
  }, []);

  const resolve = (keep: "mine" | "theirs") => {
    const other = theirs ?? section;
    revision.current = other.revision;
    setTheirs(undefined);
    if (keep === "mine") return setState("waiting");
    dirty.current = false;
    latest.current = current(other);
    setData(latest.current);
    setErrors(other.errors);
    setState("saved");
  };
  return { data, change, errors, state, savedAt, save, resolve, conflicting: theirs ? differing(data, current(theirs)) : [] };
}
