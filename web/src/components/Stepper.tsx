import type { ReactNode } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { mayGo, type Step } from "./steps.ts";
import "./Stepper.css";

type Props = {
  steps: Step[];
  /** Index of the step shown. */
  at: number;
  onGo: (to: number) => void;
  children: ReactNode;
  /** What the last step does instead of "next"; also where the next step is more than going there. */
  action?: ReactNode;
};

/** Several steps one after the other; back to any that was done, forward only when this one is whole. */
export function Stepper({ steps, at, onGo, children, action }: Props) {
  const { t } = useTranslation();
  const state = (i: number) => (i === at ? "current" : steps[i]!.done && mayGo(steps, i) ? "done" : "later");
  return (
    <div className="stepper stack">
      <nav aria-label={t("stepper.title")}>
        <ol className="stepper-steps">
          {steps.map((s, i) => (
            <li key={s.id} className={`stepper-${state(i)}`} aria-current={i === at ? "step" : undefined}>
              <button type="button" disabled={i !== at && !mayGo(steps, i)} onClick={() => onGo(i)}>
                <span className="stepper-dot" aria-hidden>{state(i) === "done" ? "✓" : i + 1}</span>
                <span className="stepper-title">{s.title}<span className="visually-hidden"> ({t(`stepper.${state(i)}`)})</span></span>
              </button>
            </li>
          ))}
        </ol>
        <p className="stepper-short" aria-hidden>{t("stepper.step", { n: at + 1, total: steps.length })} · {steps[at]?.title}</p>
      </nav>
      <div className="stack">{children}</div>
      <div className="row between no-print">
        {at > 0 ? <Button onClick={() => onGo(at - 1)}>{t("stepper.back")}</Button> : <span />}
        {action ?? (at < steps.length - 1 ? <Button type="primary" disabled={!steps[at]?.done} onClick={() => onGo(at + 1)}>{t("stepper.next")}</Button> : null)}
      </div>
    </div>
  );
}
