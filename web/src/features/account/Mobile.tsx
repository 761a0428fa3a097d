import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post, put } from "@/lib/api/client.ts";
import type { Session } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { CodeField } from "@/components/CodeField.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";

type Person = Session["person"];
type Entry = { value: string; onChange: (v: string) => void; error?: string };

/** What proves that it is the person: the password, or what stands in its place. */
function Current({ person, value, onChange, error }: Entry & { person: Person }) {
  const { t } = useTranslation();
  if (person.hasPassword) return <Field label={t("account.currentPassword")} error={error} required><Input.Password autoComplete="current-password" value={value} onChange={(e) => onChange(e.target.value)} required /></Field>;
  if (person.totpEnabled) return <Field label={t("session.totpCode")} help={t("session.totpHelp")} error={error} required><Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={value} onChange={(e) => onChange(e.target.value.replace(/\D/g, ""))} required /></Field>;
  return <CodeField label={t("account.oldMobileCode", { mobile: person.mobileMasked })} value={value} onChange={onChange} error={error} send={() => post("/people/me/mobile/codes", {})} />;
}

function MobileForm({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [mobile, setMobile] = useState("");
  const [code, setCode] = useState("");
  const [current, setCurrent] = useState("");
  const form = useSubmit((key) => put("/people/me/mobile", { mobile, code, current }, { key }), () => {
    toast(t("account.mobileChanged"));
    void client.invalidateQueries({ queryKey: ["session"] });
    void client.invalidateQueries({ queryKey: ["sessions"] });
    onClose();
  });
  return (
    <form className="stack" style={{ maxWidth: 480 }} onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      <p className="soft">{t("account.mobileLead")}</p>
      <Field label={t("account.newMobile")} help={t("session.mobileHelp")} error={form.faults.mobile} required><Input inputMode="tel" autoComplete="tel-national" value={mobile} onChange={(e) => setMobile(e.target.value.trim())} required /></Field>
      <CodeField label={t("account.newMobileCode")} value={code} onChange={setCode} error={form.faults.code} disabled={!/^1\d{10}$/.test(mobile)} send={() => post("/people/me/mobile/codes", { mobile })} />
      <Current person={person} value={current} onChange={setCurrent} error={form.faults.current} />
      <div className="row"><Button type="primary" htmlType="submit" loading={form.busy} disabled={!mobile || !code || !current}>{t("account.changeMobile")}</Button><Button onClick={onClose}>{t("common.cancel")}</Button></div>
    </form>
  );
}

/** The number that codes and notices go to. */
export function Mobile({ person }: { person: Person }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <section className="card stack">
      <h2>{t("account.mobile")}</h2>
      <p className="num">{person.mobileMasked || t("common.none")}</p>
      {open ? <MobileForm person={person} onClose={() => setOpen(false)} /> : <div><Button onClick={() => setOpen(true)}>{t("account.changeMobile")}</Button></div>}
    </section>
  );
}
