import { useRef, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { fieldErrorText } from "@/lib/problem.ts";
import { useSubmit } from "@/lib/submit.ts";
import { labelled } from "@/lib/text.ts";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Uploader } from "@/components/Uploader.tsx";
import { toCsv } from "@/components/table/csv.ts";
import { save } from "@/lib/save.ts";
import { drawn, uploadsEnded } from "@/lib/uploads.ts";

type Sent = { id: string; name: string };
type Filed = { accepted: number; rows: { row: number; number: string; code?: string }[] };
/** What a row says; the server knows the titles in both languages. */
const COLUMNS = ["number", "company", "uscc", "gasAddress", "effectiveAt", "expiresAt", "file"] as const;
/** The first row of the table holds the titles. */
const TITLES = 1;
const MOST_FAULTS = 50;

/** Old paper contracts: scans, and one table that says what they are. */
export default function ImportPage() {
  const { t } = useTranslation();
  const [table, setTable] = useState<Sent>();
  const [scans, setScans] = useState<Sent[]>([]);
  const [filed, setFiled] = useState<Filed>();
  const chosen = useRef({ table, scans });
  chosen.current = { table, scans };
  const send = async (key: string) => {
    await uploadsEnded(); // a table that replaces another is on its way
    await drawn();
    const { table, scans } = chosen.current;
    return post<Filed>("/archive/imports", { data: table?.id, files: scans.map((s) => s.id) }, { key });
  };
  const form = useSubmit(send, (answer) => {
    setFiled(answer);
    setTable(undefined); // what was taken in is not sent again
    setScans([]);
  });
  const title = (name: string) => (COLUMNS.some((c) => c === name) ? t(`archive.column_${name as (typeof COLUMNS)[number]}`) : name);
  const line = (row: number) => t("archive.importRow", { row: row + TITLES });
  // "rows.2.uscc" is the third row's credit code; other faults are about the table or a file as a whole.
  const place = (name: string) => {
    const [, n, column] = /^rows\.(\d+)\.?(.*)/.exec(name) ?? [];
    return n === undefined ? t(name === "data" ? "archive.importData" : "archive.importScans") : [line(Number(n) + 1), title(column ?? "")].filter(Boolean).join(" ");
  };
  const faults = [
    ...Object.entries(form.faults).map(([name, text]) => labelled(place(name), text)),
    ...(form.error ? [] : filed?.rows ?? []).filter((r) => r.code).map((r) => labelled(`${line(r.row)} ${r.number}`, fieldErrorText({ code: r.code! }, t))),
  ];
  return (
    <Page title={t("archive.importTitle")} lead={t("archive.importLead")} back={{ to: "/archive", text: t("archive.title") }} narrow>
      {filed && !form.error ? <Notice tone="ok" title={t("archive.importDone", { count: filed.accepted })} /> : null}
      <ProblemNotice error={form.error} />
      {faults.length ? <ul>{faults.slice(0, MOST_FAULTS).map((f) => <li key={f}>{f}</li>)}</ul> : null}
      <div className="card stack">
        <div className="card-head"><h2>{t("archive.importData")}</h2><Button type="link" onClick={() => save(new Blob([toCsv(COLUMNS.map(title), [])], { type: "text/csv;charset=utf-8" }), "contracts.csv")}>{t("archive.importColumns")}</Button></div>
        {table ? <p>✓ {table.name}</p> : null}
        <Uploader label={t("archive.importData")} accept={["text/csv", ".csv", ".xlsx"]} onReady={(id, f) => setTable({ id, name: f.name })} />
      </div>
      <div className="card stack">
        <h2>{t("archive.importScans")}</h2>
        {scans.length ? <p>{t("cases.fileCount", { count: scans.length })}</p> : null}
        <Uploader label={t("archive.importScans")} accept={["application/pdf"]} multiple onReady={(id, f) => setScans((old) => [...old.filter((s) => s.name !== f.name), { id, name: f.name }])} />
      </div>
      <div><Button type="primary" size="large" disabled={!table || !scans.length} loading={form.busy} onClick={() => form.submit()}>{t("archive.importSubmit")}</Button></div>
    </Page>
  );
}
