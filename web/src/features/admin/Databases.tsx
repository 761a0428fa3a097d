import { useState } from "react";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items, post, put } from "@/lib/api/client.ts";
import type { IndexDatabase, Lang } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime, distance, span } from "@/lib/time.ts";
import { Confirm, Dialog } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import { useAct } from "./useAct.ts";

const KEY = "index-databases";
const kinds = ["postgres", "mysql", "sqlite", "oracle"] as const;
const examples: Record<IndexDatabase["kind"], string> = {
  postgres: "postgres://user:password@host:5432/database?sslmode=verify-full", mysql: "user:password@tcp(host:3306)/database?tls=true", sqlite: "purchasing.db", oracle: "oracle://user:password@host:1521/service?ssl=true",
};

/** Databases of departments that are kept equal to the records of documents. */
export default function Databases() {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<IndexDatabase | "new">();
  const [removing, setRemoving] = useState<IndexDatabase>();
  const list = useQuery({ queryKey: [KEY], queryFn: async ({ signal }) => items(await get<{ items: IndexDatabase[] }>("/index-databases", signal)), refetchInterval: 10_000 });
  const remove = useAct((d: IndexDatabase) => del(`/index-databases/${d.name}`), { key: KEY, done: t("mirrors.removed"), onDone: () => setRemoving(undefined) });
  return (
    <section className="card stack">
      <div className="card-head"><div><h2>{t("admin.databases")}</h2><p className="soft">{t("mirrors.lead")}</p></div><Button type="primary" onClick={() => setEditing("new")}>{t("mirrors.add")}</Button></div>
      <Loaded query={list}>
        {(databases) => (databases.length ? (
          <ul className="rows">{databases.map((d) => <Row key={d.name} database={d} onEdit={() => setEditing(d)} onRemove={() => setRemoving(d)} />)}</ul>
        ) : <Empty title={t("mirrors.empty")}>{t("mirrors.emptyHelp")}</Empty>)}
      </Loaded>
      {editing ? <Edit database={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} /> : null}
      {removing ? <Confirm open danger busy={remove.isPending} title={t("mirrors.remove")} ok={t("mirrors.remove")} onClose={() => setRemoving(undefined)} onOk={() => remove.mutate(removing)}><p>{t("mirrors.removeAsk", { name: removing.name })}</p></Confirm> : null}
    </section>
  );
}

function behind(since: string, lang: Lang): string {
  const d = distance(Date.parse(since), Date.now());
  return span(Math.max(1, d.value), d.unit, lang);
}

function Row({ database: d, onEdit, onRemove }: { database: IndexDatabase; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const test = useAct(() => post<{ version: string }>(`/index-databases/${d.name}/test`), { key: KEY });
  return (
    <li>
      <div>
        <div className="row">
          <strong className="mono">{d.name}</strong><span>{t(`mirrors.kind_${d.kind}`)}</span>
          {d.experimental ? <Tag tone="warn">{t("mirrors.experimental")}</Tag> : null}
          {d.waiting ? <Tag tone={d.failures ? "bad" : "warn"}>{t("mirrors.waiting", { count: d.waiting })}{d.waitingSince ? ` · ${t("mirrors.lag", { span: behind(d.waitingSince, lang) })}` : ""}</Tag> : <Tag tone="ok">{t("mirrors.upToDate")}</Tag>}
        </div>
        <p className="soft small num">{t("mirrors.table")}: <code>{d.table}</code> · {d.deliveredAt ? t("mirrors.delivered", { at: dateTime(d.deliveredAt, lang) }) : t("mirrors.never")}</p>
        {d.failures ? <p className="field-error">{t("mirrors.failures", { count: d.failures })}{d.nextTryAt ? ` · ${t("mirrors.nextTry", { at: dateTime(d.nextTryAt, lang) })}` : ""}</p> : null}
        {d.lastError ? <p className="small breaks"><span className="soft">{t("mirrors.lastError", { at: dateTime(d.lastErrorAt, lang) })}</span> <span className="mono">{d.lastError}</span></p> : null}
        {d.refused ? <p className="small breaks"><strong className="field-error">{t("mirrors.refused", { count: d.refused })}</strong> <span className="mono">{d.refusedWhy}</span></p> : null}
      </div>
      {test.data ? <Notice tone="ok" title={t("mirrors.testOk", { version: test.data.version })} /> : null}
      <ProblemNotice error={test.error} />
      <div className="row">
        <Button size="small" loading={test.isPending} onClick={() => test.mutate(undefined)} aria-label={`${t("mirrors.test")} ${d.name}`}>{t("mirrors.test")}</Button>
        <Button size="small" onClick={onEdit} aria-label={`${t("mirrors.edit")} ${d.name}`}>{t("mirrors.edit")}</Button>
        <Button size="small" type="text" danger onClick={onRemove} aria-label={`${t("mirrors.remove")} ${d.name}`}>{t("mirrors.remove")}</Button>
      </div>
    </li>
  );
}

function Edit({ database, onClose }: { database?: IndexDatabase; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(database?.name ?? "");
  const [kind, setKind] = useState<IndexDatabase["kind"]>(database?.kind ?? "postgres");
  const [dsn, setDsn] = useState("");
  const [table, setTable] = useState(database?.table ?? "");
  const form = useSubmit((key) => put(`/index-databases/${name}`, { kind, dsn: dsn.trim() || undefined, table: table || undefined }, { key }), () => {
    toast(t("mirrors.saved"));
    void client.invalidateQueries({ queryKey: [KEY] });
    onClose();
  });
  const keeps = !!database && kind === database.kind;
  return (
    <Dialog open title={database ? t("mirrors.change", { name }) : t("mirrors.add")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        {database ? null : <Field label={t("mirrors.name")} required help={t("mirrors.nameHelp")} error={form.faults.name}><Input className="mono" maxLength={40} autoCapitalize="none" value={name} onChange={(e) => setName(e.target.value.toLowerCase().replace(/[^a-z0-9-]/g, ""))} /></Field>}
        <Select label={t("mirrors.kind")} value={kind} onChange={(v) => setKind(v as IndexDatabase["kind"])} options={kinds.map((k) => ({ value: k, text: t(`mirrors.kind_${k}`) }))} />
        {kind === "oracle" ? <Notice tone="warn" title={t("mirrors.experimental")}>{t("mirrors.experimentalHelp")}</Notice> : null}
        <Field label={t("mirrors.dsn")} required={!keeps} help={kind === "sqlite" ? t("mirrors.dsnFile") : keeps ? t("mirrors.dsnKeep") : undefined} error={form.faults.dsn}><Input.Password className="mono" autoComplete="off" maxLength={500} placeholder={examples[kind]} value={dsn} onChange={(e) => setDsn(e.target.value)} /></Field>
        <Field label={`${t("mirrors.table")} (${t("common.optional")})`} help={t("mirrors.tableHelp")} error={form.faults.table}><Input className="mono" maxLength={30} autoCapitalize="none" placeholder="cinnabar_document" value={table} onChange={(e) => setTable(e.target.value.toLowerCase().replace(/[^a-z0-9_]/g, ""))} /></Field>
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!name || (!keeps && !dsn.trim())}>{t("common.save")}</Button></div>
      </form>
    </Dialog>
  );
}
