import { useState } from "react";
import { Button } from "antd";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, get, items } from "@/lib/api/client.ts";
import type { Device, Finger, Session } from "@/lib/api/types.ts";
import { useConsents, useWording } from "@/lib/consent.ts";
import { problemText } from "@/lib/problem.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useLang } from "@/lib/text.ts";
import { date } from "@/lib/time.ts";
import { Confirm } from "@/components/Dialog.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { Enrol } from "./Enrol.tsx";
import { Verify } from "./Verify.tsx";
import { fingerName } from "./words.ts";

/** The person's fingerprints: nothing before a consent of its own, which can be withdrawn. */
export default function Fingers({ session }: { session: Session }) {
  const { t } = useTranslation();
  const consents = useConsents();
  return (
    <section className="card stack">
      <div><h2>{t("finger.title")}</h2><p className="soft">{t("finger.lead")}</p></div>
      <Loaded query={consents} lines={2}>{(list) => (list.some((c) => c.kind === "fingerprint" && c.stands) ? <Enrolled org={session.org?.id} /> : <Ask />)}</Loaded>
    </section>
  );
}

function Ask() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { text, agree } = useWording("fingerprint");
  const form = useSubmit(agree, () => client.invalidateQueries({ queryKey: ["consents"] }));
  return (
    <>
      <ProblemNotice error={form.error} />
      <Loaded query={text}>{(wording) => <Notice title={t("finger.consentTitle")}>{wording?.text}</Notice>}</Loaded>
      <div><Button loading={form.busy} disabled={!text.data} onClick={() => form.submit()}>{t("finger.agree")}</Button></div>
    </>
  );
}

type Open = "enrol" | "verify" | "remove" | "withdraw";

function Enrolled({ org }: { org: string | undefined }) {
  const { t } = useTranslation();
  const lang = useLang();
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const fingers = useQuery({ queryKey: ["fingers"], queryFn: async ({ signal }) => items(await get<{ items: Finger[] }>("/people/me/fingers", signal)) });
  const devices = useQuery({ queryKey: ["devices", org], enabled: !!org, queryFn: async ({ signal }) => items(await get<{ items: Device[] }>(`/organisations/${org}/devices`, signal)) });
  const usable = (devices.data ?? []).filter((d) => !d.revokedAt);
  const refresh = () => (void client.invalidateQueries({ queryKey: ["fingers"] }), client.invalidateQueries({ queryKey: ["consents"] }));
  const drop = useMutation({ mutationFn: (all: boolean) => del(all ? "/consents/fingerprint" : "/people/me/fingers"), onSuccess: () => (toast(t("finger.removed")), close()), onError: (e) => toast(problemText(e, t).title, "bad"), onSettled: refresh });
  return (
    <Loaded query={fingers} lines={2}>
      {(list) => (
        <>
          {list.length ? <ul className="stack" style={{ gap: 4 }}>{list.map((f) => <li key={f.position}><strong>{fingerName(f.position, t)}</strong> <span className="soft small num">{t("finger.quality", { n: f.quality })} · {t("finger.enrolled")} {date(f.enrolledAt, lang)}</span></li>)}</ul> : <p className="soft">{t("finger.none")}</p>}
          <div className="row">
            <Button type={list.length ? undefined : "primary"} onClick={() => setOpen("enrol")}>{t(list.length ? "finger.enrolAgain" : "finger.enrol")}</Button>
            {list.length ? <Button onClick={() => setOpen("verify")}>{t("finger.verify")}</Button> : null}
            {list.length ? <Button danger type="text" onClick={() => setOpen("remove")}>{t("finger.remove")}</Button> : null}
            <Button danger type="text" onClick={() => setOpen("withdraw")}>{t("finger.withdraw")}</Button>
          </div>
          {open === "enrol" ? <Enrol devices={usable} onDone={() => (toast(t("finger.saved")), close(), void refresh())} onClose={close} /> : null}
          {open === "verify" && list.length ? <Verify fingers={list} devices={usable} onClose={close} /> : null}
          {open === "remove" ? <Confirm open danger busy={drop.isPending} title={t("finger.remove")} ok={t("finger.remove")} onClose={close} onOk={() => drop.mutate(false)}><p>{t("finger.removeAsk")}</p></Confirm> : null}
          {open === "withdraw" ? <Confirm open danger busy={drop.isPending} title={t("finger.withdraw")} ok={t("common.confirm")} onClose={close} onOk={() => drop.mutate(true)}><p>{t("finger.withdrawAsk")}</p></Confirm> : null}
        </>
      )}
    </Loaded>
  );
}
