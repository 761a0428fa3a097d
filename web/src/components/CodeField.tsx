import { useEffect, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { problemText } from "@/lib/problem.ts";
import { Field } from "./Field.tsx";
import { Input } from "./Input.tsx";
import { toast } from "./Toast.tsx";

const PAUSE = 60;

/** Entry of a code that comes by SMS, with the button that sends it and its waiting time. */
export function CodeField({ label, value, onChange, send, error, disabled }: { label: string; value: string; onChange: (code: string) => void; send: () => Promise<unknown>; error?: string; disabled?: boolean }) {
  const { t } = useTranslation();
  const [wait, setWait] = useState(0);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!wait) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  const ask = async () => {
    setBusy(true);
    try {
      await send();
      setWait(PAUSE);
      toast(t("session.codeSent"));
    } catch (e) {
      toast(problemText(e, t).title, "bad");
    } finally {
      setBusy(false);
    }
  };
  const button = (
    <Button onClick={() => void ask()} disabled={disabled || wait > 0} loading={busy}>
      {wait ? t("session.resend", { s: wait }) : t("session.getCode")}
    </Button>
  );
  return (
    <div style={{ display: "grid", gridTemplateColumns: "1fr auto", gap: 8, alignItems: "end" }}>
      <Field label={label} error={error}>
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={8} value={value} onChange={(e) => onChange(e.target.value.replace(/\D/g, ""))} />
      </Field>
      {button}
    </div>
  );
}
