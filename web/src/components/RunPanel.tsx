import { useEffect, useState, type ReactNode } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { rateOf, remaining, sampled, type Sample } from "@/lib/rate.ts";
import { figure, labelled, useLang } from "@/lib/text.ts";
import { span } from "@/lib/time.ts";
import { Confirm } from "./Dialog.tsx";
import { Tag } from "./Tag.tsx";
import "./RunPanel.css";

export type RunState = "running" | "waiting" | "paused" | "done" | "cancelled";
export type Run = { title: string; total: number; done: number; failed: number; state: RunState; /** What a waiting run waits for. */ waitsFor?: string };

type Props = { run: Run; busy?: boolean; onPause?: () => void; onResume?: () => void; onCancel?: () => void; /** Links and downloads that belong to the run. */ children?: ReactNode };

const tones = { running: "info", waiting: "warn", paused: "warn", done: "ok", cancelled: "bad" } as const;

/** Speed over the last minute, as the counts come in. */
function useRate(count: number, running: boolean): number {
  const [list, setList] = useState<Sample[]>([]);
  useEffect(() => setList((old) => (running ? sampled(old, { at: Date.now(), done: count }) : [])), [count, running]);
  return rateOf(list);
}

/** A long run as it goes: bar, counts, speed, time left, and its brakes. */
export function RunPanel({ run, busy, onPause, onResume, onCancel, children }: Props) {
  const { t } = useTranslation();
  const lang = useLang();
  const [asking, setAsking] = useState(false);
  const through = run.done + run.failed;
  const left = Math.max(0, run.total - through);
  const rate = useRate(through, run.state === "running");
  const eta = run.state === "running" ? remaining(left, rate) : undefined;
  const over = run.state === "done" || run.state === "cancelled";
  const percent = run.total ? Math.floor((100 * through) / run.total) : 0;
  return (
    <section className="run card stack" aria-label={run.title}>
      <div className="row between">
        <div className="row"><h2>{run.title}</h2><Tag tone={tones[run.state]}>{t(`run.${run.state}`)}</Tag></div>
        <div className="row no-print">
          {run.state === "running" && onPause ? <Button onClick={onPause} loading={busy}>{t("run.pause")}</Button> : null}
          {(run.state === "paused" || run.state === "waiting") && onResume ? <Button type="primary" onClick={onResume} loading={busy}>{t("run.resume")}</Button> : null}
          {!over && onCancel ? <Button danger onClick={() => setAsking(true)}>{t("run.cancel")}</Button> : null}
        </div>
      </div>
      <div className="run-bar" role="progressbar" aria-label={run.title} aria-valuemin={0} aria-valuemax={run.total} aria-valuenow={through} aria-valuetext={t("run.live", { percent })}>
        <span className="run-done" style={{ width: `${share(run.done, run.total)}%` }} />
        <span className="run-failed" style={{ width: `${share(run.failed, run.total)}%` }} />
      </div>
      <p className="row num">
        <strong>{t("run.progress", { done: figure(through), total: figure(run.total) })}</strong>
        <span>{t("run.doneCount", { count: figure(run.done) })}</span>
        {run.failed ? <span className="run-bad">{t("run.failedCount", { count: figure(run.failed) })}</span> : null}
        {!over ? <span className="soft">{t("run.leftCount", { count: figure(left) })}</span> : null}
        {rate > 0 && !over ? <span className="soft">{t("run.rate", { count: figure(Math.round(rate * 60_000)) })}</span> : null}
        {eta ? <span className="soft">{t("run.eta", { time: span(eta.value, eta.unit, lang) })}</span> : null}
      </p>
      {run.state === "waiting" && run.waitsFor ? <p role="status">{labelled(t("run.waitsFor"), run.waitsFor)}</p> : null}
      {children}
      {asking ? <Confirm open danger title={t("run.cancel")} ok={t("run.cancel")} busy={busy} onClose={() => setAsking(false)} onOk={() => (setAsking(false), onCancel?.())}><p>{t("run.cancelAsk")}</p></Confirm> : null}
    </section>
  );
}

/** A part in percent with two digits, so that a bar of 10,000 rows still moves. */
const share = (part: number, total: number) => (total ? Math.round((10_000 * Math.min(part, total)) / total) / 100 : 0);
