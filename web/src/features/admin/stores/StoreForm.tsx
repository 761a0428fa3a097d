import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post, put } from "@/lib/api/client.ts";
import type { DocumentStore } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { toast } from "@/components/Toast.tsx";
import { HostKeyField } from "./HostKeyField.tsx";

const kinds = ["sftp", "ftps", "ftp"] as const;
type Kind = (typeof kinds)[number];

/** Adds a file server or changes one. What is entered can be tried before it is saved. */
export function StoreForm({ store, onClose }: { store?: DocumentStore; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(store?.name ?? "");
  const [entry, setEntry] = useState({ kind: (store?.kind ?? "sftp") as Kind, address: store?.address ?? "", user: store?.user ?? "", password: "", folder: store?.folder ?? "", ca: store?.ca ?? "", hostKey: store?.hostKey ?? "", tls13: !!store?.tls13 });
  const [tested, setTested] = useState(false);
  const set = (more: Partial<typeof entry>) => (setEntry({ ...entry, ...more }), setTested(false));
  const sftp = entry.kind === "sftp";
  const body = () => ({
    ...entry, address: entry.address.trim(), password: entry.password || undefined, folder: entry.folder || undefined,
    hostKey: sftp ? entry.hostKey : undefined, ca: entry.kind === "ftps" ? entry.ca || undefined : undefined, tls13: entry.kind === "ftps" && entry.tls13,
  });
  const test = useSubmit((key) => post(`/document-stores/${name || "new"}/test`, body(), { key }), () => setTested(true));
  const form = useSubmit((key) => (store ? put(`/document-stores/${name}`, body(), { key }) : post("/document-stores", { name, ...body() }, { key })), () => {
    toast(t("stores.saved"));
    void client.invalidateQueries({ queryKey: ["document-stores"] });
    onClose();
  });
  const faults = { ...test.faults, ...form.faults };
  // The known password goes only to whom it was given for; the server refuses it otherwise.
  const kept = !!store && entry.kind === store.kind && entry.address.trim() === store.address && entry.user === store.user && entry.ca === (store.ca ?? "") && (!sftp || entry.hostKey === store.hostKey);
  const ready = !!name && !!entry.address && !!entry.user && (kept || !!entry.password) && (!sftp || !!entry.hostKey);
  const Secret = sftp ? Input.TextArea : Input.Password;
  return (
    <Dialog open title={store ? t("stores.change", { name }) : t("stores.add")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error ?? test.error} />
        {store ? null : <Field label={t("stores.name")} required help={t("stores.nameHelp")} error={faults.name}><Input className="mono" maxLength={40} autoCapitalize="none" value={name} onChange={(e) => setName(e.target.value.toLowerCase().replace(/[^a-z0-9-]/g, ""))} /></Field>}
        <Select label={t("stores.kind")} value={entry.kind} onChange={(kind) => set({ kind: kind as Kind })} options={kinds.map((k) => ({ value: k, text: t(`stores.kind_${k}`) }))} />
        {entry.kind === "ftp" ? <Notice tone="warn" title={t("stores.plain")} /> : null}
        <Field label={t("stores.address")} required help={t("stores.addressHelp")} error={faults.address}><Input className="mono" maxLength={200} value={entry.address} onChange={(e) => set({ address: e.target.value, hostKey: e.target.value.trim() === store?.address ? (store?.hostKey ?? "") : "" })} /></Field>
        <Field label={t("stores.user")} required error={faults.user}><Input maxLength={100} autoComplete="off" value={entry.user} onChange={(e) => set({ user: e.target.value })} /></Field>
        <Field label={t(sftp ? "stores.passwordKey" : "stores.password")} required={!kept} help={store ? t(kept ? "stores.passwordKeep" : "stores.passwordAnew") : undefined} error={faults.password}><Secret autoComplete="new-password" className={sftp ? "masked" : undefined} maxLength={10000} value={entry.password} onChange={(e: { target: { value: string } }) => set({ password: e.target.value })} /></Field>
        <Field label={`${t("stores.folder")} (${t("common.optional")})`} help={t("stores.folderHelp")} error={faults.folder}><Input className="mono" maxLength={200} value={entry.folder} onChange={(e) => set({ folder: e.target.value })} /></Field>
        {sftp ? <HostKeyField address={entry.address} trusted={store?.hostKey} fingerprint={store?.fingerprint} value={entry.hostKey} onChange={(hostKey) => set({ hostKey })} error={faults.hostKey} /> : null}
        {entry.kind === "ftps" ? (
          <>
            <Field label={`${t("stores.ca")} (${t("common.optional")})`} help={t("stores.caHelp")} error={faults.ca}><Input.TextArea className="mono" maxLength={20000} value={entry.ca} onChange={(e) => set({ ca: e.target.value })} /></Field>
            <label className="tick"><input type="checkbox" checked={entry.tls13} onChange={(e) => set({ tls13: e.target.checked })} /><span>{t("stores.tls13")}<br /><span className="soft small">{t("stores.tls13Help")}</span></span></label>
          </>
        ) : null}
        {tested ? <Notice tone="ok" title={t("stores.testOk")} /> : null}
        <div className="row">
          <Button type="primary" htmlType="submit" loading={form.busy} disabled={!ready}>{t("common.save")}</Button>
          <Button loading={test.busy} disabled={!ready} onClick={() => test.submit()}>{t("stores.tryFirst")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
