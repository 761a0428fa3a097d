import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Field } from "./Field.tsx";
import { Input } from "./Input.tsx";

/** Whether a code of the authenticator, or a recovery code, is whole. */
export const isWhole = (code: string) => /^\d{6}$/.test(code) || /^[A-Z2-7]{5}-?[A-Z2-7]{5}$/i.test(code.trim());

/** The code of the authenticator app, or a recovery code where that is lost. */
export function SecondFactor({ value, onChange, error, focus }: { value: string; onChange: (code: string) => void; error?: string; focus?: boolean }) {
  const { t } = useTranslation();
  const [lost, setLost] = useState(false);
  return (
    <div>
      {lost ? (
        <Field label={t("session.recoveryCode")} help={t("session.recoveryHelp")} error={error} required><Input key="recovery" autoFocus autoComplete="off" autoCapitalize="characters" className="mono" maxLength={14} value={value} onChange={(e) => onChange(e.target.value)} /></Field>
      ) : (
        <Field label={t("session.totpCode")} help={t("session.totpHelp")} error={error} required><Input key="app" autoFocus={focus} inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={value} onChange={(e) => onChange(e.target.value.replace(/\D/g, ""))} /></Field>
      )}
      <Button type="link" size="small" style={{ paddingInline: 0 }} onClick={() => (setLost(!lost), onChange(""))}>{t(lost ? "session.useApp" : "session.useRecovery")}</Button>
    </div>
  );
}
