import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, post, put } from "@/lib/api/client.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { SecondFactor, isWhole } from "@/components/SecondFactor.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import { Recovery, RecoveryCodes } from "./Recovery.tsx";

const QRCode = lazy(() => import("antd/es/qr-code"));
type Offer = { secret: string; uri: string };

/** The second step of sign-in: shown as a code to scan, confirmed by the first code it makes. */
export function Totp({ enabled }: { enabled: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [offer, setOffer] = useState<Offer>();
  const [closing, setClosing] = useState(false);
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<string[]>();
  const begin = useSubmit((key) => post<Offer>("/people/me/totp", {}, { key }), setOffer);
  const finish = useSubmit((key) => (enabled ? del<undefined>("/people/me/totp", { code }, { key }) : put<{ codes: string[] }>("/people/me/totp", { code }, { key })), (made) => {
    toast(t(enabled ? "account.totpGone" : "account.totpDone"));
    setOffer(undefined);
    setClosing(false);
    setCode("");
    setCodes(made?.codes);
    void client.invalidateQueries({ queryKey: ["recovery-codes"] });
    void client.invalidateQueries({ queryKey: ["session"] });
  });
  const entering = !!offer || closing;
  return (
    <section className="card stack">
      <div className="card-head"><h2>{t("account.totp")}</h2><Tag tone={enabled ? "ok" : undefined}>{t(enabled ? "account.totpOn" : "account.totpOff")}</Tag></div>
      <ProblemNotice error={begin.error ?? finish.error} />
      {offer ? (
        <div className="row" style={{ gap: 24 }}>
          <Suspense fallback={null}><QRCode value={offer.uri} type="svg" size={172} /></Suspense>
          <div className="grow"><p>{t("account.totpScan")}</p><p className="soft small">{t("account.totpSecret")}</p><code>{offer.secret}</code></div>
        </div>
      ) : null}
      {entering ? (
        <form className="row" style={{ alignItems: "flex-end" }} onSubmit={finish.submit}>
          {enabled ? <SecondFactor value={code} onChange={setCode} error={finish.faults.code} /> : <Field label={t("session.totpCode")} error={finish.faults.code}><Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={code} onChange={(e) => setCode(e.target.value.replace(/\D/g, ""))} /></Field>}
          <Button type="primary" danger={enabled} htmlType="submit" loading={finish.busy} disabled={!isWhole(code)}>{t(enabled ? "account.totpDisable" : "account.totpEnable")}</Button>
        </form>
      ) : <div><Button loading={begin.busy} onClick={() => (enabled ? setClosing(true) : begin.submit())}>{t(enabled ? "account.totpDisable" : "account.totpSetUp")}</Button></div>}
      {codes ? <RecoveryCodes codes={codes} onClose={() => setCodes(undefined)} /> : enabled ? <Recovery /> : null}
    </section>
  );
}
