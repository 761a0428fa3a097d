import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Case, CaseAction } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { Confirm, Dialog } from "@/components/Dialog.tsx";
import { Loading } from "@/components/Loading.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { panelFor } from "./steps/panels.ts";
import type { Act } from "./useAct.ts";

const ActionForm = lazy(() => import("./ActionForm.tsx"));

/** Buttons for what else may be done: with a form, with a question first, or at once. */
export function OtherActions({ c, actions, act }: { c: Case; actions: CaseAction[]; act: Act }) {
  const { t } = useTranslation();
  const tx = useText();
  const [open, setOpen] = useState<CaseAction>();
  const faced = c.actions.some((a) => a.step?.name === "assure");
  const list = actions.filter((a) => !panelFor(a) && !(faced && a.name === "refuse-face") && a.step?.name !== "judge");
  if (!list.length) return null;
  const close = () => (setOpen(undefined), act.clear());
  const done = () => (setOpen(undefined), toast(t("cases.doneStep")));
  const take = async (a: CaseAction) => {
    if (a.form || a.confirm || a.danger) return setOpen(a);
    if (await act.run(a.name)) done();
  };
  return (
    <section className="card no-print" aria-labelledby="others-title">
      <h2 id="others-title">{t("cases.others")}</h2>
      <div className="row">{list.map((a) => <Button key={a.name} type={a.primary ? "primary" : "default"} danger={a.danger} loading={act.busy === a.name} onClick={() => void take(a)}>{tx(a.title)}</Button>)}</div>
      {open?.form ? (
        <Dialog open title={tx(open.title)} onClose={close}>
          {open.confirm || open.help ? <p>{tx(open.confirm) || tx(open.help)}</p> : null}
          <ProblemNotice error={act.error} />
          <Suspense fallback={<Loading />}><ActionForm c={c} action={open} act={act} onDone={done} /></Suspense>
        </Dialog>
      ) : null}
      {open && !open.form ? (
        <Confirm open title={tx(open.title)} ok={tx(open.title)} danger={open.danger} busy={act.busy === open.name} onClose={close} onOk={() => void act.run(open.name).then((r) => r && done())}>
          <p>{tx(open.confirm) || tx(open.help)}</p>
          <ProblemNotice error={act.error} />
        </Confirm>
      ) : null}
    </section>
  );
}
