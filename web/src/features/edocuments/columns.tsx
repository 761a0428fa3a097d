import type { TFunction } from "i18next";
import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import type { EDocument } from "@/lib/api/types.ts";
import { labelled, listed, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import type { Column } from "@/components/table/columns.ts";
import { Due } from "@/components/Due.tsx";
import { Tag } from "@/components/Tag.tsx";
import { useTypes, yuan } from "./data.ts";
import { StateTag } from "./StateTag.tsx";

/** What is wanted of the caller's departments, in words. */
function wantedText(d: EDocument, t: TFunction): string {
  return (d.wanted ?? []).map((w) => (w.seal ? labelled(t("docs.partSeal"), listed((w.kinds ?? []).map((k) => t(`seal.kind_${k as "contract"}`)))) : t("docs.partLook"))).join(" · ");
}

/** Until when; what is overdue stands out, in words too. */
function Until({ d }: { d: EDocument }) {
  const { t } = useTranslation();
  return <span style={{ whiteSpace: "nowrap" }}>{d.overdue ? <><Tag tone="bad">{t("docs.late")}</Tag> </> : null}<Due due={d.dueAt} /></span>;
}

/** What lists of documents show; a signer's desk says what is wanted, and it and lists of deadlines until when. */
export function useColumns(desk = false, deadlines = desk): Column<EDocument>[] {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const types = useTypes().data;
  const type = (id: string) => tx(types?.find((x) => x.id === id)?.title) || id;
  return [
    { key: "number", title: t("docs.number"), cell: (d) => <Link className="num" to={`/documents/${d.case}`}>{d.number || t(d.state === "voided" ? "docs.noNumber" : "docs.state_making")}</Link>, text: (d) => d.number },
    { key: "title", title: t("docs.subject"), wide: true, cell: (d) => <>{d.title}{d.reason ? <><br /><span className="soft small">{labelled(t("docs.reason"), d.reason)}</span></> : null}</>, text: (d) => d.title },
    { key: "state", title: t("docs.state"), cell: (d) => <StateTag state={d.state} />, text: (d) => t(`docs.state_${d.state}`) },
    ...(desk ? [
      { key: "wanted", title: t("docs.wanted"), cell: (d: EDocument) => wantedText(d, t), text: (d: EDocument) => wantedText(d, t) },
    ] : []),
    ...(deadlines ? [
      { key: "due", title: t("docs.due"), cell: (d: EDocument) => <Until d={d} />, text: (d: EDocument) => (d.dueAt ? dateTime(d.dueAt, lang) : "") },
    ] : []),
    { key: "amount", title: t("docs.amount"), end: true, cell: (d) => <span className="num">{d.amount ? yuan(d.amount) : ""}</span>, text: (d) => (d.amount / 100).toFixed(2) },
    { key: "date", title: t("docs.date"), optional: true, cell: (d) => <span className="num">{d.date}</span>, text: (d) => d.date },
    { key: "type", title: t("docs.type"), optional: "hidden", cell: (d) => type(d.type), text: (d) => type(d.type) },
    { key: "key", title: t("docs.key"), optional: true, cell: (d) => <span className="num">{d.key}</span>, text: (d) => d.key },
    { key: "party", title: t("docs.party"), optional: "hidden", cell: (d) => d.party, text: (d) => d.party },
    { key: "client", title: t("docs.client"), optional: "hidden", cell: (d) => <span className="num">{d.client}</span>, text: (d) => d.client },
    { key: "created", title: t("docs.created"), optional: desk ? "hidden" : true, cell: (d) => <span className="num">{dateTime(d.createdAt, lang)}</span>, text: (d) => dateTime(d.createdAt, lang) },
  ];
}
