import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import type { Rights } from "@/lib/session.ts";

export type View = "waiting" | "made" | "handled" | "all";

/** In which role the caller sees the documents of a view. */
export const roleOf: Record<View, string> = { waiting: "signer", made: "creator", handled: "handled", all: "auditor" };

/** The views of who makes, seals or audits; the first is where they begin. */
export function viewsFor({ docs }: Rights): View[] {
  const out: View[] = [];
  if (docs.signer) out.push("waiting");
  if (docs.creator) out.push("made");
  if (docs.signer) out.push("handled");
  if (docs.auditor) out.push("all");
  return out;
}

export function Views({ views, view }: { views: View[]; view: View }) {
  const { t } = useTranslation();
  if (views.length < 2) return null;
  return (
    <nav className="doc-views no-print" aria-label={t("docs.views")}>
      {views.map((v) => <Link key={v} to={`/documents?view=${v}`} aria-current={v === view ? "page" : undefined}>{t(`docs.view_${v}`)}</Link>)}
    </nav>
  );
}
