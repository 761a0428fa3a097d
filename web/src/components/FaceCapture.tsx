import { useEffect, useRef, useState } from "react";
import { Button } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { FaceCheck } from "@/lib/api/types.ts";
import { brightness, DARK } from "@/lib/brightness.ts";
import { Notice } from "./Notice.tsx";
import "./FaceCapture.css";

/** One picture of the film: JPEG in base64 and when it was taken, in ms since the film began. */
export type Frame = { jpeg: string; at: number };

const WIDTH = 640;
const HEIGHT = 480;
/** Six pictures a second; twelve while eyes are to be closed, which is quick. */
const TICK_MS = 83;
const READY_MS = 1500;
const STEP_MS = 2600;
const QUALITY = 0.82;

type Phase = "opening" | "ready" | "filming" | "done" | "no-camera";

async function openCamera(video: HTMLVideoElement): Promise<MediaStream> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: WIDTH }, height: { ideal: HEIGHT } } });
  video.srcObject = stream;
  await video.play();
  return stream;
}

/** The middle of the camera's picture at 640 × 480. */
function snap(video: HTMLVideoElement, canvas: HTMLCanvasElement): string {
  const scale = Math.max(WIDTH / video.videoWidth, HEIGHT / video.videoHeight);
  const w = video.videoWidth * scale;
  const h = video.videoHeight * scale;
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.getContext("2d")!.drawImage(video, (WIDTH - w) / 2, (HEIGHT - h) / 2, w, h);
  return canvas.toDataURL("image/jpeg", QUALITY).replace(/^data:image\/jpeg;base64,/, "");
}

/** Whether the part of the picture where the face belongs is too dark to be compared. */
function isDark(picture: HTMLCanvasElement, small: HTMLCanvasElement): boolean {
  small.width = 14;
  small.height = 19;
  const g = small.getContext("2d", { willReadFrequently: true })!;
  g.drawImage(picture, 180, 50, 280, 380, 0, 0, small.width, small.height);
  return brightness(g.getImageData(0, 0, small.width, small.height).data) < DARK;
}

const prompts: Record<string, "face.step_turnLeft" | "face.step_turnRight" | "face.step_nod" | "face.step_comeNearer" | "face.step_blink"> = {
  "turn-left": "face.step_turnLeft", "turn-right": "face.step_turnRight", nod: "face.step_nod", "come-nearer": "face.step_comeNearer", blink: "face.step_blink",
};

function promptFor(step: string | undefined, t: TFunction): string {
  const key = prompts[step ?? ""];
  return key ? t(key) : t("face.ready");
}

type Props = { steps: FaceCheck["steps"]; onDone: (frames: Frame[]) => void; onCancel: () => void; busy: boolean };

/** Films a face while the person follows the prompts. */
export function FaceCapture({ steps, onDone, onCancel, busy }: Props) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [phase, setPhase] = useState<Phase>("opening");
  const [step, setStep] = useState(0);
  const [dark, setDark] = useState(false);
  const done = useRef(onDone);
  done.current = onDone;

  useEffect(() => {
    let stream: MediaStream | undefined;
    let stopped = false;
    let timer: ReturnType<typeof setInterval> | undefined;
    const canvas = document.createElement("canvas");
    const small = document.createElement("canvas");
    const frames: Frame[] = [];
    const film = () => {
      const begun = performance.now();
      const length = READY_MS + steps.length * STEP_MS;
      let ticks = 0;
      timer = setInterval(() => {
        const at = Math.round(performance.now() - begun);
        const now = Math.min(steps.length - 1, Math.max(0, Math.floor((at - READY_MS) / STEP_MS)));
        if (ticks++ % 2 && (at < READY_MS || steps[now] !== "blink")) return;
        frames.push({ jpeg: snap(video.current!, canvas), at });
        setDark(isDark(canvas, small));
        setPhase(at < READY_MS ? "ready" : "filming");
        setStep(now);
        if (at < length) return;
        clearInterval(timer);
        stream?.getTracks().forEach((k) => k.stop());
        setPhase("done");
        done.current(frames);
      }, TICK_MS);
    };
    openCamera(video.current!).then(
      (s) => {
        stream = s;
        if (stopped) return s.getTracks().forEach((k) => k.stop());
        film();
      },
      () => setPhase("no-camera"),
    );
    return () => {
      stopped = true;
      clearInterval(timer);
      stream?.getTracks().forEach((k) => k.stop());
    };
  }, [steps]);

  if (phase === "no-camera") return <Notice tone="warn" title={t("face.noCamera")} action={<Button onClick={onCancel}>{t("common.back")}</Button>}>{t("face.noCameraHelp")}</Notice>;
  const prompt = phase === "opening" ? t("face.preparing") : phase === "ready" ? t("face.ready") : phase === "done" || busy ? t("face.sending") : promptFor(steps[step], t);
  return (
    <div className="face">
      <p className="face-prompt" role="status" aria-live="assertive">{prompt}</p>
      <div className="face-frame">
        <video ref={video} muted playsInline aria-label={t("face.frame")} data-testid="face-video" />
        <svg viewBox="0 0 640 480" aria-hidden><path fillRule="evenodd" d="M0 0h640v480H0zM320 50c-86 0-140 70-140 178s62 202 140 202 140-94 140-202S406 50 320 50z" fill="rgb(255 255 255 / 72%)" /><ellipse cx="320" cy="240" rx="140" ry="190" fill="none" stroke={phase === "filming" ? "#c3272b" : "#868d96"} strokeWidth="4" /></svg>
      </div>
      <div className="face-steps" aria-hidden>{steps.map((id, i) => <span key={id + i} className={phase === "done" || (phase === "filming" && i <= step) ? "on" : undefined} />)}</div>
      {dark && (phase === "ready" || phase === "filming") ? <Notice tone="warn" title={t("face.dark")}>{t("face.darkHelp")}</Notice> : null}
      {phase === "filming" ? <p className="soft small">{t("face.progress", { n: step + 1, total: steps.length })}</p> : null}
      {phase === "done" ? null : <Button onClick={onCancel}>{t("common.cancel")}</Button>}
    </div>
  );
}
