import { lazy, Suspense, useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, get } from "@/lib/api/client.ts";
import type { DocumentDraft, DocumentType, TypeForm } from "@/lib/api/types.ts";
import { fieldErrorText } from "@/lib/problem.ts";
import { Choice } from "@/components/Choice.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Uploader } from "@/components/Uploader.tsx";
import { isBounded } from "./data.ts";
import { draftOf, frameFaults, frameOf, takesData, takesUpload, valueFaults } from "./drafting.ts";

const SchemaForm = lazy(() => import("@/components/form/SchemaForm.tsx"));

type Props = { type: DocumentType; start: DocumentDraft; error: unknown; busy: boolean; submitText: string; before?: ReactNode; onSubmit: (draft: DocumentDraft) => void };

/** The entries of one document: the type's own form or a finished PDF, and what it is found by. */
export function DraftForm({ type, start, error, busy, submitText, before, onSubmit }: Props) {
  const { t } = useTranslation();
  const [entry, setEntry] = useState(start);
  const [upload, setUpload] = useState(takesData(type) ? !!start.upload : true);
  const both = takesData(type) && takesUpload(type);
  const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  const faults = frameFaults(errors);
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) summary.current?.scrollIntoView({ block: "center" });
  }, [error]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    onSubmit(draftOf(type, entry, upload));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <div ref={summary}>{error instanceof ApiError && error.code === "document-exists" ? <Exists error={error} /> : errors.length ? <Notice tone="bad" title={t("docs.formErrors", { count: errors.length })} /> : <ProblemNotice error={error} />}</div>
      {before}
      {both ? (
        <div className="card"><Choice name="how" legend={t("docs.how")} value={upload ? "upload" : "form"} onChange={(v) => setUpload(v === "upload")} options={[{ value: "form", title: t("docs.byForm"), help: t("docs.byFormHelp") }, { value: "upload", title: t("docs.byUpload"), help: t("docs.byUploadHelp") }]} /></div>
      ) : null}
      {upload ? <Upload value={entry.upload} fault={faults.upload ? fieldErrorText(faults.upload, t) : undefined} onChange={(id) => setEntry({ ...entry, upload: id })} /> : (
        <div className="card doc-values"><Values type={type} values={entry.values ?? {}} errors={valueFaults(errors)} onChange={(values) => setEntry((old) => ({ ...old, values }))} /></div>
      )}
      <Frame type={type} upload={upload} entry={entry} faults={faults} onChange={(more) => setEntry({ ...entry, ...more })} />
      <div><Button type="primary" size="large" htmlType="submit" loading={busy} disabled={upload && !entry.upload}>{submitText}</Button></div>
    </form>
  );
}

/** One matter has one document: here is the one that there is. */
function Exists({ error }: { error: ApiError }) {
  const { t } = useTranslation();
  const number = String(error.problem.params?.number ?? "");
  // Other departments' documents are not shown, only that the key is taken.
  if (!error.problem.params?.case) return <Notice tone="bad" title={t("docs.existsElsewhere")}>{t("docs.existsHelp")}</Notice>;
  return (
    <Notice tone="bad" title={t("docs.exists", { number })} action={<Link to={`/documents/${String(error.problem.params?.case ?? "")}`}>{t("docs.openExisting", { number: number || t("docs.state_making") })}</Link>}>{t("docs.existsHelp")}</Notice>
  );
}

function Values({ type, values, errors, onChange }: { type: DocumentType; values: Record<string, unknown>; errors: Parameters<typeof SchemaForm>[0]["errors"]; onChange: (v: Record<string, unknown>) => void }) {
  const form = useQuery({ queryKey: ["type-form", type.id, type.template], queryFn: ({ signal }) => get<TypeForm>(`/document-types/${encodeURIComponent(type.id)}/form`, signal), staleTime: 60_000 });
  return (
    <Loaded query={form} lines={6}>
      {(f) => <Suspense fallback={<Loading lines={6} />}><SchemaForm id="values" schema={f.schema} ui={f.uiSchema} data={values} errors={errors} onChange={onChange} /></Suspense>}
    </Loaded>
  );
}

function Upload({ value, fault, onChange }: { value?: string; fault?: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  return (
    <div className="card stack">
      <h2>{t("docs.finishedPdf")}</h2>
      {value ? <p role="status">✓ {t("docs.uploaded", { name: name || value })}</p> : null}
      <Uploader label={t("docs.finishedPdf")} accept={["application/pdf"]} onReady={(id, f) => (setName(f.name), onChange(id))} />
      {fault ? <p className="field-error">{fault}</p> : null}
    </div>
  );
}

type FrameProps = { type: DocumentType; upload: boolean; entry: DocumentDraft; faults: ReturnType<typeof frameFaults>; onChange: (more: Partial<DocumentDraft>) => void };

function Frame({ type, upload, entry, faults, onChange }: FrameProps) {
  const { t } = useTranslation();
  const shown = frameOf(type, upload);
  const labels = { key: t("docs.key"), party: t("docs.party"), amount: t("docs.amount"), date: t("docs.date") };
  const fault = (f: string) => (faults[f] ? fieldErrorText(faults[f], t) : undefined);
  return (
    <div className="card stack">
      <div><h2>{t("docs.frame")}</h2><p className="soft small">{t("docs.frameHelp")}</p></div>
      <div className="type-grid">
        {shown.map((f) => (
          <Field key={f} label={labels[f]} required={(f === "key" && type.needsKey) || (f === "amount" && isBounded(type))} help={f === "key" ? t("docs.keyHelp") : undefined} error={fault(f)}>
            <Input type={f === "date" ? "date" : "text"} inputMode={f === "amount" ? "decimal" : undefined} value={entry[f] ?? ""} maxLength={100} onChange={(e) => onChange({ [f]: e.target.value })} />
          </Field>
        ))}
        <Field label={`${t("docs.ownTitle")} (${t("common.optional")})`} help={t("docs.ownTitleHelp")} error={fault("title")}><Input value={entry.title ?? ""} maxLength={100} onChange={(e) => onChange({ title: e.target.value })} /></Field>
      </div>
    </div>
  );
}
