import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items, patch } from "@/lib/api/client.ts";
import type { OrgRef, OrgView, Seal } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";

/** The organisation's own data. Its credit code is who it is, and cannot be changed. */
export default function Organisation({ org }: { org: OrgRef }) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["organisation", org.id], queryFn: ({ signal }) => get<OrgView>(`/organisations/${org.id}`, signal) });
  return (
    <section className="card stack">
      <h2>{t("admin.organisation")}</h2>
      <FormerName org={org} />
      <Loaded query={query}>{(now) => <Entries key={`${now.name} ${now.phone}`} now={now} />}</Loaded>
    </section>
  );
}

function Entries({ now }: { now: OrgView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(now.name);
  const [phone, setPhone] = useState(now.phone);
  const form = useSubmit((key) => patch<OrgView>(`/organisations/${now.id}`, { name, phone }, { key }), (changed) => {
    toast(t("common.saved"));
    client.setQueryData(["organisation", now.id], changed);
    for (const key of ["session", "seals"]) void client.invalidateQueries({ queryKey: [key] });
  });
  return (
    <form className="stack" style={{ maxWidth: 520 }} onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      <Field label={t("account.orgName")} help={t("admin.orgNameHelp")} required error={form.faults.name}><Input maxLength={100} value={name} onChange={(e) => setName(e.target.value)} /></Field>
      <Field label={t("account.uscc")} help={t("admin.usccHelp")}><Input className="mono" readOnly value={now.uscc} /></Field>
      <Field label={t("admin.orgPhone")} help={t("admin.orgPhoneHelp")} error={form.faults.phone}><Input inputMode="tel" maxLength={30} value={phone} onChange={(e) => setPhone(e.target.value)} /></Field>
      {name.trim() === now.name ? null : <Notice tone="warn" title={t("admin.renaming")}>{t("admin.renamingHelp")}</Notice>}
      <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!name.trim() || (name === now.name && phone === now.phone)}>{t("common.save")}</Button></div>
    </form>
  );
}

/** The seals that bear a name which is another now. */
function FormerName({ org }: { org: OrgRef }) {
  const { t } = useTranslation();
  const seals = useQuery({ queryKey: ["seals"], queryFn: async ({ signal }) => items(await get<Seal[]>("/seals", signal)) });
  const old = (seals.data ?? []).filter((s) => s.org === org.id && s.outdated);
  if (!old.length) return null;
  return (
    <Notice tone="warn" title={t("seals.outdated")}>
      <p>{t("seals.outdatedHelp")}</p>
      <ul>{old.map((s) => <li key={s.id}><Link to={`/seals/${s.id}`}>{t(`seal.kind_${s.kind}`)} · {s.title}</Link></li>)}</ul>
    </Notice>
  );
}
