import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { ActionResult } from "@/lib/api/types.ts";
import { caseKey } from "@/lib/case.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";
import { Input } from "./Input.tsx";
import { ProblemNotice } from "./Problem.tsx";

/** Asks why somebody looks at what is masked in a case, and then has the case shown in full. */
export function UnmaskForm({ caseId, onDone }: { caseId: string; onDone?: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const form = useSubmit((key) => post<ActionResult>(`/cases/${caseId}/actions/unmask`, { reason }, { key }), (answer) => {
    client.setQueryData(caseKey(caseId), answer.case);
    void client.invalidateQueries({ queryKey: ["file"] });
    onDone?.();
  });
  return (
    <form className="stack" onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      <Field label={t("cases.unmaskReason")} help={t("cases.unmaskHelp")} required error={form.faults.reason}><Input value={reason} maxLength={200} onChange={(e) => setReason(e.target.value)} /></Field>
      <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={reason.trim().length < 2}>{t("cases.unmask")}</Button></div>
    </form>
  );
}

/** The same in a window; a picture that was asked for is then shown there. */
export function Unmask({ caseId, file, onClose }: { caseId: string; file?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Dialog wide={open} open title={t("cases.unmaskTitle")} onClose={onClose}>
      {open ? <img src={`/api/v1/files/${encodeURIComponent(file ?? "")}/content?inline=1`} alt={t("cases.image")} style={{ display: "block", margin: "0 auto", maxHeight: "72dvh", maxWidth: "100%" }} /> : <UnmaskForm caseId={caseId} onDone={() => (file ? setOpen(true) : onClose())} />}
    </Dialog>
  );
}
