import { useState } from "react";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items, patch, post } from "@/lib/api/client.ts";
import type { DeliveryAttempt, OrgRef, Webhook } from "@/lib/api/types.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Confirm } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { Once } from "../Once.tsx";
import { useAct } from "../useAct.ts";
import { Deliveries } from "./Deliveries.tsx";
import { deliveryProblem, offText, typesText } from "./words.ts";
import { WebhookForm } from "./WebhookForm.tsx";

type Asking = { what: "edit" | "log" | "rotate" | "disable" | "remove"; hook: Webhook };
const KEY = "webhooks";

/** Where the organisation's programs are told of events. */
export default function Webhooks({ org }: { org: OrgRef }) {
  const { t } = useTranslation();
  const lang = useLang();
  const path = `/organisations/${org.id}/webhooks`;
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<Asking>();
  const [shown, setShown] = useState<Webhook>();
  const close = () => setAsking(undefined);
  const list = useQuery({ queryKey: [KEY, org.id], queryFn: async ({ signal }) => items(await get<{ items: Webhook[] }>(path, signal)) });
  const rotate = useAct((h: Webhook) => post<Webhook>(`${path}/${h.id}/rotate`), { key: KEY, onDone: (h) => (setShown(h), close()) });
  const enable = useAct((h: Webhook) => patch(`${path}/${h.id}`, { enabled: true }), { key: KEY, done: t("hooks.enabled") });
  const disable = useAct((h: Webhook) => patch(`${path}/${h.id}`, { enabled: false }), { key: KEY, done: t("hooks.disabled"), onDone: close });
  const remove = useAct((h: Webhook) => del(`${path}/${h.id}`), { key: KEY, done: t("hooks.removed"), onDone: close });
  const hook = asking?.hook;
  return (
    <section className="card stack">
      <div className="card-head"><div><h2>{t("admin.webhooks")}</h2><p className="soft">{t("hooks.lead")} {t("hooks.docs")}</p></div><Button type="primary" onClick={() => setAdding(true)}>{t("hooks.add")}</Button></div>
      {shown?.secret ? <Once title={shown.oldSecretUntil ? t("hooks.secretNew", { at: dateTime(shown.oldSecretUntil, lang) }) : t("hooks.secretTitle")} value={shown.secret} help={shown.url} onClose={() => setShown(undefined)} /> : null}
      <Loaded query={list}>
        {(hooks) => (hooks.length ? (
          <ul className="rows">{hooks.map((h) => <Row key={h.id} path={path} hook={h} ask={(what) => setAsking({ what, hook: h })} enable={() => enable.mutate(h)} />)}</ul>
        ) : <Empty title={t("hooks.none")}>{t("hooks.noneHelp")}</Empty>)}
      </Loaded>
      {adding ? <WebhookForm path={path} onMade={setShown} onClose={() => setAdding(false)} /> : null}
      {asking?.what === "edit" ? <WebhookForm path={path} hook={hook} onMade={setShown} onClose={close} /> : null}
      {hook && asking?.what === "log" ? <Deliveries path={path} hook={hook} onClose={close} /> : null}
      {hook && asking?.what === "rotate" ? <Confirm open busy={rotate.isPending} title={t("hooks.rotate")} ok={t("hooks.rotate")} onClose={close} onOk={() => rotate.mutate(hook)}><p>{t("hooks.rotateAsk")}</p></Confirm> : null}
      {hook && asking?.what === "disable" ? <Confirm open danger busy={disable.isPending} title={t("hooks.disable")} ok={t("hooks.disable")} onClose={close} onOk={() => disable.mutate(hook)}><p className="breaks">{hook.url}</p></Confirm> : null}
      {hook && asking?.what === "remove" ? <Confirm open danger busy={remove.isPending} title={t("hooks.remove")} ok={t("hooks.remove")} onClose={close} onOk={() => remove.mutate(hook)}><p className="breaks">{t("hooks.removeAsk", { url: hook.url })}</p></Confirm> : null}
    </section>
  );
}

function Row({ path, hook: h, ask, enable }: { path: string; hook: Webhook; ask: (what: Asking["what"]) => void; enable: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const ping = useAct(() => post<DeliveryAttempt>(`${path}/${h.id}/ping`), { key: "deliveries" });
  const p = ping.data;
  const button = (what: Asking["what"], danger?: boolean) => <Button size="small" type={danger ? "text" : undefined} danger={danger} aria-label={`${t(`hooks.${what === "log" ? "deliveries" : what}`)} ${h.url}`} onClick={() => ask(what)}>{t(`hooks.${what === "log" ? "deliveries" : what}`)}</Button>;
  return (
    <li>
      <div>
        <div className="row"><strong className="mono breaks">{h.url}</strong>{h.enabled ? <Tag tone={h.failingSince ? "warn" : "ok"}>{t("hooks.on")}</Tag> : <Tag tone="bad">{t("hooks.off")}</Tag>}</div>
        {h.description ? <p>{h.description}</p> : null}
        <p className="soft small">{t("hooks.types")}: {typesText(h.types, t)}{h.enabled ? "" : ` · ${offText(h, t)}`}{h.oldSecretUntil ? ` · ${t("hooks.oldUntil", { at: dateTime(h.oldSecretUntil, lang) })}` : ""}</p>
        {h.enabled && h.failingSince ? <p className="field-error">{t("hooks.failingSince", { at: dateTime(h.failingSince, lang) })}</p> : null}
      </div>
      {p ? (p.problem ? <Notice tone="bad" title={t("hooks.pingBad")}>{deliveryProblem(p.problem, t)}{p.status ? ` · HTTP ${p.status}` : ""}</Notice> : <Notice tone="ok" title={t("hooks.pingOk", { status: p.status, ms: p.tookMs })} />) : null}
      <div className="row">
        <Button size="small" loading={ping.isPending} aria-label={`${t("hooks.ping")} ${h.url}`} onClick={() => ping.mutate(undefined)}>{t("hooks.ping")}</Button>
        {button("log")}
        {button("edit")}
        {button("rotate")}
        {h.enabled ? button("disable") : <Button size="small" aria-label={`${t("hooks.enable")} ${h.url}`} onClick={enable}>{t("hooks.enable")}</Button>}
        {button("remove", true)}
      </div>
    </li>
  );
}
