import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Seal, SealApproval } from "@/lib/api/types.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Tag } from "@/components/Tag.tsx";
import { ApprovalDocuments } from "./ApprovalDocuments.tsx";
import { ListCard, useSealChange, useSealList } from "./parts.tsx";

const tones = { asked: "warn", approved: "ok", refused: "bad" } as const;
const first = (a: SealApproval, b: SealApproval) => Number(b.state === "asked") - Number(a.state === "asked");

/** Who asked to use the seal, for which contract, and what was decided. Nobody decides on their own use. */
export function Approvals({ seal, me }: { seal: Seal; me: string }) {
  const { t } = useTranslation();
  const query = useSealList<SealApproval>(seal.id, "approvals");
  const [looking, setLooking] = useState<SealApproval>();
  const [refusing, setRefusing] = useState<SealApproval>();
  const approve = useSealChange((id: string) => post(`/seals/${seal.id}/approvals/${id}/approve`, {}), t("seals.useApproved"));
  if (!seal.needsApproval && !query.data?.length) return null;
  const decide = (a: SealApproval) => (
    <span className="row" style={{ justifyContent: "flex-end" }}>
      <Button size="small" type="primary" loading={approve.isPending && approve.variables === a.id} onClick={() => approve.mutate(a.id)} aria-label={`${t("seals.approve")} ${a.person.name}`}>{t("seals.approve")}</Button>
      <Button size="small" danger onClick={() => setRefusing(a)} aria-label={`${t("seals.refuse")} ${a.person.name}`}>{t("seals.refuse")}</Button>
    </span>
  );
  return (
    <>
      <ListCard title={t("seals.approvals")} lead={t("seals.approvalsLead")} empty={t("seals.noApprovals")} query={query}>
        {(list) => (
          <DataTable caption={t("seals.approvals")} rows={[...list].sort(first)} rowKey={(a) => a.id} columns={[
            { key: "who", title: t("account.name"), cell: (a) => a.person.name },
            { key: "why", title: t("seals.reason"), wide: true, cell: (a) => a.reason },
            { key: "for", title: t("seals.documents"), end: true, cell: (a) => (a.state !== "asked" ? "" : seal.mayManage ? <Button size="small" className="num" onClick={() => setLooking(a)} aria-label={`${t("seals.showCount", { count: a.usesLeft })} ${t("seals.showDocuments")} ${a.person.name}`}>{t("seals.showCount", { count: a.usesLeft })}</Button> : <span className="num">{a.usesLeft}</span>) },
            { key: "state", title: t("common.state"), cell: (a) => <><Tag tone={tones[a.state]}>{t(`seals.approval_${a.state}`)}</Tag>{a.answer ? <div className="soft small">{a.answer}</div> : null}</> },
            { key: "left", title: t("seals.usesLeft"), end: true, cell: (a) => (a.state === "approved" ? <span className="num">{a.usesLeft}</span> : "") },
            { key: "by", title: t("seals.decidedBy"), cell: (a) => a.decided?.name ?? "" },
            { key: "do", title: "", end: true, cell: (a) => (a.state === "asked" && seal.mayManage && a.person.id !== me ? decide(a) : "") },
          ]} />
        )}
      </ListCard>
      {looking ? <ApprovalDocuments seal={seal} approval={looking} onClose={() => setLooking(undefined)} /> : null}
      {refusing ? <RefuseDialog seal={seal} approval={refusing} onClose={() => setRefusing(undefined)} /> : null}
    </>
  );
}

function RefuseDialog({ seal, approval, onClose }: { seal: Seal; approval: SealApproval; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const refuse = useSealChange(() => post(`/seals/${seal.id}/approvals/${approval.id}/refuse`, { reason }), t("seals.changed"));
  return (
    <Dialog open title={t("seals.refuse")} onClose={onClose}>
      <form className="stack" onSubmit={(e) => (e.preventDefault(), refuse.mutate(undefined, { onSuccess: onClose }))}>
        <Field label={t("seals.reason")} required><Input.TextArea rows={2} maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
        <div><Button type="primary" danger htmlType="submit" disabled={!reason.trim()} loading={refuse.isPending}>{t("seals.refuse")}</Button></div>
      </form>
    </Dialog>
  );
}
