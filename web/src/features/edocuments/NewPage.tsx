import { useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Department, DocumentDraft, DocumentType, EDocumentDetail } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Empty } from "@/components/Empty.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { documentKey, listKey, useDepartments, useTypes } from "./data.ts";
import { DraftForm } from "./DraftForm.tsx";
import { makersOf } from "./drafting.ts";
import { TypeChoice } from "./TypeChoice.tsx";
import "./edocuments.css";

/** One document, made from data or taken as a finished PDF. */
export default function NewPage() {
  const { t } = useTranslation();
  const types = useTypes();
  const departments = useDepartments();
  return (
    <Page title={t("docs.newTitle")} lead={t("docs.newLead")} back={{ to: "/documents", text: t("docs.title") }} narrow>
      <Loaded query={types}>
        {(list) => (
          <Loaded query={departments}>
            {(deps) => {
              const open = list.filter((x) => !x.closed && makersOf(x, deps).length);
              return open.length ? <Make types={open} departments={deps} /> : <div className="card"><Empty title={t("docs.noTypes")}>{t("docs.noTypesHelp")}</Empty></div>;
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function Make({ types, departments }: { types: DocumentType[]; departments: Department[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const type = types.find((x) => x.id === params.get("type")) ?? types[0]!;
  const makers = makersOf(type, departments);
  const [department, setDepartment] = useState("");
  const draft = useRef<DocumentDraft>({ type: type.id });
  const chosen = makers.find((d) => d.id === department) ?? makers[0];
  const form = useSubmit((key) => post<EDocumentDetail>("/e-documents", draft.current, { key }), (made) => {
    client.setQueryData(documentKey(made.case), made);
    void client.invalidateQueries({ queryKey: [listKey] });
    toast(t("docs.made", { number: made.number }));
    void navigate(`/documents/${made.case}`);
  });
  const submit = (d: DocumentDraft) => {
    draft.current = { ...d, department: chosen?.id };
    form.submit();
  };
  return (
    <DraftForm
      key={type.id}
      type={type}
      start={{ type: type.id }}
      error={form.error}
      busy={form.busy}
      submitText={t("docs.submitNew")}
      onSubmit={submit}
      before={<TypeChoice types={types} type={type} onType={(id) => (form.reset(), setParams({ type: id }, { replace: true }))} makers={makers} department={chosen?.id ?? ""} onDepartment={setDepartment} />}
    />
  );
}
