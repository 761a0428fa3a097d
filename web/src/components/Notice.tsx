import type { ReactNode } from "react";
import "./Notice.css";

export type Tone = "info" | "ok" | "warn" | "bad";

const marks: Record<Tone, string> = { info: "i", ok: "✓", warn: "!", bad: "!" };

/** A message in the page. `bad` and `warn` are announced at once. */
export function Notice({ tone = "info", title, children, action }: { tone?: Tone; title?: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "bad" || tone === "warn" ? "alert" : "status"}>
      <span className="notice-mark" aria-hidden>{marks[tone]}</span>
      <div className="grow">
        {title ? <strong className="notice-title">{title}</strong> : null}
        {children ? <div className="notice-body">{children}</div> : null}
      </div>
      {action ? <div>{action}</div> : null}
    </div>
  );
}
