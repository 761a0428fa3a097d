import type { ReactNode } from "react";
import type { Tone } from "./Notice.tsx";
import "./Tag.css";

/** A small state label; colour never carries the meaning alone. */
export function Tag({ tone, children }: { tone?: Tone | "red"; children: ReactNode }) {
  return <span className={`tag${tone ? ` tag-${tone}` : ""}`}>{children}</span>;
}
