import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { faultsByField } from "@/lib/problem.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import type { Doing } from "./useDo.ts";

type Props = { action: "reject" | "void" | "recall" | "ask-void" | "decline-void"; doing: Doing; onDone: () => void; onClose: () => void };

/** What sends a document back or ends it needs a reason. */
export function ReasonDialog({ action, doing, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const submit = async (e: React.FormEvent) => {
    e.preventDefault();
    if (await doing.run(action, { reason: reason.trim() })) onDone();
  };
  return (
    <Dialog open title={t(`docs.${action}`)} onClose={onClose}>
      <form className="stack" onSubmit={(e) => void submit(e)}>
        <p>{t(`docs.${action}Lead`)}</p>
        <ProblemNotice error={doing.error} />
        <Field label={t("docs.reason")} required help={action === "reject" ? t("docs.reasonHelp") : undefined} error={faultsByField(doing.error, t).reason}><Input.TextArea rows={3} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
        <div><Button type="primary" danger htmlType="submit" disabled={!reason.trim()} loading={doing.busy === action}>{t(`docs.${action}`)}</Button></div>
      </form>
    </Dialog>
  );
}
