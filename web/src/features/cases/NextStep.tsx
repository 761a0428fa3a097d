import { useTranslation } from "react-i18next";
import type { Case, CaseAction } from "@/lib/api/types.ts";
import { labelled, listed, useLang, useText } from "@/lib/text.ts";
import { dayWithWeekday } from "@/lib/time.ts";
import { Due } from "@/components/Due.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Notice } from "@/components/Notice.tsx";

/** Whose turn it is, what the step needs, and by when. */
export function NextStep({ c, action }: { c: Case; action?: CaseAction }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const stage = c.stages.find((s) => s.status === "current");
  if (c.state.aside || !c.state.stage) return <Notice tone="warn" title={tx(c.state.title)} />;
  if (c.state.final) return <Notice tone="ok" title={labelled(t("cases.finished"), tx(c.state.title))} />;
  const judge = c.actions.find((a) => a.step?.name === "judge");
  if (judge) return <Notice title={t("cases.yourTurn", { what: tx(judge.title) })} action={<LinkButton to={`/cases/${c.id}/desk`} type="primary">{t("cases.openDesk")}</LinkButton>}><Due due={c.deadline} /></Notice>;
  if (!action) {
    const who = listed(c.waitsFor.map((w) => tx(w.title)));
    return (
      <Notice title={t("cases.waiting", { who })}>
        {t("cases.waitingHelp")}
        {c.expectedAt ? <div>{t("cases.expected")} {dayWithWeekday(c.expectedAt, lang)}</div> : null}
      </Notice>
    );
  }
  const returned = c.materials.some((m) => m.editable && m.status === "unqualified") || c.sections.some((s) => s.editable && s.judged?.verdict === "unqualified");
  return (
    <Notice title={t("cases.yourTurn", { what: tx(action.title) })}>
      {tx(action.help) || (returned ? t("cases.correctOnly") : stage?.needs ? labelled(t("cases.needs"), tx(stage.needs)) : null)}
      {c.deadline ? <div><Due due={c.deadline} /></div> : null}
    </Notice>
  );
}
