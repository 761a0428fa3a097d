import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { del, query } from "@/lib/api/client.ts";
import type { PersonRef, Seal, SealGrant } from "@/lib/api/types.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Tag } from "@/components/Tag.tsx";
import { AcceptDialog, OfferDialog } from "./Offer.tsx";
import { byName, ListCard, useSealChange, useSealList } from "./parts.tsx";
import { useTemplates } from "./useSeals.tsx";

/** Who can open the seal with a password of their own, and for whom that has a limit. */
export function Holders({ seal, me }: { seal: Seal; me: string }) {
  const { t } = useTranslation();
  const holders = useSealList<PersonRef>(seal.id, "holders");
  const grants = useSealList<SealGrant>(seal.id, "grants");
  const [open, setOpen] = useState<"offer" | "accept">();
  const [leaving, setLeaving] = useState<PersonRef>();
  const limited = new Set(grants.data?.map((g) => g.person.id));
  const holds = holders.data?.some((h) => h.id === me);
  const inUse = seal.state === "in-use";
  const action = !inUse ? null : seal.offered ? <Button onClick={() => setOpen("accept")}>{t("seals.accept")}</Button> : holds && !limited.has(me) ? <Button onClick={() => setOpen("offer")}>{t("seals.addHolder")}</Button> : null;
  return (
    <>
      <ListCard title={t("seals.holders")} lead={t("seals.holdersLead")} empty={t("seals.noHolders")} action={action} query={holders}>
        {(list) => (
          <ul className="seal-people">
            {byName(list).map((p) => (
              <li key={p.id} className="row between">
                <span className="row"><strong>{p.name}</strong>{p.id === seal.holder.id ? <Tag tone="info">{t("seals.mainHolder")}</Tag> : null}{limited.has(p.id) ? <Tag tone="warn">{t("seals.limited")}</Tag> : null}</span>
                {seal.mayManage && list.length > 1 ? <Button type="text" size="small" danger onClick={() => setLeaving(p)} aria-label={t("seals.removeHolder", { name: p.name })}>{t("common.remove")}</Button> : null}
              </li>
            ))}
          </ul>
        )}
      </ListCard>
      {grants.data?.length ? <Grants list={grants.data} query={grants} /> : null}
      {open === "offer" ? <OfferDialog seal={seal} taken={holders.data ?? []} onClose={() => setOpen(undefined)} /> : null}
      {open === "accept" ? <AcceptDialog seal={seal} onClose={() => setOpen(undefined)} /> : null}
      {leaving ? <RemoveDialog seal={seal} person={leaving} onClose={() => setLeaving(undefined)} /> : null}
    </>
  );
}

function Grants({ list, query: q }: { list: SealGrant[]; query: ReturnType<typeof useSealList<SealGrant>> }) {
  const { t } = useTranslation();
  const lang = useLang();
  const templates = useTemplates();
  const title = (id: string) => templates.find((x) => x.value === id)?.text ?? id;
  return (
    <ListCard title={t("seals.grants")} lead={t("seals.grantsLead")} empty="" query={q}>
      {() => (
        <DataTable caption={t("seals.grants")} rows={list} rowKey={(g) => g.id} columns={[
          { key: "who", title: t("account.name"), cell: (g) => g.person.name },
          { key: "for", title: t("seals.forWhat"), cell: (g) => title(g.template) },
          { key: "left", title: t("seals.usesLeft"), end: true, cell: (g) => <span className="num">{g.usesLeft}</span> },
          { key: "until", title: t("seals.until"), cell: (g) => <span className="num">{dateTime(g.until, lang)}</span> },
          { key: "by", title: t("seals.grantedBy"), cell: (g) => g.by.name },
        ]} />
      )}
    </ListCard>
  );
}

function RemoveDialog({ seal, person, onClose }: { seal: Seal; person: PersonRef; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const remove = useSealChange(() => del(`/seals/${seal.id}/holders/${person.id}${query({ reason })}`), t("seals.changed"));
  return (
    <Dialog open title={t("seals.removeHolder", { name: person.name })} onClose={onClose}>
      <form className="stack" onSubmit={(e) => (e.preventDefault(), remove.mutate(undefined, { onSuccess: onClose }))}>
        <p>{t("seals.removeHolderHelp")}</p>
        <Field label={t("seals.reason")} required><Input.TextArea rows={2} maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
        <div><Button type="primary" danger htmlType="submit" disabled={!reason.trim()} loading={remove.isPending}>{t("common.remove")}</Button></div>
      </form>
    </Dialog>
  );
}
