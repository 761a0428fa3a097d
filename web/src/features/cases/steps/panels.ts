import { lazy, type ComponentType } from "react";
import type { Case, CaseAction } from "@/lib/api/types.ts";
import type { Act } from "../useAct.ts";

export type PanelProps = { c: Case; action: CaseAction; others: CaseAction[]; act: Act };

const seal = lazy(() => import("./SealPanel.tsx"));

/** Steps that are more than a form have a panel of their own, by the step's name. */
const panels: Record<string, ComponentType<PanelProps>> = {
  "verify-face": lazy(() => import("./FacePanel.tsx")),
  assure: lazy(() => import("./FaceReviewPanel.tsx")),
  sign: lazy(() => import("./SignPanel.tsx")),
  "instruct-seals": seal,
  "unlock-seal": seal,
  countersign: lazy(() => import("./CountersignPanel.tsx")),
};

export function panelFor(action: CaseAction): ComponentType<PanelProps> | undefined {
  return action.step ? panels[action.step.name] : undefined;
}
