import type { ReactNode } from "react";

/** What stands where a list would: says why it is empty and what to do. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div style={{ padding: "36px 16px", textAlign: "center" }}>
      <svg width="56" height="56" viewBox="0 0 64 64" aria-hidden fill="none" stroke="#a4a9b0" strokeWidth="2">
        <path d="M16 8h22l10 10v38H16z" /><path d="M38 8v10h10" /><rect x="26" y="30" width="14" height="14" rx="2" stroke="#c3272b" />
      </svg>
      <p style={{ fontWeight: 600, marginTop: 8 }}>{title}</p>
      {children ? <div className="soft">{children}</div> : null}
    </div>
  );
}
