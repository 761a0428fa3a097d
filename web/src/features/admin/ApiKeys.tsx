import { useState } from "react";
import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items, post } from "@/lib/api/client.ts";
import type { ApiKey, OrgRef } from "@/lib/api/types.ts";
import { roleName, rolesOf } from "@/lib/roles.ts";
import { useSubmit } from "@/lib/submit.ts";
import { listed, useLang } from "@/lib/text.ts";
import { date, dateTime } from "@/lib/time.ts";
import { Confirm } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Ticks } from "./Ticks.tsx";

function NewKey({ org, onMade }: { org: OrgRef; onMade: (k: ApiKey) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const form = useSubmit((key) => post<ApiKey>(`/organisations/${org.id}/api-keys`, { name, roles }, { key }), (k) => (onMade(k), setName("")));
  return (
    <form className="stack" onSubmit={form.submit}>
      <ProblemNotice error={form.error} />
      <div style={{ maxWidth: 360 }}><Field label={t("admin.keyName")} required error={form.faults.name}><Input value={name} onChange={(e) => setName(e.target.value)} /></Field></div>
      <Ticks legend={t("admin.roles")} value={roles} onChange={setRoles} options={rolesOf[org.kind].map((r) => ({ value: r, text: roleName(r, t) }))} />
      <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!name.trim() || !roles.length}>{t("admin.newKey")}</Button></div>
    </form>
  );
}

/** Keys by which the organisation's own programs use the API. */
export default function ApiKeys({ org }: { org: OrgRef }) {
  const { t } = useTranslation();
  const lang = useLang();
  const client = useQueryClient();
  const [made, setMade] = useState<ApiKey>();
  const [revoking, setRevoking] = useState<ApiKey>();
  const refresh = () => client.invalidateQueries({ queryKey: ["api-keys"] });
  const query = useQuery({ queryKey: ["api-keys", org.id], queryFn: async ({ signal }) => items(await get<ApiKey[] | { items: ApiKey[] }>(`/organisations/${org.id}/api-keys`, signal)) });
  const revoke = useMutation({ mutationFn: (id: string) => del(`/organisations/${org.id}/api-keys/${id}`), onSettled: () => (setRevoking(undefined), refresh()) });
  return (
    <section className="card stack">
      <h2>{t("admin.apiKeys")}</h2>
      {made?.secret ? <Notice tone="ok" title={t("admin.secretOnce")}><code style={{ overflowWrap: "anywhere" }}>{made.secret}</code></Notice> : null}
      <NewKey org={org} onMade={(k) => (setMade(k), void refresh())} />
      <Loaded query={query}>
        {(list) => (list.length ? (
          <ul className="rows">
            {list.map((k) => (
              <li key={k.id}><div className="row between"><span><strong>{k.name}</strong> <span className="soft small">{listed(k.roles.map((r) => roleName(r, t)))} · {t("admin.created")} {date(k.createdAt, lang)} · {k.seenAt ? t("admin.keySeen", { at: dateTime(k.seenAt, lang) }) : t("admin.keyUnused")}</span></span><Button danger type="text" size="small" onClick={() => setRevoking(k)}>{t("admin.revokeKey", { name: k.name })}</Button></div></li>
            ))}
          </ul>
        ) : <Empty title={t("admin.noKeys")} />)}
      </Loaded>
      {revoking ? <Confirm open danger busy={revoke.isPending} title={t("admin.revokeKey", { name: revoking.name })} ok={t("common.confirm")} onClose={() => setRevoking(undefined)} onOk={() => revoke.mutate(revoking.id)}><p>{t("admin.revokeKeyAsk")}</p></Confirm> : null}
    </section>
  );
}
