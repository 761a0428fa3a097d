import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items, post, put } from "@/lib/api/client.ts";
import type { Department, Member } from "@/lib/api/types.ts";
import { useSession } from "@/lib/session.ts";
import { useSubmit } from "@/lib/submit.ts";
import { listed } from "@/lib/text.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Confirm, Dialog } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import { departmentsKey, useDepartments } from "../data.ts";
import "../edocuments.css";

/** Departments with their members and client numbers. */
export default function DepartmentsPage() {
  const { t } = useTranslation();
  const departments = useDepartments();
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Department>();
  const [closing, setClosing] = useState<Department>();
  const doing = (d: Department) => (d.closed ? <Tag>{t("depts.closed")}</Tag> : (
    <span className="row" style={{ justifyContent: "flex-end" }}>
      <Button size="small" onClick={() => setEditing(d)} aria-label={`${t("depts.edit")} ${d.name}`}>{t("depts.edit")}</Button>
      <Button size="small" type="text" danger onClick={() => setClosing(d)} aria-label={`${t("depts.close")} ${d.name}`}>{t("depts.close")}</Button>
    </span>
  ));
  return (
    <Page title={t("depts.title")} lead={t("depts.lead")} back={{ to: "/admin", text: t("admin.title") }} actions={<><LinkButton to="/admin/document-types">{t("depts.typesLink")}</LinkButton><Button type="primary" onClick={() => setAdding(true)}>{t("depts.add")}</Button></>}>
      <div className="card">
        <Loaded query={departments}>
          {(list) => list.length ? (
            <DataTable caption={t("depts.title")} rows={list} rowKey={(d) => d.id} columns={[
              { key: "name", title: t("depts.name"), cell: (d) => <strong>{d.name}</strong> },
              { key: "client", title: t("depts.client"), cell: (d) => <span className="num mono">{d.client}</span> },
              { key: "members", title: t("depts.members"), wide: true, cell: (d) => (d.members.length ? listed(d.members.map((m) => m.name)) : <span className="soft">{t("depts.noMembers")}</span>) },
              { key: "do", title: "", end: true, cell: doing },
            ]} />
          ) : <Empty title={t("depts.empty")}>{t("depts.emptyHelp")}</Empty>}
        </Loaded>
        <p className="soft small" style={{ padding: "8px 12px" }}>{t("depts.multiple")} <Link to="/admin/members">{t("depts.roleHint")}</Link></p>
      </div>
      {adding ? <Add onClose={() => setAdding(false)} /> : null}
      {editing ? <Members department={editing} all={departments.data ?? []} onClose={() => setEditing(undefined)} /> : null}
      {closing ? <Close department={closing} onClose={() => setClosing(undefined)} /> : null}
    </Page>
  );
}

/** Says that it was done, and shows the departments anew. */
function useDone(text: string, onClose: () => void) {
  const client = useQueryClient();
  return () => {
    toast(text);
    void client.invalidateQueries({ queryKey: departmentsKey });
    onClose();
  };
}

function Add({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [entry, setEntry] = useState({ name: "", client: "" });
  const form = useSubmit((key) => post("/departments", { name: entry.name.trim(), client: entry.client || undefined }, { key }), useDone(t("depts.added"), onClose));
  return (
    <Dialog open title={t("depts.add")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        <Field label={t("depts.name")} required error={form.faults.name}><Input maxLength={60} value={entry.name} onChange={(e) => setEntry({ ...entry, name: e.target.value })} /></Field>
        <Field label={`${t("depts.client")} (${t("common.optional")})`} help={t("depts.clientHelp")} error={form.faults.client}><Input className="mono" maxLength={20} value={entry.client} onChange={(e) => setEntry({ ...entry, client: e.target.value.toUpperCase().replace(/[^A-Z0-9-]/g, "") })} /></Field>
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!entry.name.trim()}>{t("common.add")}</Button></div>
      </form>
    </Dialog>
  );
}

function Close({ department, onClose }: { department: Department; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useSubmit((key) => del(`/departments/${department.id}`, undefined, { key }), useDone(t("depts.closedNow"), onClose));
  return <Confirm open danger title={t("depts.close")} ok={t("depts.close")} busy={form.busy} onClose={onClose} onOk={() => form.submit()}><p>{t("depts.closeAsk", { name: department.name })}</p><ProblemNotice error={form.error} /></Confirm>;
}

/** Who belongs to a department; the other departments of each stay as they are. */
function Members({ department, all, onClose }: { department: Department; all: Department[]; onClose: () => void }) {
  const { t } = useTranslation();
  const org = useSession().data?.org?.id;
  const members = useQuery({ queryKey: ["members", org], enabled: !!org, queryFn: async ({ signal }) => items(await get<Member[]>(`/organisations/${org}/members`, signal)) });
  const before = department.members.map((m) => m.id);
  const [inside, setInside] = useState(before);
  const others = (person: string) => all.filter((d) => d.id !== department.id && d.members.some((m) => m.id === person)).map((d) => d.id);
  const save = async () => {
    const changed = [...new Set([...before, ...inside])].filter((p) => before.includes(p) !== inside.includes(p));
    for (const p of changed) await put(`/departments/members/${p}`, { departments: inside.includes(p) ? [...others(p), department.id] : others(p) });
  };
  const form = useSubmit(save, useDone(t("depts.saved"), onClose));
  const people = (list: Member[]) => [...new Map(list.map((m) => [m.person.id, m.person])).values()];
  return (
    <Dialog open title={t("depts.editTitle", { name: department.name })} onClose={onClose} footer={<Button type="primary" loading={form.busy} onClick={() => form.submit()}>{t("common.save")}</Button>}>
      <ProblemNotice error={form.error} />
      <Loaded query={members}>
        {(list) => (
          <fieldset className="ticks-row" style={{ display: "grid" }}>
            <legend className="visually-hidden">{t("depts.members")}</legend>
            {people(list).map((p) => <label key={p.id} className="tick"><input type="checkbox" checked={inside.includes(p.id)} onChange={() => setInside(inside.includes(p.id) ? inside.filter((x) => x !== p.id) : [...inside, p.id])} /><span>{p.name}</span></label>)}
          </fieldset>
        )}
      </Loaded>
    </Dialog>
  );
}
