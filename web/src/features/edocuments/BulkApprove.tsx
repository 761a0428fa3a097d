import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Refused, refusedCases } from "@/components/seal/Refused.tsx";

type Props = { cases: string[]; name?: (id: string) => string | undefined; onClose: () => void; onBegun: (batch: string) => void };

/** One agreement for exactly these documents; what becomes of each is on the page of the batch. */
export function BulkApprove(p: Props) {
  const { t } = useTranslation();
  const [cases, setCases] = useState(p.cases);
  const [comment, setComment] = useState("");
  const form = useSubmit((key) => post<{ id: string }>("/e-documents/approvals", { cases, ...(comment.trim() ? { comment: comment.trim() } : {}) }, { key }), (made) => p.onBegun(made.id));
  const refused = refusedCases(form.error);
  const drop = () => {
    setCases(cases.filter((_, i) => !refused.has(i)));
    form.reset();
  };
  return (
    <Dialog open title={t("bulk.titleApprove", { count: cases.length })} onClose={p.onClose}>
      <form className="stack" onSubmit={form.submit}>
        <p className="soft">{t("bulk.leadApprove")}</p>
        {refused.size ? <Refused title={t("bulk.refusedApprove", { count: refused.size })} cases={cases} refused={refused} name={p.name} drop={refused.size < cases.length ? drop : undefined} /> : <ProblemNotice error={form.error} />}
        <Field label={`${t("docs.comment")} (${t("common.optional")})`} error={form.faults.comment}><Input.TextArea rows={2} maxLength={500} value={comment} onChange={(e) => setComment(e.target.value)} /></Field>
        <div><Button type="primary" htmlType="submit" disabled={!cases.length} loading={form.busy}>{t("docs.approve")}</Button></div>
      </form>
    </Dialog>
  );
}
