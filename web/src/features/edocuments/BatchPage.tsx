import { useState } from "react";
import { useParams } from "react-router";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Batch } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useLang, useText } from "@/lib/text.ts";
import { clockTime, dateTime } from "@/lib/time.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { RunPanel } from "@/components/RunPanel.tsx";
import { toast } from "@/components/Toast.tsx";
import { kindText, titleOf } from "./BatchTag.tsx";
import { BatchRows } from "./BatchRows.tsx";
import { over, useBatch, useSteer } from "./useBatch.ts";
import "./edocuments.css";

/** The program forgets an opened seal when it restarts and after a while; then the run waits for its password. */
const SEAL_CLOSED = "seal-closed";

/** One run: how far it is, its brakes, what became of every row. */
export default function BatchPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const query = useBatch(id);
  return (
    <Loaded query={query} lines={8}>
      {(b) => (
        <Page title={titleOf(b, t)} lead={<Lead b={b} />} back={{ to: "/batches", text: t("batch.title") }}>
          <Run b={b} />
          <BatchRows b={b} />
        </Page>
      )}
    </Loaded>
  );
}

function Lead({ b }: { b: Batch }) {
  const { t } = useTranslation();
  const lang = useLang();
  return <span>{kindText(b, t)} · {b.by} · <span className="num">{dateTime(b.createdAt, lang)}</span></span>;
}

function Run({ b }: { b: Batch }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const steer = useSteer(b.id);
  const closed = b.state === "waiting" && b.reason?.code === SEAL_CLOSED;
  const waitsFor = b.reason ? `${tx(b.reason.text)}${b.againAt ? ` · ${t("batch.againAt", { at: clockTime(b.againAt, lang) })}` : ""}` : undefined;
  return (
    <>
      {closed ? <Unlock b={b} /> : null}
      <RunPanel
        run={{ title: titleOf(b, t), total: b.total, done: b.done, failed: b.failed, state: b.state, waitsFor }}
        busy={steer.isPending}
        onPause={() => steer.mutate("pause")}
        onResume={closed ? undefined : () => steer.mutate("resume")}
        onCancel={() => steer.mutate("cancel")}
      >
        {over(b) && b.failed ? <Notice tone="warn" title={t("batch.failedNotice", { count: b.failed })} /> : null}
        <div className="row no-print">
          {b.failed && b.state !== "cancelled" ? <Button loading={steer.isPending && steer.variables === "retry"} onClick={() => steer.mutate("retry")}>{t("batch.retry", { count: b.failed })}</Button> : null}
          {over(b) ? <a className="button-like" href={`/api/v1/batches/${b.id}/result.xlsx?lang=${lang}`} download>{t("batch.resultFile")}</a> : null}
        </div>
      </RunPanel>
    </>
  );
}

/** Gives the seal's password again; the run goes on where it stopped. */
function Unlock({ b }: { b: Batch }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const form = useSubmit((key) => post(`/batches/${b.id}/unlock`, { password }, { key }), () => {
    toast(t("batch.unlocked"));
    void client.invalidateQueries({ queryKey: ["batch", b.id] });
  });
  if (!b.mine) return <Notice tone="warn" title={t("batch.unlockTitle")}>{t("batch.notYours")}</Notice>;
  const send = (e: React.FormEvent) => {
    form.submit(e);
    setPassword("");
  };
  return (
    <form className="card stack" onSubmit={send}>
      <div><h2>{t("batch.unlockTitle")}</h2><p className="soft">{t("batch.unlockHelp")}</p></div>
      {form.faults.password ? null : <ProblemNotice error={form.error} />}
      <div style={{ maxWidth: 340 }}><Field label={t("bulk.password")} error={form.faults.password}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field></div>
      <div><Button type="primary" htmlType="submit" disabled={!password} loading={form.busy}>{t("batch.unlock")}</Button></div>
    </form>
  );
}
