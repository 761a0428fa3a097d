import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { patch, put } from "@/lib/api/client.ts";
import type { Session } from "@/lib/api/types.ts";
import { setLanguage } from "@/lib/i18n/index.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useLang } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { toast } from "@/components/Toast.tsx";

export function Profile({ person }: { person: Session["person"] }) {
  const { t } = useTranslation();
  const lang = useLang();
  const client = useQueryClient();
  const [email, setEmail] = useState(person.email ?? "");
  const form = useSubmit((key) => patch("/people/me", { email, language: lang }, { key }), () => {
    toast(t("common.saved"));
    void client.invalidateQueries({ queryKey: ["session"] });
  });
  return (
    <form className="card stack" onSubmit={form.submit}>
      <h2>{t("account.profile")}</h2>
      <ProblemNotice error={form.error} />
      <dl className="facts"><dt>{t("account.name")}</dt><dd>{person.name}</dd></dl>
      <Field label={t("account.email")} error={form.faults.email}><Input type="email" autoComplete="email" style={{ maxWidth: 360 }} value={email} onChange={(e) => setEmail(e.target.value)} /></Field>
      <Select label={t("account.language")} value={lang} onChange={(v) => void setLanguage(v === "en" ? "en" : "zh")} options={[{ value: "zh", text: "中文" }, { value: "en", text: "English" }]} />
      <div><Button type="primary" htmlType="submit" loading={form.busy}>{t("common.save")}</Button></div>
    </form>
  );
}

/** Whoever has no password yet, or had it taken away, sets one here; whoever forgot it gets it replaced by SMS. */
export function Password({ person }: { person: Session["person"] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const form = useSubmit((key) => put("/people/me/password", { current: person.hasPassword ? current : undefined, next }, { key }), () => {
    toast(t("account.passwordChanged"));
    setCurrent("");
    setNext("");
    void client.invalidateQueries({ queryKey: ["session"] });
  });
  const title = t(person.hasPassword ? "account.changePassword" : "account.setPassword");
  return (
    <form className="card stack" onSubmit={form.submit}>
      <h2>{title}</h2>
      <ProblemNotice error={form.error} />
      {person.hasPassword ? <Field label={t("account.currentPassword")} help={<Link to="/forgot">{t("session.forgot")}</Link>} error={form.faults.current}><Input.Password style={{ maxWidth: 360 }} autoComplete="current-password" value={current} onChange={(e) => setCurrent(e.target.value)} /></Field> : <p className="soft">{t("account.noPassword")}</p>}
      <Field label={t("account.nextPassword")} help={t("session.passwordHelp")} error={form.faults.next}><Input.Password style={{ maxWidth: 360 }} autoComplete="new-password" value={next} onChange={(e) => setNext(e.target.value)} /></Field>
      <div><Button htmlType="submit" loading={form.busy} disabled={(person.hasPassword && !current) || next.length < 10}>{title}</Button></div>
    </form>
  );
}
