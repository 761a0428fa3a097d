import { useState } from "react";
import { Button } from "antd";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items, post, query } from "@/lib/api/client.ts";
import type { Delivery, DeliveryLog, Webhook } from "@/lib/api/types.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { More } from "@/components/More.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { Tag } from "@/components/Tag.tsx";
import { useAct } from "../useAct.ts";
import { deliveryProblem } from "./words.ts";

const LIMIT = 20;
const tones = { waiting: "warn", delivered: "ok", failed: "bad" } as const;

/** What a webhook was told, newest first; while something waits the list is fetched again and again. */
export function Deliveries({ path, hook, onClose }: { path: string; hook: Webhook; onClose: () => void }) {
  const { t } = useTranslation();
  const [state, setState] = useState("");
  const [open, setOpen] = useState<string>();
  const log = `${path}/${hook.id}/deliveries`;
  const list = useInfiniteQuery({
    queryKey: ["deliveries", hook.id, state],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => items(await get<{ items: Delivery[] }>(`${log}${query({ state, before: pageParam || undefined, limit: LIMIT })}`, signal)),
    getNextPageParam: (last) => (last.length < LIMIT ? undefined : last[last.length - 1]!.seq),
    refetchInterval: (q) => (q.state.data?.pages.flat().some((d) => d.state === "waiting") ? 3000 : false),
  });
  const states = (["waiting", "delivered", "failed"] as const).map((s) => ({ value: s as string, text: t(`hooks.state_${s}`) }));
  return (
    <Dialog wide open title={t("hooks.logTitle")} onClose={onClose}>
      {open ? <One path={`${log}/${open}`} enabled={hook.enabled} onBack={() => setOpen(undefined)} /> : (
        <>
          <p className="mono breaks soft">{hook.url}</p>
          <Select label={t("hooks.state")} value={state} onChange={setState} options={[{ value: "", text: t("common.all") }, ...states]} />
          <Loaded query={{ ...list, data: list.data?.pages.flat() }}>
            {(rows) => (rows.length ? <Rows rows={rows} log={log} enabled={hook.enabled} onOpen={setOpen} /> : <Empty title={t("hooks.logNone")} />)}
          </Loaded>
          <More has={list.hasNextPage} busy={list.isFetchingNextPage} load={() => void list.fetchNextPage()} />
        </>
      )}
    </Dialog>
  );
}

function Rows({ rows, log, enabled, onOpen }: { rows: Delivery[]; log: string; enabled: boolean; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  return (
    <DataTable caption={t("hooks.logTitle")} rows={rows} rowKey={(d) => d.id} columns={[
      { key: "event", title: t("hooks.event"), cell: (d) => <span className="mono">{d.type}</span> },
      { key: "at", title: t("hooks.at"), cell: (d) => <span className="num">{dateTime(d.createdAt, lang)}</span> },
      { key: "state", title: t("hooks.state"), cell: (d) => <><Tag tone={tones[d.state]}>{t(`hooks.state_${d.state}`)}</Tag>{d.problem ? <div className="soft small">{deliveryProblem(d.problem, t)}</div> : null}</> },
      { key: "n", title: t("hooks.attempts"), end: true, cell: (d) => <span className="num">{d.attempts}</span> },
      { key: "do", title: "", end: true, cell: (d) => {
        const what = `${d.type} ${dateTime(d.createdAt, lang)}`;
        return (
          <span className="row">
            {d.state === "delivered" ? null : <Send path={`${log}/${d.id}`} state={d.state} enabled={enabled} what={what} />}
            <Button size="small" onClick={() => onOpen(d.id)} aria-label={`${t("hooks.show")} ${what}`}>{t("hooks.show")}</Button>
          </span>
        );
      } },
    ]} />
  );
}

/** Sends what has ended once more, and what waits for its next try at once. */
function Send({ path, state, enabled, what }: { path: string; state: Delivery["state"]; enabled: boolean; what?: string }) {
  const { t } = useTranslation();
  const send = useAct(() => post(`${path}/resend`), { key: "deliveries", done: t("hooks.resent") });
  if (!enabled) return null;
  const text = t(state === "waiting" ? "hooks.sendNow" : "hooks.resend");
  return <Button size={what ? "small" : "middle"} loading={send.isPending} onClick={() => send.mutate(undefined)} aria-label={what ? `${text} ${what}` : undefined}>{text}</Button>;
}

/** One delivery with its payload and tries. */
function One({ path, enabled, onBack }: { path: string; enabled: boolean; onBack: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const one = useQuery({ queryKey: ["deliveries", path], queryFn: ({ signal }) => get<DeliveryLog>(path, signal), refetchInterval: (q) => (q.state.data?.state === "waiting" ? 2000 : false) });
  return (
    <>
      <div><Button size="small" onClick={onBack}>‹ {t("common.back")}</Button></div>
      <Loaded query={one}>
        {(d) => (
          <>
            <div className="row between">
              <span className="row"><strong className="mono">{d.type}</strong><Tag tone={tones[d.state]}>{t(`hooks.state_${d.state}`)}</Tag></span>
              <Send path={path} state={d.state} enabled={enabled} />
            </div>
            <dl className="facts">
              <dt>{t("hooks.messageId")}</dt><dd className="mono">{d.message}</dd>
              <dt>{t("hooks.at")}</dt><dd className="num">{dateTime(d.createdAt, lang)}</dd>
              {d.nextAt && d.state === "waiting" ? <><dt>{t("hooks.next")}</dt><dd className="num">{dateTime(d.nextAt, lang)}</dd></> : null}
            </dl>
            {d.tries.length ? (
              <DataTable caption={t("hooks.tries")} rows={d.tries} rowKey={(a) => String(a.n)} columns={[
                { key: "n", title: t("hooks.tries"), cell: (a) => t("hooks.try", { n: a.n }) },
                { key: "at", title: t("hooks.at"), cell: (a) => <span className="num">{dateTime(a.at, lang)}</span> },
                { key: "status", title: "HTTP", cell: (a) => <span className="num">{a.status || t("hooks.noAnswer")}</span> },
                { key: "result", title: t("hooks.result"), wide: true, cell: (a) => deliveryProblem(a.problem, t) || t("hooks.ok") },
                { key: "took", title: t("hooks.took"), end: true, cell: (a) => <span className="num">{t("hooks.ms", { ms: a.tookMs })}</span> },
              ]} />
            ) : <p className="soft">{t("hooks.noTries")}</p>}
            <div><h3>{t("hooks.payload")}</h3><pre className="payload" tabIndex={0}>{JSON.stringify(d.payload, null, 2)}</pre></div>
          </>
        )}
      </Loaded>
    </>
  );
}
