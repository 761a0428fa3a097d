import { lazy, type ComponentType } from "react";
import type { Case, CaseAction } from "@/lib/api/types.ts";
import type { Act } from "../useCase.ts";

export type PanelProps = { c: Case; action: CaseAction; others: CaseAction[]; act: Act };

const face = lazy(() => import("./FacePanel.tsx"));
const read = lazy(() => import("./ReadPanel.tsx"));
const sign = lazy(() => import("./SignPanel.tsx"));
const seal = lazy(() => import("./SealPanel.tsx"));
const countersign = lazy(() => import("./CountersignPanel.tsx"));

/** Steps that are more than a form have a panel of their own, found by the action's or the step's name. */
const panels: Record<string, ComponentType<PanelProps>> = {
  "verify-face": face,
  read,
  sign,
  seal,
  "unlock-company-seal": seal,
  "unlock-legal-rep-seal": seal,
  countersign,
};

export function panelFor(action: CaseAction): ComponentType<PanelProps> | undefined {
  return panels[action.name] ?? (action.step ? panels[action.step.name] : undefined);
}
