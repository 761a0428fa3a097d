import { useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { caseKey } from "./case.ts";

/** Lists in which a case, or its document, stands. */
const lists = ["cases", "e-documents", "documents"];

type CaseEvent = { case?: string; version?: number | string; seq?: number };

/**
 * One stream for the whole page. What changed is asked for again by its query; the browser reconnects by
 * itself and hands the server the last event's id, so that nothing is missed.
 */
export function useLiveEvents(signedIn: boolean) {
  const client = useQueryClient();
  useEffect(() => {
    if (!signedIn) return;
    const stream = new EventSource("/api/v1/events");
    const onCase = (e: MessageEvent<string>) => {
      const id = (JSON.parse(e.data) as CaseEvent).case;
      if (id) void client.invalidateQueries({ queryKey: caseKey(id) });
      lists.forEach((key) => void client.invalidateQueries({ queryKey: [key] }));
    };
    // What becomes of seals and of requests to use them is told by messages.
    const onInbox = () => ["inbox", "seals", "case-seals"].forEach((key) => void client.invalidateQueries({ queryKey: [key] }));
    const onSession = () => void client.invalidateQueries({ queryKey: ["session"] });
    stream.addEventListener("case", onCase);
    stream.addEventListener("inbox", onInbox);
    stream.addEventListener("session", onSession);
    return () => stream.close();
  }, [client, signedIn]);
}
