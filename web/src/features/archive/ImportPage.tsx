import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Uploader } from "@/components/Uploader.tsx";
import { save } from "./save.ts";

type Sent = { id: string; name: string };
const COLUMNS = "number,party,uscc,address,effectiveAt,expiresAt,file\r\n";

/** Old paper contracts: scans, and one table that says what they are. */
export default function ImportPage() {
  const { t } = useTranslation();
  const [table, setTable] = useState<Sent>();
  const [scans, setScans] = useState<Sent[]>([]);
  const [count, setCount] = useState<number>();
  const form = useSubmit((key) => post<{ accepted?: number }>("/archive/imports", { data: table?.id, files: scans.map((s) => s.id) }, { key }), (a) => setCount(a?.accepted ?? scans.length));
  return (
    <Page title={t("archive.importTitle")} lead={t("archive.importLead")} back={{ to: "/archive", text: t("archive.title") }} narrow>
      {count === undefined ? null : <Notice tone="ok" title={t("archive.importDone", { count })} />}
      <ProblemNotice error={form.error} />
      <div className="card stack">
        <div className="card-head"><h2>{t("archive.importData")}</h2><Button type="link" onClick={() => save(new Blob(["\ufeff", COLUMNS], { type: "text/csv" }), "contracts.csv")}>{t("archive.importColumns")}</Button></div>
        {table ? <p>✓ {table.name}</p> : null}
        <Uploader label={t("archive.importData")} accept={["text/csv", ".csv"]} onReady={(id, f) => setTable({ id, name: f.name })} />
      </div>
      <div className="card stack">
        <h2>{t("archive.importScans")}</h2>
        {scans.length ? <p>{t("cases.fileCount", { count: scans.length })}</p> : null}
        <Uploader label={t("archive.importScans")} accept={["application/pdf"]} multiple onReady={(id, f) => setScans((old) => [...old, { id, name: f.name }])} />
      </div>
      <div><Button type="primary" size="large" disabled={!table || !scans.length} loading={form.busy} onClick={() => form.submit()}>{t("archive.importSubmit")}</Button></div>
    </Page>
  );
}
