import { useState } from "react";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items, post } from "@/lib/api/client.ts";
import type { Department, FtpAccount } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useLang } from "@/lib/text.ts";
import { bytes, date } from "@/lib/time.ts";
import { Confirm, Dialog } from "@/components/Dialog.tsx";
import { DataTable } from "@/components/DataTable.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { Tag } from "@/components/Tag.tsx";
import { FtpWaiting } from "./FtpWaiting.tsx";
import { Once } from "./Once.tsx";
import { useAct } from "./useAct.ts";

type Shown = { name: string; password: string };
type Asking = { what: "disable" | "reset" | "enable"; account: FtpAccount };
const KEY = "ftp-accounts";
const MB = 1024 * 1024;

/** FTP accounts by which systems of departments send documents and fetch results. */
export default function FtpAccounts() {
  const { t } = useTranslation();
  const lang = useLang();
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<Asking>();
  const [shown, setShown] = useState<Shown>();
  const [looking, setLooking] = useState<string>();
  const close = () => setAsking(undefined);
  const departments = useQuery({ queryKey: ["departments"], queryFn: async ({ signal }) => items(await get<Department[]>("/departments", signal)), staleTime: 60_000 });
  const list = useQuery({ queryKey: [KEY], queryFn: async ({ signal }) => items(await get<{ items: FtpAccount[] }>("/ftp-accounts", signal)) });
  const reset = useAct((name: string) => post<{ password: string }>(`/ftp-accounts/${name}/password`), { key: KEY, onDone: ({ password }, name) => (setShown({ name, password }), close()) });
  const disable = useAct((name: string) => del(`/ftp-accounts/${name}`), { key: KEY, done: t("ftp.disabled"), onDone: close });
  const departmentName = (id: string) => departments.data?.find((d) => d.id === id)?.name ?? id;
  const button = (account: FtpAccount, what: Asking["what"]) => <Button size="small" danger={what === "disable"} type={what === "disable" ? "text" : undefined} onClick={() => setAsking({ what, account })} aria-label={`${t(`ftp.${what}`)} ${account.name}`}>{t(`ftp.${what}`)}</Button>;
  const a = asking?.account;
  return (
    <section className="card stack">
      <div className="card-head"><div><h2>{t("admin.ftp")}</h2><p className="soft">{t("ftp.lead")}</p></div><Button type="primary" onClick={() => setAdding(true)}>{t("ftp.add")}</Button></div>
      {shown ? <Once title={t("ftp.once", { name: shown.name })} value={shown.password} onClose={() => setShown(undefined)} /> : null}
      <Loaded query={list}>
        {(accounts) => (accounts.length ? (
          <DataTable caption={t("admin.ftp")} rows={accounts} rowKey={(x) => x.name} columns={[
            { key: "name", title: t("ftp.name"), cell: (x) => <strong className="mono">{x.name}</strong> },
            { key: "department", title: t("ftp.department"), cell: (x) => departmentName(x.department) },
            { key: "state", title: t("common.state"), cell: (x) => <Tag tone={x.disabled ? "bad" : "ok"}>{t(x.disabled ? "ftp.off" : "ftp.on")}</Tag> },
            { key: "quota", title: t("ftp.quota"), end: true, cell: (x) => <span className="num">{x.quota ? bytes(x.quota) : t("ftp.noLimit")}</span> },
            { key: "keep", title: t("ftp.keep"), end: true, cell: (x) => <span className="num">{t("ftp.days", { count: x.keepDays })}</span> },
            { key: "made", title: t("common.date"), cell: (x) => <span className="num">{date(x.createdAt, lang)}</span> },
            { key: "do", title: "", end: true, cell: (x) => <span className="row" style={{ justifyContent: "flex-end" }}><Button size="small" onClick={() => setLooking(x.name)} aria-label={`${t("ftp.waiting")} ${x.name}`}>{t("ftp.waiting")}</Button>{x.disabled ? button(x, "enable") : <>{button(x, "reset")}{button(x, "disable")}</>}</span> },
          ]} />
        ) : <Empty title={t("ftp.empty")}>{t("ftp.emptyHelp")}</Empty>)}
      </Loaded>
      {adding ? <Add departments={(departments.data ?? []).filter((d) => !d.closed)} onMade={setShown} onClose={() => setAdding(false)} /> : null}
      {looking ? <FtpWaiting account={looking} onClose={() => setLooking(undefined)} /> : null}
      {a && asking?.what === "disable" ? <Confirm open danger busy={disable.isPending} title={t("ftp.disable")} ok={t("ftp.disable")} onClose={close} onOk={() => disable.mutate(a.name)}><p>{t("ftp.disableAsk", { name: a.name })}</p></Confirm> : null}
      {a && asking && asking.what !== "disable" ? <Confirm open busy={reset.isPending} title={t(`ftp.${asking.what}`)} ok={t(`ftp.${asking.what}`)} onClose={close} onOk={() => reset.mutate(a.name)}><p>{asking.what === "reset" ? t("ftp.resetAsk") : t("ftp.enableAsk", { name: a.name })}</p></Confirm> : null}
    </section>
  );
}

function Add({ departments, onMade, onClose }: { departments: Department[]; onMade: (s: Shown) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [entry, setEntry] = useState({ name: "", department: departments[0]?.id ?? "", quota: "0", keepDays: "30" });
  const quota = Math.round(Number(entry.quota) * MB);
  const form = useSubmit((key) => post<FtpAccount>("/ftp-accounts", { name: entry.name, department: entry.department, quota, keepDays: Number(entry.keepDays) || 30 }, { key }), (made) => {
    onMade({ name: made.name, password: made.password ?? "" });
    void client.invalidateQueries({ queryKey: [KEY] });
    onClose();
  });
  return (
    <Dialog open title={t("ftp.add")} onClose={onClose}>
      {departments.length ? (
        <form className="stack" onSubmit={form.submit}>
          <ProblemNotice error={form.error} />
          <Field label={t("ftp.name")} required help={t("ftp.nameHelp")} error={form.faults.name}><Input className="mono" maxLength={40} autoCapitalize="none" value={entry.name} onChange={(e) => setEntry({ ...entry, name: e.target.value.toLowerCase().replace(/[^a-z0-9-]/g, "") })} /></Field>
          <Select label={t("ftp.department")} value={entry.department} onChange={(department) => setEntry({ ...entry, department })} options={departments.map((d) => ({ value: d.id, text: d.name }))} />
          {form.faults.department ? <p className="field-error">{form.faults.department}</p> : null}
          <Field label={t("ftp.quota")} help={t("ftp.quotaHelp")} error={form.faults.quota}><Input className="num" inputMode="numeric" value={entry.quota} onChange={(e) => setEntry({ ...entry, quota: e.target.value.replace(/\D/g, "").slice(0, 8) })} /></Field>
          <Field label={t("ftp.keepDays")} help={t("ftp.keepHelp")} error={form.faults.keepDays}><Input className="num" inputMode="numeric" value={entry.keepDays} onChange={(e) => setEntry({ ...entry, keepDays: e.target.value.replace(/\D/g, "").slice(0, 4) })} /></Field>
          <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!entry.name}>{t("common.add")}</Button></div>
        </form>
      ) : <Notice tone="warn" title={t("ftp.noDepartments")} />}
    </Dialog>
  );
}
