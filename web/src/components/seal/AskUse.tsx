import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { CaseSeal } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";

/** Before a seal whose every use is approved can be unlocked, its holder asks, and says what for. */
export function AskUse({ caseId, seal }: { caseId: string; seal: CaseSeal }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(seal.reason === "approval-asked");
  const form = useSubmit((key) => post(`/seals/${seal.id}/approvals`, { case: caseId, reason }, { key }), () => setAsked(true));
  if (asked) return <Notice tone="ok" title={t("seals.asked")} />;
  return (
    <form className="stack" style={{ gap: 10 }} onSubmit={form.submit}>
      <p className="soft">{t("seals.askUseLead")}</p>
      <ProblemNotice error={form.error} />
      <Field label={t("bulk.askReason")} required error={form.faults.reason}><Input.TextArea rows={2} maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
      <div><Button type="primary" htmlType="submit" disabled={!reason.trim()} loading={form.busy}>{t("seals.askUse")}</Button></div>
    </form>
  );
}
