import { useCallback, useRef, useState } from "react";
import { refusal, refusedWith, startUpload, underWayUntil, untilChecked, type Running } from "./uploads.ts";

export type Pending = { key: number; file: File; state: "sending" | "checking" | "failed" | "tooLarge" | "wrongType" | "refused"; percent: number; /** Code of why the server refused it. */ problem?: string };
type Limits = { accept: string[]; maxBytes?: number; caseId?: string };

/** Uploads under way, with progress, retry and removal; `onReady` gets every file that passed. */
export function useUploads(limits: Limits, onReady: (id: string, file: File) => unknown) {
  const [pending, setPending] = useState<Pending[]>([]);
  const running = useRef(new Map<number, Running>());
  const next = useRef(1);
  const ready = useRef(onReady);
  ready.current = onReady;
  const change = useCallback((key: number, to: Partial<Pending> | null) => {
    setPending((list) => (to ? list.map((p) => (p.key === key ? { ...p, ...to } : p)) : list.filter((p) => p.key !== key)));
  }, []);

  const send = async (key: number, file: File) => {
    change(key, { state: "sending", problem: undefined });
    const upload = startUpload(file, limits.caseId, (p) => change(key, { percent: Math.round((100 * p.sent) / Math.max(1, p.total)) }));
    running.current.set(key, upload);
    try {
      const id = await upload.done;
      change(key, { state: "checking", percent: 100 });
      const info = await untilChecked(id);
      if (info.state === "refused") return change(key, { state: "refused", problem: info.problem });
      change(key, null);
      await ready.current(id, file);
    } catch (e) {
      const problem = refusedWith(e);
      change(key, { state: problem ? "refused" : "failed", problem });
    }
  };

  const add = (files: Iterable<File>) => {
    for (const file of files) {
      const key = next.current++;
      const no = refusal(file, limits.accept, limits.maxBytes);
      setPending((list) => [...list, { key, file, state: no || "sending", percent: 0 }]);
      if (!no) underWayUntil(send(key, file));
    }
  };
  const remove = (key: number) => {
    running.current.get(key)?.abort();
    running.current.delete(key);
    change(key, null);
  };
  return { pending, add, remove, retry: (p: Pending) => underWayUntil(send(p.key, p.file)) };
}
