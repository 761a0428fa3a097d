import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post, put } from "@/lib/api/client.ts";
import type { PersonRef, Seal } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useLang } from "@/lib/text.ts";
import { clockTime } from "@/lib/time.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { toast } from "@/components/Toast.tsx";
import { useMembers } from "./parts.tsx";
import { useTemplates } from "./useSeals.tsx";

/** The end of a day in China, as the API takes a moment. */
const endOfDay = (day: string) => `${day}T23:59:59+08:00`;

/** A holder lets a colleague hold the seal too: fully, or so often and until then. */
export function OfferDialog({ seal, taken, onClose }: { seal: Seal; taken: PersonRef[]; onClose: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const client = useQueryClient();
  const members = useMembers(seal.org);
  const templates = useTemplates();
  const [until, setUntil] = useState("");
  const [entry, setEntry] = useState({ person: "", password: "", limited: true, template: "", uses: "10", day: "" });
  const set = (k: keyof typeof entry) => (v: string) => setEntry((old) => ({ ...old, [k]: v }));
  const free = (members.data ?? []).filter((m) => !taken.some((x) => x.id === m.person.id));
  const limit = entry.limited ? { template: entry.template || undefined, uses: Number(entry.uses), until: endOfDay(entry.day) } : undefined;
  const whole = entry.person && entry.password && (!entry.limited || (entry.day && Number(entry.uses) > 0));
  const form = useSubmit((key) => post<{ expiresAt: string }>(`/seals/${seal.id}/holders`, { person: entry.person, password: entry.password, limit }, { key }), (a) => {
    setUntil(a.expiresAt);
    void client.invalidateQueries({ queryKey: ["seals"] });
  });
  return (
    <Dialog open title={t("seals.addHolder")} onClose={onClose} footer={until ? <Button type="primary" onClick={onClose}>{t("common.close")}</Button> : undefined}>
      {until ? <Notice tone="ok" title={t("seals.offered")}>{t("seals.offeredHelp", { at: clockTime(until, lang) })}</Notice> : (
        <form className="stack" onSubmit={form.submit}>
          <p>{t("seals.offerLead")}</p>
          <ProblemNotice error={form.error} />
          <Select label={t("account.name")} value={entry.person} onChange={set("person")} options={[{ value: "", text: t("cases.select") }, ...free.map((m) => ({ value: m.person.id, text: `${m.person.name} ${m.person.mobileMasked}` }))]} />
          {members.data && !free.length ? <Notice tone="warn" title={t("seals.nobodyElse")} /> : null}
          <label className="tick"><input type="checkbox" checked={entry.limited} onChange={(e) => setEntry({ ...entry, limited: e.target.checked })} /><span>{t("seals.withLimit")}</span></label>
          {entry.limited ? (
            <div className="seal-limit">
              <Field label={t("seals.uses")} required error={form.faults["limit.uses"] ?? form.faults.limit}><Input inputMode="numeric" value={entry.uses} onChange={(e) => set("uses")(e.target.value.replace(/\D/g, ""))} /></Field>
              <Field label={t("seals.until")} required error={form.faults["limit.until"]}><Input type="date" value={entry.day} onChange={(e) => set("day")(e.target.value)} /></Field>
              <div>
                <Select label={t("seals.forWhat")} value={entry.template} onChange={set("template")} options={templates} />
                {form.faults["limit.template"] ? <p className="field-error">{form.faults["limit.template"]}</p> : null}
              </div>
            </div>
          ) : null}
          <Field label={t("seals.yourPassword")} required error={form.faults.password}><Input.Password autoComplete="off" value={entry.password} onChange={(e) => set("password")(e.target.value)} /></Field>
          <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!whole}>{t("seals.offer")}</Button></div>
        </form>
      )}
    </Dialog>
  );
}

/** Whoever was offered the seal sets a password that nobody else learns. */
export function AcceptDialog({ seal, onClose }: { seal: Seal; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [entry, setEntry] = useState({ next: "", again: "" });
  const form = useSubmit((key) => put(`/seals/${seal.id}/holders/me`, { password: entry.next }, { key }), () => {
    toast(t("seals.accepted"));
    void client.invalidateQueries({ queryKey: ["seals"] });
    onClose();
  });
  const differs = entry.again !== "" && entry.again !== entry.next;
  return (
    <Dialog open title={t("seals.accept")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <p>{t("seals.acceptLead")}</p>
        <ProblemNotice error={form.error} />
        <Field label={t("seals.next")} help={t("seals.nextHelp")} error={form.faults.password}><Input.Password autoComplete="new-password" value={entry.next} onChange={(e) => setEntry({ ...entry, next: e.target.value })} /></Field>
        <Field label={t("seals.again")} error={differs ? t("seals.mismatch") : undefined}><Input.Password autoComplete="new-password" value={entry.again} onChange={(e) => setEntry({ ...entry, again: e.target.value })} /></Field>
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={entry.next.length < 8 || entry.again !== entry.next}>{t("common.save")}</Button></div>
      </form>
    </Dialog>
  );
}
