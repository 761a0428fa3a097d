import { lazy, Suspense, useEffect, useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, post } from "@/lib/api/client.ts";
import type { Case, CaseAction } from "@/lib/api/types.ts";
import { faultsByField, problemText } from "@/lib/problem.ts";
import { useLang, useText } from "@/lib/text.ts";
import { clockTime, dateTime } from "@/lib/time.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { useCaseSeals } from "@/components/seal/caseSeals.ts";
import { SealPicture } from "@/components/SealPicture.tsx";
import { toast } from "@/components/Toast.tsx";
import type { Act } from "../useAct.ts";
import { AskUse } from "@/components/seal/AskUse.tsx";
import { latestDocument } from "@/lib/case.ts";
import type { PanelProps } from "./panels.ts";
import "./seal.css";

const ActionForm = lazy(() => import("../ActionForm.tsx"));

type Instruction = { digest: string; seals: Record<string, string>; unlocked?: Record<string, string> };

/** First the instruction says which seals go on; then each is unlocked by its own holder's password. */
export default function SealPanel({ c, action, others, act }: PanelProps) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const [changing, setChanging] = useState(false);
  const all = [action, ...others];
  const instruct = all.find((a) => a.step?.name === "instruct-seals");
  const unlocks = all.filter((a) => a.step?.name === "unlock-seal");
  const made = c.facts?.sealing as Instruction | undefined;
  // An instruction of an earlier contract says nothing about this one.
  const instruction = made?.digest === latestDocument(c)?.sha256 ? made : undefined;
  const open = useOpenSeals(instruction);
  const waiting = Object.values(open).sort()[0];
  if (instruct && (!instruction || changing)) {
    return (
      <div className="card stack">
        <div><h2>{tx(instruct.title)}</h2><p className="soft">{tx(instruct.help)}</p></div>
        <ProblemNotice error={act.error} />
        <Suspense fallback={<Loading />}><ActionForm c={c} action={instruct} act={act} onDone={() => setChanging(false)} /></Suspense>
        {isSole(c) ? <Notice title={t("seal.sole")}>{t("seal.soleHelp")} <Link to="/seals/new?kind=name">{t("seal.applyName")}</Link></Notice> : <p>{t("seal.none")}？ <Link to="/seals/new">{t("seal.apply")}</Link></p>}
      </div>
    );
  }
  return (
    <div className="card stack">
      <div className="card-head"><div><h2>{t("seal.title")}</h2><p className="soft">{t("seal.lead")}</p></div>{instruct ? <Button type="link" onClick={() => setChanging(true)}>{t("seal.choose")}</Button> : null}</div>
      {instruction ? <p className="soft small">{t("seal.instruction")} · {t("cases.digest")} <span className="mono digest">{instruction.digest}</span></p> : null}
      {waiting ? <Notice tone="info" title={t("seal.otherBy", { at: clockTime(waiting, lang) })}>{t("seal.window")}</Notice> : <p className="soft">{t("seal.window")}</p>}
      <div className="seal-halves">{unlocks.map((u) => <SealHalf key={u.name} c={c} action={u} instruction={instruction} until={open[sealOf(u)]} act={act} />)}</div>
    </div>
  );
}

const isSole = (c: Case) => c.sections.some((s) => s.data?.category === "sole-proprietor");
const sealOf = (a: CaseAction) => String(a.step?.params?.seal ?? "");

/** The seals that are open now, by name, with the moment at which each closes again. */
function useOpenSeals(instruction?: Instruction): Record<string, string> {
  const all = Object.entries(instruction?.unlocked ?? {});
  const [now, setNow] = useState(Date.now);
  const still = all.filter(([, until]) => Date.parse(until) > now);
  const next = Math.min(...still.map(([, until]) => Date.parse(until)));
  useEffect(() => {
    setNow(Date.now());
    if (next === Infinity) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, next - Date.now()) + 200);
    return () => clearTimeout(timer);
  }, [next, instruction]);
  return Object.fromEntries(still);
}

/** One seal and its password; neither request carries the other's. */
function SealHalf({ c, action, instruction, until, act }: { c: Case; action: CaseAction; instruction?: Instruction; until?: string; act: Act }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const name = sealOf(action);
  const seals = useCaseSeals(c.id, name, c.version);
  const seal = seals.data?.items.find((s) => s.id === instruction?.seals[name]);
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const refusal = tried && act.error instanceof ApiError ? act.error : undefined;
  const wrong = refusal ? problemText(refusal, t) : undefined;
  const left = Number(refusal?.problem.params?.triesLeft ?? 0);
  const unlock = async () => {
    setTried(true);
    const ok = await act.run(action.name, { password });
    setPassword("");
    if (ok) setTried(false);
  };
  if (until) return <section className="seal-half seal-open" role="status"><h3>{tx(action.title)}</h3><p>✓ {t("seal.unlocked")}</p><p className="soft small">{t("seal.until", { at: clockTime(until, lang) })}</p></section>;
  return (
    <section className="seal-half" aria-label={tx(action.title)}>
      {seal ? (
        <div className="row">
          <SealPicture seal={seal} size={96} />
          <div className="grow">
            <h3>{t(`seal.kind_${seal.kind}`)}</h3>
            <div>{tx(seal.title)}</div>
            {seal.holder ? <div className="soft small">{t("seal.holder", { name: seal.holder.name })}</div> : null}
            {seal.lockedUntil ? <div className="field-error">{t("seal.lockedUntil", { at: dateTime(seal.lockedUntil, lang) })}</div> : null}
          </div>
        </div>
      ) : <h3>{tx(action.title)}</h3>}
      {seal?.reason?.startsWith("approval-") ? <AskUse key={seal.id} caseId={c.id} seal={seal} /> : <form className="stack" style={{ gap: 10 }} onSubmit={(e) => (e.preventDefault(), void unlock())}>
        <Field label={t("seal.password")} error={wrong ? (faultsByField(act.error, t).password ?? wrong.title) : undefined} help={left ? t("seal.triesLeft", { count: left }) : wrong?.help}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        <div><Button type="primary" htmlType="submit" disabled={!password} loading={act.busy === action.name} aria-label={`${t("seal.unlock")} ${tx(action.title)}`}>{t("seal.unlock")}</Button></div>
      </form>}
      {seal && !seal.held && action.link ? <SendLink caseId={c.id} action={action} role={action.link.role} /> : null}
    </section>
  );
}

/** The other password comes from its holder's own phone. */
function SendLink({ caseId, action, role }: { caseId: string; action: CaseAction; role: string }) {
  const { t } = useTranslation();
  const [sent, setSent] = useState(false);
  const send = async () => {
    try {
      await post(`/cases/${caseId}/links`, { role, purpose: action.name });
      setSent(true);
    } catch (e) {
      toast(problemText(e, t).title, "bad");
    }
  };
  return (
    <div className="seal-link">
      <Button onClick={() => void send()} disabled={sent}>{t("seal.sendLink")}</Button>
      <p className="soft small" role="status">{sent ? t("seal.linkSent") : t("seal.sendLinkHelp")}</p>
    </div>
  );
}
