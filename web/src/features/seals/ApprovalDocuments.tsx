import { Link } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { Seal, SealApproval, SealApprovalDocuments } from "@/lib/api/types.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Loaded } from "@/components/Problem.tsx";

const at = (kind: string, id: string) => (kind.startsWith("e-document/") ? `/documents/${id}` : `/cases/${id}`);

/** What a seal is to be put on: who decides sees the documents, not only how many. */
export function ApprovalDocuments({ seal, approval, onClose }: { seal: Seal; approval: SealApproval; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["seals", seal.id, "approvals", approval.id, "documents"], queryFn: ({ signal }) => get<SealApprovalDocuments>(`/seals/${seal.id}/approvals/${approval.id}/documents`, signal) });
  return (
    <Dialog open title={t("seals.showDocuments")} onClose={onClose}>
      <p><strong>{approval.person.name}</strong> · {approval.reason}</p>
      <Loaded query={query}>
        {({ items, total }) => (
          <>
            {items.length ? (
              <DataTable caption={t("seals.documents")} rows={items} rowKey={(d) => d.case} columns={[
                { key: "number", title: t("docs.number"), cell: (d) => (d.open ? <Link className="num" to={at(d.kind, d.case)}>{d.number}</Link> : <span className="num">{d.number}</span>) },
                { key: "title", title: t("docs.subject"), wide: true, cell: (d) => d.title },
              ]} />
            ) : <Empty title={t("seals.noDocuments")} />}
            {total > items.length && items.length ? <p className="soft small">{t("seals.firstDocuments", { count: items.length, total })}</p> : null}
          </>
        )}
      </Loaded>
    </Dialog>
  );
}
