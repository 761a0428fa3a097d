import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { faultsByField } from "@/lib/problem.ts";
import { CodeField } from "@/components/CodeField.tsx";
import { Notice } from "@/components/Notice.tsx";
import { SignatureInput } from "@/components/SignatureInput.tsx";
import type { Drawing } from "@/lib/drawing.ts";
import { latestDocument } from "./latest.ts";
import type { PanelProps } from "./panels.ts";

/** Draws the signature and confirms the wish to sign by a code of one's own. */
export default function SignPanel({ c, action, act }: PanelProps) {
  const { t } = useTranslation();
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const faults = faultsByField(act.error, t);
  const doc = latestDocument(c);
  const submit = () => {
    setTried(true);
    if (drawing) void act.run(action.name, { drawing, code });
  };
  return (
    <div className="card stack">
      <div><h2>{t("sign.title")}</h2><p className="soft">{t("sign.lead")}</p></div>
      <SignatureInput onChange={setDrawing} error={tried && !drawing ? t("sign.empty") : faults.drawing} />
      <div style={{ maxWidth: 420 }}>
        <CodeField label={t("sign.code")} value={code} onChange={setCode} error={faults.code} send={() => post(`/cases/${c.id}/confirmations`, {})} />
        <p className="soft small">{t("sign.codeHelp")}</p>
      </div>
      <Notice>
        {doc ? <p className="digest">{t("sign.digest", { digest: doc.sha256 })}</p> : null}
        <p>{t("sign.key")}</p>
      </Notice>
      <div><Button type="primary" size="large" loading={act.busy === action.name} disabled={code.length < 4} onClick={submit}>{t("sign.submit")}</Button></div>
    </div>
  );
}
