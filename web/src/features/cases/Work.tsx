import { lazy, Suspense, useRef, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/lib/api/client.ts";
import type { Case, CaseAction } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { drawn, uploadsEnded } from "@/lib/uploads.ts";
import { Loading } from "@/components/Loading.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { useAct } from "./useAct.ts";
import { locate, type Fault } from "./faults.ts";
import { ErrorSummary } from "./ErrorSummary.tsx";
import { Documents } from "./Documents.tsx";
import { HandedIn } from "./HandedIn.tsx";
import { SectionCard, type Flush } from "./SectionCard.tsx";
import { Materials } from "./Materials.tsx";
import { TaskList } from "./TaskList.tsx";
import { OtherActions } from "./OtherActions.tsx";
import { panelFor, type PanelProps } from "./steps/panels.ts";
import { NextStep } from "./NextStep.tsx";

/** The action in the middle of the page: its step's own panel, or the sections it hands in. */
function MainAction({ c, action, others, act }: PanelProps) {
  const Panel = panelFor(action);
  if (!Panel) return null;
  return (
    <Suspense fallback={<div className="card"><Loading /></div>}>
      <section id="case-action" tabIndex={-1}><Panel c={c} action={action} others={others} act={act} /></section>
    </Suspense>
  );
}

/** Hands in drafts: first uploads end and everything typed is saved, then the action is taken. */
function useHandIn(c: Case) {
  const act = useAct(c);
  const flushes = useRef(new Map<string, Flush>());
  const [faults, setFaults] = useState<Fault[]>([]);
  const [attempt, setAttempt] = useState(0);
  const { t } = useTranslation();
  const [waiting, setWaiting] = useState(false);
  const handIn = async (action: CaseAction) => {
    if (waiting) return;
    setWaiting(true);
    await uploadsEnded();
    await drawn();
    setWaiting(false);
    const saved = await Promise.all([...flushes.current.values()].map((flush) => flush()));
    if (saved.includes(false)) return;
    setFaults([]);
    const done = await act.run(action.name, {});
    setAttempt((n) => n + 1);
    if (done) {
      toast(t("cases.doneStep"));
      window.scrollTo({ top: 0 });
      document.getElementById("main")?.focus({ preventScroll: true }); // the button is gone
    }
  };
  const found = act.error instanceof ApiError ? (act.error.problem.errors ?? []).map((e) => locate(c, e)) : faults;
  return { act, flushes: flushes.current, faults: found, attempt, waiting, handIn };
}

const Form = lazy(() => import("./ActionForm.tsx"));

/** Everything the person can do in the case now, and the data and materials handed in so far. */
export function Work({ c }: { c: Case }) {
  const tx = useText();
  const { act, flushes, faults, attempt, waiting, handIn } = useHandIn(c);
  const main = c.actions.find((a) => a.primary && panelFor(a)) ?? c.actions.find((a) => panelFor(a));
  const own = c.actions.filter((a) => a.step?.name !== "judge"); // verdicts are given on the desk
  const submit = main ? undefined : (own.find((a) => a.primary) ?? own.find((a) => a.submits.length));
  const rest = c.actions.filter((a) => a !== main && a !== submit);
  const ownForm = submit?.form && !submit.submits.length ? submit : undefined;
  const elsewhere = faults.some((f) => f.section || f.material); // what is wrong in a panel, the panel says
  const editable = c.sections.some((s) => s.editable) || c.materials.some((m) => m.editable);
  return (
    <>
      <NextStep c={c} action={main ?? submit} />
      {elsewhere || (faults.length && !main) ? <ErrorSummary c={c} faults={faults} attempt={attempt} /> : main && faults.length ? null : <ProblemNotice error={act.error} />}
      {main ? <MainAction c={c} action={main} others={rest} act={act} /> : null}
      {ownForm ? <Suspense fallback={<Loading />}><div className="card" id="case-action"><h2>{tx(ownForm.title)}</h2><Form c={c} action={ownForm} act={act} /></div></Suspense> : null}
      {editable ? <TaskList c={c} /> : null}
      {c.sections.filter((s) => s.editable).map((s) => <SectionCard key={s.id} c={c} section={s} faults={faults.filter((f) => f.section === s.id)} register={flushes} />)}
      <Materials c={c} faults={faults} />
      {submit && !ownForm ? <SubmitBar action={submit} busy={waiting || act.busy === submit.name} onSubmit={() => void handIn(submit)} /> : null}
      <Documents c={c} />
      <HandedIn c={c} open={!main && !editable} />
      <OtherActions c={c} actions={rest} act={act} />
    </>
  );
}

function SubmitBar({ action, busy, onSubmit }: { action: CaseAction; busy: boolean; onSubmit: () => void }) {
  const tx = useText();
  return (
    <div className="submit-bar no-print">
      <Button type="primary" size="large" loading={busy} onClick={onSubmit}>{tx(action.title)}</Button>
      {action.help ? <span className="soft">{tx(action.help)}</span> : null}
    </div>
  );
}
