import { useState } from "react";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items, post } from "@/lib/api/client.ts";
import type { Device, DeviceCode, OrgRef } from "@/lib/api/types.ts";
import { listed, useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Confirm } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { Once } from "./Once.tsx";
import { useAct } from "./useAct.ts";

const KEY = "devices";

/** Agents beside fingerprint readers: a code to enrol one, and those that are enrolled. */
export default function Devices({ org }: { org: OrgRef }) {
  const { t } = useTranslation();
  const lang = useLang();
  const path = `/organisations/${org.id}`;
  const [code, setCode] = useState<DeviceCode>();
  const [revoking, setRevoking] = useState<Device>();
  // An agent that enrols by the code on the screen appears by itself.
  const list = useQuery({ queryKey: [KEY, org.id], queryFn: async ({ signal }) => items(await get<{ items: Device[] }>(`${path}/devices`, signal)), refetchInterval: code ? 4000 : false });
  const make = useAct(() => post<DeviceCode>(`${path}/device-codes`), { key: KEY, onDone: setCode });
  const revoke = useAct((d: Device) => del(`${path}/devices/${d.id}`), { key: KEY, done: t("gear.revokedNow"), onDone: () => setRevoking(undefined) });
  return (
    <section className="card stack">
      <div className="card-head"><div><h2>{t("admin.devices")}</h2><p className="soft">{t("gear.lead")}</p></div><Button type="primary" loading={make.isPending} onClick={() => make.mutate(undefined)}>{t("gear.newCode")}</Button></div>
      {code ? (
        <>
          <Once title={t("gear.codeTitle")} value={code.code} help={t("gear.codeHelp", { at: dateTime(code.expiresAt, lang) })} onClose={() => setCode(undefined)} />
          <pre className="payload" tabIndex={0}>{`cinnabar agent enrol --server ${location.origin} --code ${code.code}`}</pre>
        </>
      ) : null}
      <Loaded query={list}>
        {(devices) => (devices.length ? (
          <ul className="rows">
            {devices.map((d) => (
              <li key={d.id} className="row between">
                <div className="grow">
                  <div className="row"><strong>{d.name}</strong><Tag tone={d.revokedAt ? "bad" : "ok"}>{t(d.revokedAt ? "gear.revokedTag" : "gear.active")}</Tag></div>
                  <p className="soft small">{t("gear.readers")}: {listed(d.readers.map((r) => r.name)) || t("gear.noReaders")}</p>
                  <p className="soft small num">{t("gear.enrolled", { at: dateTime(d.enrolledAt, lang) })} · {d.revokedAt ? t("gear.revoked", { at: dateTime(d.revokedAt, lang) }) : d.seenAt ? t("gear.seen", { at: dateTime(d.seenAt, lang) }) : t("gear.unseen")}</p>
                </div>
                {d.revokedAt ? null : <Button size="small" type="text" danger onClick={() => setRevoking(d)} aria-label={`${t("gear.revoke")} ${d.name}`}>{t("gear.revoke")}</Button>}
              </li>
            ))}
          </ul>
        ) : <Empty title={t("gear.empty")}>{t("gear.emptyHelp")}</Empty>)}
      </Loaded>
      {revoking ? <Confirm open danger busy={revoke.isPending} title={t("gear.revoke")} ok={t("gear.revoke")} onClose={() => setRevoking(undefined)} onOk={() => revoke.mutate(revoking)}><p>{t("gear.revokeAsk", { name: revoking.name })}</p></Confirm> : null}
    </section>
  );
}
