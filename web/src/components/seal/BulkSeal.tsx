import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, post } from "@/lib/api/client.ts";
import type { CaseSeal } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Dialog } from "../Dialog.tsx";
import { Field } from "../Field.tsx";
import { Input } from "../Input.tsx";
import { Notice } from "../Notice.tsx";
import { Loaded, ProblemNotice } from "../Problem.tsx";
import { Refused, refusedCases } from "./Refused.tsx";
import { SealChoice } from "./SealChoice.tsx";
import { doneAsked, keepAsked } from "./asked.ts";
import { own, useCaseSeals } from "./caseSeals.ts";

export type BulkAction = "seal" | "countersign";

/** Documents to be sealed, and with which seal if that is settled. */
export type Sealing = { cases: string[]; seal?: string };

type Props = Sealing & { action: BulkAction; /** What a document is called, if it is on the screen. */ name?: (id: string) => string | undefined; onClose: () => void; onBegun: (batch: string) => void };

/** One password for exactly these documents; what becomes of each is on the page of the batch. */
export function BulkSeal(p: Props) {
  const { t } = useTranslation();
  const [cases, setCases] = useState(p.cases);
  const seals = useCaseSeals(p.cases[0]!, p.action); // what does not fit the others is refused by document
  return (
    <Dialog open title={t(p.action === "seal" ? "bulk.title" : "bulk.titleCountersign", { count: cases.length })} onClose={p.onClose}>
      <Loaded query={seals}>
        {(list) => (own(list).length ? <Order {...p} cases={cases} seals={own(list)} onCases={setCases} /> : <Notice tone="warn" title={t("bulk.none")}>{t("bulk.noneHelp")} <Link to="/seals">{t("nav.seals")}</Link></Notice>)}
      </Loaded>
    </Dialog>
  );
}

function Order({ cases, action, name, seals, seal: settled, onCases, onBegun }: Props & { seals: CaseSeal[]; onCases: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(settled);
  const [password, setPassword] = useState("");
  const [asking, setAsking] = useState(false);
  const seal = seals.find((s) => s.id === chosen) ?? seals[0]!;
  const form = useSubmit((key) => post<{ id: string }>(`/seals/${seal.id}/bulk`, { cases, action, password }, { key }), (made) => {
    doneAsked(seal.id, cases);
    onBegun(made.id);
  });
  const begin = (e: React.FormEvent) => {
    form.submit(e);
    setPassword("");
  };
  const refused = refusedCases(form.error);
  const drop = () => {
    onCases(cases.filter((_, i) => !refused.has(i)));
    form.reset();
  };
  const left = form.error instanceof ApiError ? Number(form.error.problem.params?.triesLeft ?? 0) : 0;
  const fault = form.faults.password;
  return (
    <>
      <p className="soft">{t("bulk.lead")}</p>
      {refused.size ? <Refused title={t("bulk.refused", { count: refused.size })} cases={cases} refused={refused} name={name} drop={refused.size < cases.length ? drop : undefined} /> : fault ? null : <ProblemNotice error={form.error} />}
      <SealChoice legend={t("bulk.which")} seals={seals} value={seal.id} onChange={(id) => (setChosen(id), form.reset(), setAsking(false))} />
      {asking ? <Ask seal={seal} cases={cases} action={action} onBack={() => setAsking(false)} /> : (
        <form className="stack" onSubmit={begin}>
          {seal.needsApproval ? <Notice title={t("bulk.approval")} action={<Button onClick={() => (form.reset(), setAsking(true))}>{t("bulk.ask")}</Button>} /> : null}
          <Field label={t("bulk.password")} error={fault} help={left ? t("seal.triesLeft", { count: left }) : undefined}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
          <div><Button type="primary" htmlType="submit" disabled={!password || !cases.length} loading={form.busy}>{t("bulk.start")}</Button></div>
        </form>
      )}
    </>
  );
}

/** Asks that one may seal just these documents. */
function Ask({ seal, cases, action, onBack }: { seal: CaseSeal; cases: string[]; action: BulkAction; onBack: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const form = useSubmit((key) => post<{ id: string }>(`/seals/${seal.id}/bulk/approvals`, { cases, action, reason }, { key }), (made) => {
    keepAsked({ approval: made.id, seal: seal.id, title: seal.title, action, cases });
    setAsked(true);
  });
  if (asked) return <Notice tone="ok" title={t("bulk.asked")}>{t("bulk.askedHelp")}</Notice>;
  return (
    <form className="stack" onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      <Field label={t("bulk.askReason")} required error={form.faults.reason}><Input.TextArea rows={2} maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
      <div className="row"><Button type="primary" htmlType="submit" disabled={!reason.trim()} loading={form.busy}>{t("bulk.ask")}</Button><Button onClick={onBack}>{t("common.back")}</Button></div>
    </form>
  );
}
