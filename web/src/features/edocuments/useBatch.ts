import { useEffect } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post } from "@/lib/api/client.ts";
import type { Batch, BatchEvent } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { toast } from "@/components/Toast.tsx";

const key = (id: string) => ["batch", id];
export const over = (b: Pick<Batch, "state">) => b.state === "done" || b.state === "cancelled";

/** A run as it goes: its own stream says how far it is, a question now and then what it waits for. */
export function useBatch(id: string) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: key(id), queryFn: ({ signal }) => get<Batch>(`/batches/${encodeURIComponent(id)}`, signal), refetchInterval: (q) => (q.state.data && over(q.state.data) ? false : 4000) });
  const running = !!query.data && !over(query.data);
  useEffect(() => {
    if (!running) return;
    const stream = new EventSource(`/api/v1/batches/${encodeURIComponent(id)}/events`);
    stream.addEventListener("batch", (e: MessageEvent<string>) => {
      const now = JSON.parse(e.data) as BatchEvent;
      const was = client.getQueryData<Batch>(key(id));
      client.setQueryData<Batch>(key(id), (old) => old && { ...old, state: now.state, total: now.total, done: now.done, failed: now.failed });
      if (was?.state !== now.state) void client.invalidateQueries({ queryKey: key(id) });
    });
    return () => stream.close();
  }, [client, id, running]);
  return query;
}

export type Steer = "pause" | "resume" | "cancel" | "retry";

/** The brakes of a run. */
export function useSteer(id: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (what: Steer) => post<Batch>(`/batches/${encodeURIComponent(id)}/${what}`, {}),
    onSuccess: (b, what) => {
      client.setQueryData(key(id), b);
      if (what === "retry") toast(t("batch.retried"));
    },
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: key(id) }),
  });
}
