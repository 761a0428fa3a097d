import { useRef, useState, type DragEvent } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { VerifyReport } from "@/lib/api/types.ts";
import { Page } from "@/components/Page.tsx";
import { Icon } from "@/components/Icon.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Report } from "./Report.tsx";
import "./verify.css";

/** Anyone can check a contract here: no account, no trust in whoever runs the site. */
export default function VerifyPage() {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [wrong, setWrong] = useState(false);
  const [report, setReport] = useState<VerifyReport>();
  const check = async (file: File | undefined) => {
    if (!file) return;
    setWrong(file.type !== "application/pdf" && !file.name.toLowerCase().endsWith(".pdf"));
    setReport(undefined);
    setError(undefined);
    setName(file.name);
    setBusy(true);
    try {
      setReport(await post<VerifyReport>("/verify", file.slice(0, file.size, "application/pdf")));
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page title={t("verify.title")} lead={t("verify.lead")} narrow>
      {report ? null : <Drop onFile={(f) => void check(f)} />}
      {wrong ? <Notice tone="warn" title={t("verify.notPdf")} /> : null}
      {busy ? <div><p role="status">{t("verify.checking")}</p><Loading /></div> : null}
      <ProblemNotice error={error} />
      {report ? <Report report={report} file={name} /> : null}
      {report ? <div className="row no-print"><Button type="primary" onClick={() => setReport(undefined)}>{t("verify.another")}</Button><Button onClick={() => window.print()}>{t("common.print")}</Button></div> : null}
    </Page>
  );
}

function Drop({ onFile }: { onFile: (f: File | undefined) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    onFile(e.dataTransfer.files[0]);
  };
  return (
    <div className={`verify-drop${over ? " verify-over" : ""}`} onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
      <Icon name="verify" size={44} />
      <p>{t("verify.drop")}</p>
      <Button type="primary" size="large" onClick={() => input.current?.click()}>{t("verify.choose")}</Button>
      <input ref={input} type="file" hidden tabIndex={-1} accept="application/pdf,.pdf" aria-label={t("verify.choose")} onChange={(e) => (onFile(e.target.files?.[0]), (e.target.value = ""))} />
    </div>
  );
}
