import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Session, SignInAnswer } from "@/lib/api/types.ts";
import { boundKeys, type BoundKey } from "@/lib/faceKey.ts";
import { useSetSession } from "@/lib/session.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { SecondFactor, isWhole } from "@/components/SecondFactor.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { CodeField } from "@/components/CodeField.tsx";
import { Frame } from "./Frame.tsx";

const FaceForm = lazy(() => import("./FaceForm.tsx"));

type Done = (answer: SignInAnswer) => void;
type Method = "password" | "sms" | "face";
const methodText = { password: "session.byPassword", sms: "session.bySms", face: "faceDevice.byFace" } as const;

function PasswordForm({ onDone }: { onDone: Done }) {
  const { t } = useTranslation();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const form = useSubmit(() => post<SignInAnswer>("/sessions", { method: "password", login, password }), onDone);
  return (
    <form className="stack" onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      <Field label={t("session.login")} error={form.faults.login}><Input name="login" autoComplete="username" value={login} onChange={(e) => setLogin(e.target.value)} required /></Field>
      <Field label={t("session.password")} error={form.faults.password}><Input.Password name="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} required /></Field>
      <Button type="primary" htmlType="submit" block loading={form.busy}>{t("session.submit")}</Button>
      <p><Link to="/forgot">{t("session.forgot")}</Link></p>
    </form>
  );
}

function SmsForm({ onDone }: { onDone: Done }) {
  const { t } = useTranslation();
  const [mobile, setMobile] = useState("");
  const [code, setCode] = useState("");
  const form = useSubmit(() => post<SignInAnswer>("/sessions", { method: "sms", mobile, code }), onDone);
  return (
    <form className="stack" onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      <Field label={t("session.mobile")} help={t("session.mobileHelp")} error={form.faults.mobile}>
        <Input name="mobile" inputMode="tel" autoComplete="tel-national" value={mobile} onChange={(e) => setMobile(e.target.value.trim())} required />
      </Field>
      <CodeField label={t("session.code")} value={code} onChange={setCode} error={form.faults.code} disabled={!/^1\d{10}$/.test(mobile)} send={() => post("/sessions/sms-codes", { mobile })} />
      <Button type="primary" htmlType="submit" block loading={form.busy}>{t("session.submit")}</Button>
    </form>
  );
}

function TotpForm({ pending, onDone }: { pending: string; onDone: Done }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const form = useSubmit(() => post<Session>("/sessions/totp", { pending, code }), onDone);
  return (
    <form className="stack" onSubmit={form.submit}>
      <h2>{t("session.totpTitle")}</h2>
      <ProblemNotice error={form.error} />
      <SecondFactor focus value={code} onChange={setCode} error={form.faults.code} />
      <Button type="primary" htmlType="submit" block loading={form.busy} disabled={!isWhole(code)}>{t("session.submit")}</Button>
    </form>
  );
}

/** Goes on where the person wanted to go; only paths of this site are followed. */
function useArrive(): Done {
  const setSession = useSetSession();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  return (answer) => {
    setSession(answer as Session);
    const next = params.get("next") ?? "/";
    void navigate(/^\/(?![/\\])/.test(next) ? next : "/", { replace: true });
  };
}

/** What this browser holds for sign-in by face; nothing as a rule. */
function useBoundKeys() {
  const [keys, setKeys] = useState<BoundKey[]>([]);
  const look = () => void boundKeys().then(setKeys);
  useEffect(look, []);
  return { keys, look };
}

export default function SignInPage() {
  const { t } = useTranslation();
  const arrive = useArrive();
  const [method, setMethod] = useState<Method>("password");
  const { keys, look } = useBoundKeys();
  const methods: Method[] = keys.length ? ["password", "sms", "face"] : ["password", "sms"];
  const [pending, setPending] = useState<string>();
  const done: Done = (answer) => ("totpRequired" in answer ? setPending(answer.pending) : arrive(answer));
  let body: ReactNode = method === "sms" ? <SmsForm onDone={done} /> : <PasswordForm onDone={done} />;
  if (method === "face" && keys.length) body = <Suspense fallback={null}><FaceForm keys={keys} onDone={done} onForget={() => (look(), setMethod("password"))} /></Suspense>;
  if (pending) body = <TotpForm pending={pending} onDone={done} />;
  return (
    <Frame title={t("session.title")}>
      {pending ? null : (
        <div className="tabs" role="group" aria-label={t("session.title")}>
          {methods.map((m) => (
            <button key={m} type="button" aria-pressed={method === m} onClick={() => setMethod(m)}>{t(methodText[m])}</button>
          ))}
        </div>
      )}
      {body}
      <p>{t("session.noAccount")} <Link to="/register">{t("session.register")}</Link></p>
      <p className="soft small">{t("session.verifyHint")} <Link to="/verify">{t("session.verifyLink")}</Link></p>
    </Frame>
  );
}
