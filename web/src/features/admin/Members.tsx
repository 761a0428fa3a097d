import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items, patch, post, put } from "@/lib/api/client.ts";
import type { Member, OrgRef, OrgView, Seal } from "@/lib/api/types.ts";
import { problemText } from "@/lib/problem.ts";
import { roleName, rolesOf } from "@/lib/roles.ts";
import { useSubmit } from "@/lib/submit.ts";
import { bracketed } from "@/lib/text.ts";
import { Confirm, Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { Ticks } from "./Ticks.tsx";

function AddMember({ org, onClose }: { org: OrgRef; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [entry, setEntry] = useState({ name: "", mobile: "", roles: [] as string[] });
  const form = useSubmit((key) => post(`/organisations/${org.id}/members`, entry, { key }), () => {
    toast(t("admin.memberAdded"));
    void client.invalidateQueries({ queryKey: ["members"] });
    onClose();
  });
  return (
    <Dialog open title={t("admin.addMember")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        <Field label={t("common.name")} required error={form.faults.name}><Input value={entry.name} onChange={(e) => setEntry({ ...entry, name: e.target.value })} /></Field>
        <Field label={t("admin.mobile")} required error={form.faults.mobile}><Input inputMode="tel" value={entry.mobile} onChange={(e) => setEntry({ ...entry, mobile: e.target.value.trim() })} /></Field>
        <Ticks legend={t("admin.roles")} value={entry.roles} onChange={(roles) => setEntry({ ...entry, roles })} options={rolesOf[org.kind].map((r) => ({ value: r, text: roleName(r, t) }))} />
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!entry.mobile || !entry.roles.length}>{t("common.add")}</Button></div>
      </form>
    </Dialog>
  );
}

/** Roles that count only for who signs in with a second factor. */
function SecondFactor({ org }: { org: OrgRef }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["organisation", org.id], queryFn: ({ signal }) => get<OrgView>(`/organisations/${org.id}`, signal) });
  const change = useMutation({
    mutationFn: (roles: string[]) => put<OrgView>(`/organisations/${org.id}/second-factor`, { roles }),
    onSuccess: (now) => (client.setQueryData(["organisation", org.id], now), toast(t("common.saved"))),
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: ["session"] }),
  });
  return (
    <section className="card stack">
      <h2>{t("admin.secondFactor")}</h2>
      <p className="soft">{t("admin.secondFactorHelp")}</p>
      <Loaded query={query}>{(o) => <Ticks legend={t("admin.secondFactorRoles")} value={change.isPending ? change.variables : o.totpRoles} onChange={(roles) => change.mutate(roles)} options={rolesOf[org.kind].map((r) => ({ value: r, text: roleName(r, t) }))} />}</Loaded>
    </section>
  );
}

/** The seals that nobody could use any more without this member, unless they are issued to somebody else. */
function SealsOf({ org, person }: { org: OrgRef; person: string }) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["seals"], queryFn: async ({ signal }) => items(await get<Seal[]>("/seals", signal)) });
  const held = query.data?.filter((s) => s.org === org.id && s.holder.id === person && ["approved", "in-use", "suspended"].includes(s.state)) ?? [];
  if (!held.length) return null;
  return (
    <Notice tone="warn" title={t("admin.holdsSeals")}>
      <ul>{held.map((s) => <li key={s.id}><Link to={`/seals/${s.id}`}>{bracketed(s.title, t(`seal.kind_${s.kind}`))}</Link></li>)}</ul>
    </Notice>
  );
}

/** Who belongs to the organisation, and what each may do. */
export default function Members({ org }: { org: OrgRef }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Member>();
  const query = useQuery({ queryKey: ["members", org.id], queryFn: async ({ signal }) => items(await get<Member[] | { items: Member[] }>(`/organisations/${org.id}/members`, signal)) });
  const change = useMutation({
    mutationFn: ({ person, roles }: { person: string; roles: string[] | null }) => (roles ? patch(`/organisations/${org.id}/members/${person}`, { roles }) : del(`/organisations/${org.id}/members/${person}`)),
    onSuccess: () => (toast(t("common.saved")), setRemoving(undefined)),
    onError: (e) => toast(problemText(e, t).title, "bad"),
    onSettled: () => client.invalidateQueries({ queryKey: ["members"] }),
  });
  return (
    <div className="stack"><section className="card">
      <div className="card-head"><h2>{t("admin.members")}</h2><Button type="primary" onClick={() => setAdding(true)}>{t("admin.addMember")}</Button></div>
      <Loaded query={query}>
        {(list) => (
          <ul className="rows">
            {list.map((m) => (
              <li key={m.person.id}>
                <div className="row between"><strong>{m.person.name} <span className="soft num" style={{ fontWeight: 400 }}>{m.person.mobileMasked}</span></strong><Button size="small" type="text" danger onClick={() => setRemoving(m)}>{t("admin.removeMember", { name: m.person.name })}</Button></div>
                {m.invited ? <p className="soft">{t("admin.invited", { roles: m.roles.map((r) => roleName(r, t)).join(t("admin.invitedAnd")) })}</p> : <Ticks legend={t("admin.roles")} value={m.roles} onChange={(roles) => change.mutate({ person: m.person.id, roles })} options={rolesOf[org.kind].map((r) => ({ value: r, text: roleName(r, t) }))} />}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {adding ? <AddMember org={org} onClose={() => setAdding(false)} /> : null}
      {removing ? <Confirm open danger busy={change.isPending} title={t("admin.removeMember", { name: removing.person.name })} ok={t("common.remove")} onClose={() => setRemoving(undefined)} onOk={() => change.mutate({ person: removing.person.id, roles: null })}><p>{t("admin.removeMemberAsk", { name: removing.person.name })}</p><SealsOf org={org} person={removing.person.id} /></Confirm> : null}
    </section><SecondFactor org={org} /></div>
  );
}
