import { useRef } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, post, put } from "@/lib/api/client.ts";
import type { Case, DocumentDraft, DocumentType, EDocumentDetail } from "@/lib/api/types.ts";
import { caseKey } from "@/lib/case.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { documentKey, listKey, useDocument, useTypes } from "./data.ts";
import { DraftForm } from "./DraftForm.tsx";
import "./edocuments.css";

/** A document that came back is corrected and sent off again under the same number. */
export default function CorrectPage() {
  const { id = "" } = useParams();
  const document = useDocument(id);
  const types = useTypes();
  return (
    <Loaded query={document}>
      {(d) => (
        <Loaded query={types}>
          {(list) => {
            const type = list.find((x) => x.id === d.type);
            return type && d.open.includes("make") ? <Correct d={d} type={type} /> : <Navigate to={`/documents/${id}`} replace />;
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

/** Puts the corrected data into the case's draft and makes the document anew. */
async function resubmit(d: EDocumentDetail, draft: DocumentDraft, key: string) {
  const now = await get<Case>(`/cases/${d.case}`);
  const revision = now.sections.find((s) => s.id === "data")?.revision;
  const { department: _, ...data } = draft;
  await put(`/cases/${d.case}/drafts/data`, { data }, { etag: revision });
  await post(`/cases/${d.case}/actions/make`, {}, { key, etag: now.version });
}

function Correct({ d, type }: { d: EDocumentDetail; type: DocumentType }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const draft = useRef<DocumentDraft>({ type: type.id });
  const form = useSubmit((key) => resubmit(d, draft.current, key), () => {
    void client.invalidateQueries({ queryKey: documentKey(d.case) });
    void client.invalidateQueries({ queryKey: caseKey(d.case) });
    void client.invalidateQueries({ queryKey: [listKey] });
    toast(t("docs.resubmitted", { number: d.number }));
    void navigate(`/documents/${d.case}`);
  });
  const submit = (next: DocumentDraft) => {
    draft.current = next;
    form.submit();
  };
  return (
    <Page title={t("docs.correctTitle", { number: d.number })} lead={t("docs.correctLead")} back={{ to: `/documents/${d.case}`, text: d.number }} narrow>
      {d.reason ? <Notice tone="warn" title={d.reason} /> : null}
      <DraftForm type={type} start={d.data ?? { type: type.id }} error={form.error} busy={form.busy} submitText={t("docs.resubmit")} onSubmit={submit} />
    </Page>
  );
}
