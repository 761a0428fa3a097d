import { useState } from "react";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, get, items, post } from "@/lib/api/client.ts";
import type { DocumentStore } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { useAct } from "../useAct.ts";
import { StoreForm } from "./StoreForm.tsx";

const KEY = "document-stores";

/** The file servers that documents are kept on, and whether they answer. */
export default function Stores() {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<DocumentStore | "new">();
  const list = useQuery({ queryKey: [KEY], queryFn: async ({ signal }) => items(await get<{ items: DocumentStore[] }>("/document-stores", signal)) });
  return (
    <section className="card stack">
      <div className="card-head"><div><h2>{t("admin.stores")}</h2><p className="soft">{t("stores.lead")}</p></div><Button type="primary" onClick={() => setEditing("new")}>{t("stores.add")}</Button></div>
      <Loaded query={list}>{(stores) => <ul className="rows">{stores.map((s) => <Row key={s.name} store={s} onEdit={() => setEditing(s)} />)}</ul>}</Loaded>
      {editing ? <StoreForm store={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} /> : null}
    </section>
  );
}

function Row({ store: s, onEdit }: { store: DocumentStore; onEdit: () => void }) {
  const { t } = useTranslation();
  const test = useAct(() => post(`/document-stores/${s.name}/test`), { key: KEY });
  const why = s.problem ? problemText(new ApiError({ code: s.problem, status: 503, params: { wanted: s.fingerprint, seen: s.seenFingerprint } }), t) : undefined;
  return (
    <li>
      <div>
        <div className="row"><strong className="mono">{s.name}</strong><span>{s.name === "built-in" ? t("stores.builtIn") : t(`stores.kind_${s.kind}`)}</span><Tag tone={s.reachable ? "ok" : "bad"}>{t(s.reachable ? "stores.reachable" : "stores.unreachable")}</Tag></div>
        {s.address ? <p className="soft small mono breaks">{s.user}@{s.address}{s.folder ? ` · ${s.folder}` : ""}</p> : null}
        {why ? <p className="small"><strong className="field-error">{why.title}</strong> {why.help}</p> : null}
      </div>
      {test.isSuccess ? <Notice tone="ok" title={t("stores.testOk")} /> : null}
      <ProblemNotice error={test.error} />
      <div className="row">
        <Button size="small" loading={test.isPending} onClick={() => test.mutate(undefined)} aria-label={`${t("stores.test")} ${s.name}`}>{t("stores.test")}</Button>
        {s.kind === "folder" ? null : <Button size="small" onClick={onEdit} aria-label={`${t("stores.edit")} ${s.name}`}>{t("stores.edit")}</Button>}
      </div>
    </li>
  );
}
