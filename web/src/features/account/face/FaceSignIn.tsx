import { useEffect, useState } from "react";
import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items } from "@/lib/api/client.ts";
import type { FaceDevice } from "@/lib/api/types.ts";
import { agentName } from "@/lib/agent.ts";
import { boundKeys, canBind, forgetKey } from "@/lib/faceKey.ts";
import { problemText } from "@/lib/problem.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Confirm } from "@/components/Dialog.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import { BindDevice } from "./BindDevice.tsx";

/** The devices from which the person signs in by face; this browser can become one. */
export function FaceSignIn({ person }: { person: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [binding, setBinding] = useState(false);
  const [ending, setEnding] = useState<FaceDevice>();
  const list = useQuery({ queryKey: ["face-devices"], queryFn: async ({ signal }) => items(await get<{ items: FaceDevice[] }>("/people/me/face-devices", signal)) });
  const keys = useQuery({ queryKey: ["bound-keys"], queryFn: boundKeys });
  const refresh = () => (void client.invalidateQueries({ queryKey: ["face-devices"] }), client.invalidateQueries({ queryKey: ["bound-keys"] }));
  const end = useMutation({ mutationFn: (id: string) => del(`/people/me/face-devices/${id}`), onSuccess: () => (toast(t("faceDevice.ended")), setEnding(undefined)), onError: (e) => toast(problemText(e, t).title, "bad"), onSettled: refresh });
  useForgotten(person, list.isFetching ? undefined : list.data);
  const here = (d: FaceDevice) => !!keys.data?.some((k) => k.id === d.id);
  const boundHere = !!list.data?.some(here);
  return (
    <section className="card stack">
      <div><h2>{t("faceDevice.title")}</h2><p className="soft">{t("faceDevice.lead")}</p></div>
      <Loaded query={list} lines={2}>
        {(devices) => (devices.length ? <ul className="stack" style={{ gap: 8 }}>{devices.map((d) => <Row key={d.id} device={d} here={here(d)} onEnd={() => setEnding(d)} />)}</ul> : <p className="soft">{t("faceDevice.none")}</p>)}
      </Loaded>
      {canBind() ? (boundHere ? null : <div><Button onClick={() => setBinding(true)}>{t("faceDevice.bind")}</Button></div>) : <Notice title={t("faceDevice.unsupported")}>{t("faceDevice.unsupportedHelp")}</Notice>}
      {binding ? <BindDevice person={person} onClose={() => (setBinding(false), void refresh(), void client.invalidateQueries({ queryKey: ["consents"] }))} /> : null}
      {ending ? <Confirm open danger busy={end.isPending} title={t("faceDevice.end")} ok={t("faceDevice.end")} onClose={() => setEnding(undefined)} onOk={() => end.mutate(ending.id)}><p>{t("faceDevice.endAsk", { name: ending.name })}</p></Confirm> : null}
    </section>
  );
}

function Row({ device: d, here, onEnd }: { device: FaceDevice; here: boolean; onEnd: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  return (
    <li className="row between">
      <span className="grow"><strong>{d.name}</strong> {here ? <Tag tone="ok">{t("faceDevice.here")}</Tag> : null}<br /><span className="soft small num">{agentName(d.agent, t("account.unknownDevice"))} · {t("faceDevice.boundAt", { at: dateTime(d.createdAt, lang) })} · {d.seenAt ? t("faceDevice.used", { at: dateTime(d.seenAt, lang) }) : t("faceDevice.unused")}</span></span>
      <Button onClick={onEnd} aria-label={`${t("faceDevice.end")} ${d.name}`}>{t("faceDevice.end")}</Button>
    </li>
  );
}

/** A key whose device was ended, here or elsewhere, opens nothing any more: it is thrown away. */
function useForgotten(person: string, devices: FaceDevice[] | undefined) {
  const client = useQueryClient();
  useEffect(() => {
    if (!devices) return;
    void boundKeys().then(async (keys) => {
      const gone = keys.filter((k) => k.person === person && !devices.some((d) => d.id === k.id));
      for (const k of gone) await forgetKey(k.id);
      if (gone.length) await client.invalidateQueries({ queryKey: ["bound-keys"] });
    });
  }, [person, devices, client]);
}
