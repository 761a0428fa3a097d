import { useState } from "react";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post } from "@/lib/api/client.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";

/** New recovery codes, shown this once: to be written down, copied, or kept as a file. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const text = codes.join("\n");
  return (
    <Notice tone="warn" title={t("account.recoveryOnce")}>
      <p>{t("account.recoveryHelp")}</p>
      <ol className="recovery" data-testid="recovery">{codes.map((c) => <li key={c}><code>{c}</code></li>)}</ol>
      <div className="row">
        {"clipboard" in navigator ? <Button onClick={() => void navigator.clipboard.writeText(text).then(() => toast(t("common.copied")))}>{t("common.copy")}</Button> : null}
        <Button href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="recovery-codes.txt">{t("common.download")}</Button>
        <Button type="primary" onClick={onClose}>{t("account.recoveryKept")}</Button>
      </div>
    </Notice>
  );
}

/** How many are left, and how to get others. */
export function Recovery() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<string[]>();
  const left = useQuery({ queryKey: ["recovery-codes"], queryFn: ({ signal }) => get<{ left: number }>("/people/me/recovery-codes", signal) }).data?.left;
  const renew = useSubmit((key) => post<{ codes: string[] }>("/people/me/recovery-codes", { code }, { key }), (made) => {
    setCodes(made.codes);
    setOpen(false);
    setCode("");
    void client.invalidateQueries({ queryKey: ["recovery-codes"] });
  });
  if (codes) return <RecoveryCodes codes={codes} onClose={() => setCodes(undefined)} />;
  if (left === undefined) return null;
  return (
    <div className="stack" style={{ gap: 8 }}>
      <div className="row between"><span className={left < 3 ? "field-error" : "soft"}>{t("account.recoveryLeft", { count: left })}</span>{open ? null : <Button onClick={() => setOpen(true)}>{t("account.recoveryRenew")}</Button>}</div>
      <ProblemNotice error={renew.error} />
      {open ? (
        <form className="row" style={{ alignItems: "flex-end" }} onSubmit={renew.submit}>
          <Field label={t("session.totpCode")} help={t("account.recoveryRenewHelp")} error={renew.faults.code}><Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={code} onChange={(e) => setCode(e.target.value.replace(/\D/g, ""))} /></Field>
          <Button type="primary" htmlType="submit" loading={renew.busy} disabled={code.length !== 6}>{t("account.recoveryRenew")}</Button>
        </form>
      ) : null}
    </div>
  );
}
