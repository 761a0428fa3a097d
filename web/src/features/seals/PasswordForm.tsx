import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { put } from "@/lib/api/client.ts";
import type { Seal } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";

/** The holder's password: nobody can recover it, so it is entered twice. */
export function PasswordForm({ seal, onClose }: { seal: Seal; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const first = seal.state === "approved";
  const [entry, setEntry] = useState({ current: "", next: "", again: "" });
  const set = (k: keyof typeof entry) => (e: { target: { value: string } }) => setEntry({ ...entry, [k]: e.target.value });
  const form = useSubmit((key) => put(`/seals/${seal.id}/password`, { current: first ? undefined : entry.current, next: entry.next }, { key }), () => {
    toast(t("seals.passwordSet"));
    void client.invalidateQueries({ queryKey: ["seals"] });
    onClose();
  });
  const differs = entry.again !== "" && entry.again !== entry.next;
  return (
    <Dialog open title={t(first ? "seals.setPassword" : "seals.changePassword")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        {first ? null : <Field label={t("seals.current")} error={form.faults.current}><Input.Password autoComplete="off" value={entry.current} onChange={set("current")} /></Field>}
        <Field label={t("seals.next")} help={t("seals.nextHelp")} error={form.faults.next}><Input.Password autoComplete="new-password" value={entry.next} onChange={set("next")} /></Field>
        <Field label={t("seals.again")} error={differs ? t("seals.mismatch") : undefined}><Input.Password autoComplete="new-password" value={entry.again} onChange={set("again")} /></Field>
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={entry.next.length < 8 || entry.again !== entry.next}>{t("common.save")}</Button></div>
      </form>
    </Dialog>
  );
}
