import { useTranslation } from "react-i18next";
import type { Stage } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";

/** The way of the case: what is done, where it stands, what comes. */
export function StageBar({ stages }: { stages: Stage[] }) {
  const { t } = useTranslation();
  const tx = useText();
  const text = { done: t("cases.stageDone"), current: t("cases.stageCurrent"), later: t("cases.stageLater") };
  const at = stages.findIndex((s) => s.status === "current");
  return (
    <nav className="stages card" aria-label={t("cases.stages")}>
      <ol>
        {stages.map((s, i) => (
          <li key={s.id} className={`stage stage-${s.status}`} aria-current={s.status === "current" ? "step" : undefined}>
            <span className="stage-dot" aria-hidden>{s.status === "done" ? "✓" : i + 1}</span>
            <span className="stage-title">{tx(s.title)}<span className="visually-hidden"> ({text[s.status]})</span></span>
          </li>
        ))}
      </ol>
      {at >= 0 ? <p className="stage-short" aria-hidden>{at + 1} / {stages.length} · {tx(stages[at]!.title)}</p> : null}
    </nav>
  );
}
