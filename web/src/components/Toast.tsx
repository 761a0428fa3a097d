import { useEffect, useSyncExternalStore } from "react";
import "./Toast.css";

type Toast = { id: number; text: string; kind: "ok" | "bad" };

let toasts: Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(list: Toast[]) {
  toasts = list;
  for (const l of listeners) l();
}

/** Says something short at the edge of the screen, aloud for screen readers. */
export function toast(text: string, kind: Toast["kind"] = "ok") {
  change([...toasts.slice(-2), { id: next++, text, kind }]);
}

function subscribe(l: () => void) {
  listeners.add(l);
  return () => void listeners.delete(l);
}

export function ToastHost() {
  const list = useSyncExternalStore(subscribe, () => toasts);
  useEffect(() => {
    if (!list.length) return;
    const timer = setTimeout(() => change(toasts.slice(1)), 5000);
    return () => clearTimeout(timer);
  }, [list]);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.map((t) => (
        <div key={t.id} className={`toast toast-${t.kind}`}>{t.text}</div>
      ))}
    </div>
  );
}
