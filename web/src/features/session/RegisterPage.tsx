import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Session } from "@/lib/api/types.ts";
import { useSetSession } from "@/lib/session.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { CodeField } from "@/components/CodeField.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Frame } from "./Frame.tsx";

const empty = { name: "", mobile: "", code: "", email: "", password: "" };

export default function RegisterPage() {
  const { t } = useTranslation();
  const setSession = useSetSession();
  const navigate = useNavigate();
  const [entry, setEntry] = useState(empty);
  const set = (name: keyof typeof empty) => (e: { target: { value: string } }) => setEntry({ ...entry, [name]: e.target.value });
  const form = useSubmit((key) => post<Session>("/people", { ...entry, email: entry.email || undefined }, { key }), (s) => {
    setSession(s);
    void navigate("/", { replace: true });
  });
  return (
    <Frame title={t("session.registerTitle")}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        <Field label={t("session.name")} help={t("session.nameHelp")} error={form.faults.name} required><Input autoComplete="name" value={entry.name} onChange={set("name")} required /></Field>
        <Field label={t("session.mobile")} help={t("session.mobileHelp")} error={form.faults.mobile} required><Input inputMode="tel" autoComplete="tel-national" value={entry.mobile} onChange={set("mobile")} required /></Field>
        <CodeField label={t("session.code")} value={entry.code} onChange={(code) => setEntry({ ...entry, code })} error={form.faults.code} disabled={!/^1\d{10}$/.test(entry.mobile)} send={() => post("/sessions/sms-codes", { mobile: entry.mobile })} />
        <Field label={`${t("session.email")} (${t("common.optional")})`} error={form.faults.email}><Input type="email" autoComplete="email" value={entry.email} onChange={set("email")} /></Field>
        <Field label={t("session.newPassword")} help={t("session.passwordHelp")} error={form.faults.password} required><Input.Password autoComplete="new-password" value={entry.password} onChange={set("password")} required /></Field>
        <Button type="primary" htmlType="submit" block loading={form.busy}>{t("session.registerSubmit")}</Button>
      </form>
      <p>{t("session.haveAccount")} <Link to="/signin">{t("session.title")}</Link></p>
    </Frame>
  );
}
