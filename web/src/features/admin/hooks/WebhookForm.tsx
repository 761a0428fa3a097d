import { useState } from "react";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { patch, post } from "@/lib/api/client.ts";
import type { Webhook } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Choice } from "@/components/Choice.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { Ticks } from "../Ticks.tsx";
import { knownTypes, typeText } from "./words.ts";

/** Adds a webhook, or changes what one is told; its address stays. */
export function WebhookForm({ path, hook, onMade, onClose }: { path: string; hook?: Webhook; onMade: (h: Webhook) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState(hook?.description ?? "");
  const [types, setTypes] = useState(hook?.types ?? []);
  const [some, setSome] = useState(types.length > 0);
  const chosen = some ? types : [];
  const send = (key: string) => (hook ? patch<Webhook>(`${path}/${hook.id}`, { description, types: chosen }, { key }) : post<Webhook>(path, { url: url.trim(), description, types: chosen }, { key }));
  const form = useSubmit(send, (made) => {
    if (hook) toast(t("common.saved"));
    else onMade(made);
    void client.invalidateQueries({ queryKey: ["webhooks"] });
    onClose();
  });
  const offered = [...new Set([...knownTypes.map((x) => `document.${x}`), ...types])];
  return (
    <Dialog open title={hook ? t("hooks.edit") : t("hooks.addTitle")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        {hook ? <p className="mono breaks">{hook.url}</p> : <Field label={t("hooks.url")} required help={t("hooks.urlHelp")} error={form.faults.url}><Input type="url" className="mono" maxLength={500} placeholder="https://" value={url} onChange={(e) => setUrl(e.target.value)} /></Field>}
        <Field label={`${t("hooks.description")} (${t("common.optional")})`} error={form.faults.description}><Input maxLength={200} value={description} onChange={(e) => setDescription(e.target.value)} /></Field>
        <Choice name="types" legend={t("hooks.types")} value={some ? "some" : "all"} onChange={(v) => setSome(v === "some")} options={[{ value: "all", title: t("hooks.allTypes") }, { value: "some", title: t("hooks.someTypes") }]} />
        {some ? <Ticks legend={t("hooks.types")} value={types} onChange={setTypes} options={offered.map((x) => ({ value: x, text: typeText(x, t) }))} /> : null}
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={(!hook && !url.trim()) || (some && !types.length)}>{t(hook ? "common.save" : "common.add")}</Button></div>
      </form>
    </Dialog>
  );
}
