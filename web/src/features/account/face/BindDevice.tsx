import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { FaceChallenge, FaceDevice } from "@/lib/api/types.ts";
import { agentName } from "@/lib/agent.ts";
import { faceAnswer, keepKey, newKey, publicKeyOf } from "@/lib/faceKey.ts";
import { useWording } from "@/lib/consent.ts";
import { useSubmit } from "@/lib/submit.ts";
import type { Frame } from "@/components/FaceCapture.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { faceFault } from "@/components/faceReason.ts";

const FaceCapture = lazy(() => import("@/components/FaceCapture.tsx").then((m) => ({ default: m.FaceCapture })));

/** Asks for the consent apart, films the person, and keeps the key in this browser once the server took it. */
export function BindDevice({ person, onClose }: { person: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(() => agentName(navigator.userAgent, ""));
  const [agreed, setAgreed] = useState(false);
  const [challenge, setChallenge] = useState<FaceChallenge>();
  const { text, agree } = useWording("face-sign-in");
  const begin = useSubmit(async () => {
    await agree();
    return post<FaceChallenge>("/people/me/face-devices/challenges");
  }, (c) => (send.reset(), setChallenge(c)));
  const [film, setFilm] = useState<Frame[]>();
  const send = useBinding(person, name, () => (toast(t("faceDevice.bound")), onClose()), () => (setChallenge(undefined), setFilm(undefined)));
  const filmed = (frames: Frame[]) => {
    setFilm(frames);
    void send.run(challenge!, frames);
  };
  const why = faceFault(send.error, t);
  return (
    <Dialog open title={t("faceDevice.bindTitle")} onClose={onClose}>
      {challenge ? (
        <Suspense fallback={<Loading />}><FaceCapture steps={challenge.steps} busy={!!film} onDone={filmed} onCancel={() => setChallenge(undefined)} /></Suspense>
      ) : (
        <form className="stack" onSubmit={begin.submit}>
          {why ? <Notice tone="bad" title={t("faceDevice.refusedReason", { why })} /> : <ProblemNotice error={begin.error ?? send.error} />}
          <Loaded query={text}>{(wording) => <Notice title={t("faceDevice.consentTitle")}>{wording?.text}</Notice>}</Loaded>
          <label className="tick"><input type="checkbox" checked={agreed} onChange={(e) => setAgreed(e.target.checked)} /><span>{t("faceDevice.agree")}</span></label>
          <Field label={t("faceDevice.name")} required><Input maxLength={60} value={name} onChange={(e) => setName(e.target.value)} /></Field>
          <p>{t("faceDevice.tips")}</p>
          <div><Button type="primary" htmlType="submit" loading={begin.busy} disabled={!text.data || !agreed || !name.trim()}>{t("faceDevice.begin")}</Button></div>
        </form>
      )}
    </Dialog>
  );
}

function useBinding(person: string, name: string, onDone: () => void, onRefused: () => void) {
  const [error, setError] = useState<unknown>();
  const run = async (challenge: FaceChallenge, film: Frame[]) => {
    try {
      const pair = await newKey();
      const answer = await faceAnswer("bind", challenge.nonce, "", film, pair.privateKey);
      const device = await post<FaceDevice>("/people/me/face-devices", { ...answer, name: name.trim(), publicKey: await publicKeyOf(pair) });
      await keepKey({ id: device.id, name: device.name, person, key: pair.privateKey });
      onDone();
    } catch (e) {
      setError(e);
      onRefused();
    }
  };
  return { run, error, reset: () => setError(undefined) };
}
