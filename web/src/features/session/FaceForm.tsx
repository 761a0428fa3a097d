import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { FaceChallenge, SignInAnswer } from "@/lib/api/types.ts";
import { faceAnswer, forgetKey, type BoundKey } from "@/lib/faceKey.ts";
import type { Frame } from "@/components/FaceCapture.tsx";
import { Choice } from "@/components/Choice.tsx";
import { Loading } from "@/components/Loading.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";

const FaceCapture = lazy(() => import("@/components/FaceCapture.tsx").then((m) => ({ default: m.FaceCapture })));

/** Signs in by a key of this browser and the face of its person. */
export default function FaceForm({ keys, onDone, onForget }: { keys: BoundKey[]; onDone: (a: SignInAnswer) => void; onForget: () => void }) {
  const { t } = useTranslation();
  const [id, setId] = useState(keys[0]!.id);
  const key = keys.find((k) => k.id === id) ?? keys[0]!;
  const [challenge, setChallenge] = useState<FaceChallenge>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const attempt = async (run: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await run();
    } catch (e) {
      setChallenge(undefined);
      setError(e);
    }
    setBusy(false);
  };
  const begin = () => attempt(async () => setChallenge(await post<FaceChallenge>("/sessions/face-challenges", { device: key.id })));
  const send = (film: Frame[]) => attempt(async () => {
    const answer = await faceAnswer("sign-in", challenge!.nonce, key.id, film, key.key);
    onDone(await post<SignInAnswer>("/sessions/face", { ...answer, device: key.id }));
  });
  if (challenge) return <Suspense fallback={<Loading />}><FaceCapture steps={challenge.steps} busy={busy} onDone={(film) => void send(film)} onCancel={() => setChallenge(undefined)} /></Suspense>;
  return (
    <div className="stack">
      <ProblemNotice error={error} />
      {keys.length > 1 ? <Choice name="face-key" legend={t("faceDevice.name")} value={key.id} onChange={setId} options={keys.map((k) => ({ value: k.id, title: k.name }))} /> : <p>{t("faceDevice.signInLead", { name: key.name })}</p>}
      <p className="soft">{t("faceDevice.tips")}</p>
      <Button type="primary" block loading={busy} onClick={() => void begin()}>{t("faceDevice.signIn")}</Button>
      <div><Button type="link" style={{ padding: 0 }} onClick={() => void forgetKey(key.id).then(onForget)}>{t("faceDevice.forget")}</Button></div>
    </div>
  );
}
