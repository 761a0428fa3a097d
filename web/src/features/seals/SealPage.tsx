import { useState } from "react";
import { useParams } from "react-router";
import { Button } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items, post } from "@/lib/api/client.ts";
import type { Seal, SealEvent } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useLang, useText } from "@/lib/text.ts";
import { date, dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";
import { toast } from "@/components/Toast.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import { SealState, useSeals } from "./useSeals.tsx";
import "./seals.css";

const moves = { applied: ["approve", "refuse"], approved: ["revoke"], "in-use": ["suspend", "replace", "revoke"], suspended: ["resume", "revoke"], revoked: [], replaced: [], refused: [] } as const;
type Move = (typeof moves)[keyof typeof moves][number];
const grave = new Set<Move>(["revoke", "refuse"]);

/** Asks for the reason, which stays in the seal's log. */
function MoveDialog({ seal, move, onClose }: { seal: Seal; move: Move; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const form = useSubmit((key) => post(`/seals/${seal.id}/${move}`, { reason }, { key }), () => {
    toast(t("seals.changed"));
    void client.invalidateQueries({ queryKey: ["seals"] });
    onClose();
  });
  return (
    <Dialog open title={t(`seals.${move}`)} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        {move === "revoke" ? <p>{t("seals.revokeHelp")}</p> : null}
        <ProblemNotice error={form.error} />
        <Field label={t("seals.reason")} required error={form.faults.reason}><Input.TextArea rows={3} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
        <div><Button type="primary" danger={grave.has(move)} htmlType="submit" disabled={!reason.trim()} loading={form.busy}>{t(`seals.${move}`)}</Button></div>
      </form>
    </Dialog>
  );
}

function Log({ id }: { id: string }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const query = useQuery({ queryKey: ["seals", id, "log"], queryFn: async ({ signal }) => items(await get<SealEvent[]>(`/seals/${id}/log`, signal)) });
  return (
    <section className="card">
      <h2>{t("seals.log")}</h2>
      <Loaded query={query}>
        {(list) => (list.length ? (
          <DataTable caption={t("seals.log")} rows={list} rowKey={(e) => String(e.seq)} columns={[
            { key: "at", title: t("common.date"), cell: (e) => <span className="num">{dateTime(e.at, lang)}</span> },
            { key: "what", title: t("common.details"), cell: (e) => [tx(e.title), e.reason].filter(Boolean).join("：") },
            { key: "who", title: t("seals.holder"), cell: (e) => e.actor?.name },
            { key: "doc", title: t("seals.document"), cell: (e) => <>{e.document} {e.digest ? <span className="mono soft small">{e.digest.slice(0, 12)}</span> : null}</> },
          ]} />
        ) : <Empty title={t("seals.logEmpty")} />)}
      </Loaded>
    </section>
  );
}

export default function SealPage() {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const { id = "" } = useParams();
  const [move, setMove] = useState<Move>();
  const [password, setPassword] = useState(false);
  const query = useSeals();
  return (
    <Loaded query={{ ...query, data: query.data && { seal: query.data.find((s) => s.id === id) } }}>
      {({ seal }) => (seal ? (
        <Page title={tx(seal.title)} back={{ to: "/seals", text: t("seals.title") }} lead={<SealState seal={seal} />} narrow>
          <section className="card seal-card">
            <SealPicture seal={seal} size={160} />
            <div className="grow stack">
              <dl className="facts">
                <dt>{t("seals.kind")}</dt><dd>{t(`seal.kind_${seal.kind}`)}</dd>
                {seal.holder ? <><dt>{t("seals.holder")}</dt><dd>{seal.holder.name}</dd></> : null}
                {seal.certificate ? <><dt>{t("seals.certificate")}</dt><dd>{seal.certificate.subject}</dd><dt>{t("seals.notAfter")}</dt><dd className="num">{date(seal.certificate.notAfter, lang)}</dd></> : null}
              </dl>
              <div className="row">
                {seal.mine !== false && (seal.state === "approved" || seal.state === "in-use") ? <Button type={seal.state === "approved" ? "primary" : "default"} onClick={() => setPassword(true)}>{t(seal.state === "approved" ? "seals.setPassword" : "seals.changePassword")}</Button> : null}
                {(seal.mayManage === false ? [] : moves[seal.state]).map((m) => <Button key={m} danger={grave.has(m)} type={m === "approve" ? "primary" : "default"} onClick={() => setMove(m)}>{t(`seals.${m}`)}</Button>)}
              </div>
            </div>
          </section>
          <Log id={seal.id} />
          {move ? <MoveDialog seal={seal} move={move} onClose={() => setMove(undefined)} /> : null}
          {password ? <PasswordForm seal={seal} onClose={() => setPassword(false)} /> : null}
        </Page>
      ) : <Empty title={t("problem.not-found")} />)}
    </Loaded>
  );
}
