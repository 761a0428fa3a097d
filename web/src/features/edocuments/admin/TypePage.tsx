import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/lib/api/client.ts";
import type { DocumentType } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useText } from "@/lib/text.ts";
import { Confirm } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { typesKey } from "../data.ts";
import { Basics } from "./Basics.tsx";
import { Keeping } from "./Keeping.tsx";
import { Routing } from "./Routing.tsx";
import { TemplateEditor } from "./TemplateEditor.tsx";
import "../edocuments.css";

type Items = { items: DocumentType[] };
const blank = (): DocumentType => ({ id: "", title: { zh: "", en: "" }, prefix: "", date: "year", digits: 6, template: "", uploads: true, routes: [], store: "built-in", database: "main", outbox: true });

/** One kind of document. All kinds are saved together, at the version that was loaded. */
export default function TypePage() {
  const { t } = useTranslation();
  const { type: id = "" } = useParams();
  const list = useQuery({ queryKey: ["setting", "/document-types"], queryFn: ({ signal }) => call<Items>("GET", "/document-types", { signal }), staleTime: Infinity, gcTime: 0 });
  return (
    <Loaded query={list}>
      {({ data, etag }) => {
        const found = data.items.find((x) => x.id === id);
        if (id !== "new" && !found) return <Empty title={t("problem.nothing")} />;
        return <Editor key={`${id} ${etag}`} all={data.items} etag={etag} start={found} />;
      }}
    </Loaded>
  );
}

/** Faults of this type by the entry's name, from those of the whole list. */
function ownFaults(faults: Record<string, string>, at: number): Record<string, string> {
  const prefix = new RegExp(`^(?:items\\.)?${at}\\.`);
  return Object.fromEntries(Object.entries(faults).filter(([k]) => prefix.test(k)).map(([k, v]) => [k.replace(prefix, ""), v]));
}

function Editor({ all, etag, start }: { all: DocumentType[]; etag: string | null; start?: DocumentType }) {
  const { t } = useTranslation();
  const tx = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [type, setType] = useState<DocumentType>(start ?? blank());
  const [dirty, setDirty] = useState(!start);
  const [removing, setRemoving] = useState(false);
  const at = start ? all.findIndex((x) => x.id === start.id) : all.length;
  const put = (items: DocumentType[], key: string) => call("PUT", "/document-types", { body: { items }, key, etag });
  const back = (text: string) => {
    toast(text);
    void client.invalidateQueries({ queryKey: typesKey });
    void navigate("/admin/document-types");
  };
  const save = useSubmit((key) => put(start ? all.map((x) => (x.id === start.id ? type : x)) : [...all, type], key), () => back(t("types.saved")));
  const remove = useSubmit((key) => put(all.filter((x) => x.id !== start?.id), key), () => back(t("types.saved")));
  const faults = ownFaults(save.faults, at);
  const edit = (more: Partial<DocumentType>) => (setDirty(true), setType((old) => ({ ...old, ...more })));
  const parts = { type, edit, faults };
  const unread = type.routes.some((r) => Number.isNaN(r.from) || Number.isNaN(r.below));
  return (
    <Page title={start ? tx(start.title) : t("types.newTitle")} lead={start ? <span className="mono">{start.id}</span> : t("types.lead")} back={{ to: "/admin/document-types", text: t("types.title") }} actions={start ? <Button danger onClick={() => setRemoving(true)}>{t("types.remove")}</Button> : null}>
      <Basics {...parts} fixed={!!start} />
      <TemplateEditor {...parts} />
      <Routing {...parts} />
      <Keeping {...parts} />
      <div className="type-save no-print">
        <Button type="primary" size="large" disabled={!dirty || unread} loading={save.busy} onClick={() => save.submit()}>{t("types.save")}</Button>
        {dirty ? <span className="soft" role="status">{t("types.unsaved")}</span> : null}
        <div className="grow">{unread || Object.keys(faults).length ? <Notice tone="bad" title={t("types.wrongHere")} /> : <ProblemNotice error={save.error} />}</div>
      </div>
      {removing && start ? <Confirm open danger title={t("types.remove")} ok={t("types.remove")} busy={remove.busy} onClose={() => setRemoving(false)} onOk={() => remove.submit()}><p>{t("types.removeAsk", { id: start.id })}</p><ProblemNotice error={remove.error} /></Confirm> : null}
    </Page>
  );
}
