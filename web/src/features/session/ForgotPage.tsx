import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError, post } from "@/lib/api/client.ts";
import { useSetSession } from "@/lib/session.ts";
import { useSubmit } from "@/lib/submit.ts";
import { CodeField } from "@/components/CodeField.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { SecondFactor } from "@/components/SecondFactor.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { Frame } from "./Frame.tsx";

const empty = { mobile: "", code: "", totp: "", password: "" };

/** Replaces a forgotten password by a code sent to the account's mobile number. */
export default function ForgotPage() {
  const { t } = useTranslation();
  const setSession = useSetSession();
  const navigate = useNavigate();
  const [entry, setEntry] = useState(empty);
  const [second, setSecond] = useState(false); // the account has a second factor
  const set = (name: keyof typeof empty) => (e: { target: { value: string } }) => setEntry({ ...entry, [name]: e.target.value });
  const send = async (key: string) => {
    try {
      await post("/password-resets", { ...entry, mobile: entry.mobile.trim(), totp: second ? entry.totp : undefined }, { key });
    } catch (e) {
      if (e instanceof ApiError && e.code === "totp-required") setSecond(true);
      throw e;
    }
  };
  const form = useSubmit(send, () => {
    setSession(null);
    toast(t("session.forgotDone"));
    void navigate("/signin", { replace: true });
  });
  return (
    <Frame title={t("session.forgotTitle")}>
      <p className="soft">{t("session.forgotLead")}</p>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        <Field label={t("session.mobile")} help={t("session.mobileHelp")} error={form.faults.mobile} required><Input inputMode="tel" autoComplete="tel-national" value={entry.mobile} onChange={set("mobile")} required /></Field>
        <CodeField label={t("session.code")} value={entry.code} onChange={(code) => setEntry({ ...entry, code })} error={form.faults.code} disabled={!/^1\d{10}$/.test(entry.mobile.trim())} send={() => post("/password-resets/codes", { mobile: entry.mobile.trim() })} />
        {second ? <SecondFactor focus value={entry.totp} onChange={(totp) => setEntry({ ...entry, totp })} error={form.faults.totp} /> : null}
        <Field label={t("account.nextPassword")} help={t("session.passwordHelp")} error={form.faults.password} required><Input.Password autoComplete="new-password" value={entry.password} onChange={set("password")} required /></Field>
        <Button type="primary" htmlType="submit" block loading={form.busy}>{t("session.forgotSubmit")}</Button>
      </form>
      <p className="soft small">{t("session.forgotSeals")}</p>
      <p>{t("session.remembered")} <Link to="/signin">{t("session.title")}</Link></p>
    </Frame>
  );
}
