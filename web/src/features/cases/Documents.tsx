import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Case, CaseDocument } from "@/lib/api/types.ts";
import { labelled, useText } from "@/lib/text.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Tag } from "@/components/Tag.tsx";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));
const tones = { draft: undefined, signed: "info", sealed: "info", effective: "ok", superseded: "warn", expired: "warn", voided: "bad", "taken-out": "warn" } as const;

function DocumentRow({ d, onRead }: { d: CaseDocument; onRead: () => void }) {
  const { t } = useTranslation();
  const tx = useText();
  return (
    <li className="document">
      <div className="grow">
        <div className="row"><strong>{tx(d.title)}</strong><Tag tone={tones[d.state]}>{t(`cases.docState_${d.state}`)}</Tag></div>
        <div className="soft small num">{d.number} · {t("cases.pages", { count: d.pages })}</div>
        <div className="soft small">{t("cases.digest")} <span className="mono digest">{d.sha256}</span></div>
        {d.former.length ? <div className="small no-print">{labelled(t("cases.formerFiles"), " ")}{d.former.map((f) => <a key={f.url} className="num" style={{ marginRight: 12 }} href={`${f.url}${f.url.includes("?") ? "&" : "?"}inline=1`} target="_blank" rel="noreferrer">{t("cases.formerFile", { version: f.version })}</a>)}</div> : null}
      </div>
      <div className="row no-print">
        <Button onClick={onRead} aria-label={`${t("cases.readDoc")} ${tx(d.title)}`}>{t("cases.readDoc")}</Button>
        <a href={d.url} download aria-label={`${t("common.download")} ${tx(d.title)}`}>{t("common.download")}</a>
      </div>
    </li>
  );
}

/** The case's documents, newest state first, former versions kept in sight. */
export function Documents({ c }: { c: Case }) {
  const { t } = useTranslation();
  const tx = useText();
  const [open, setOpen] = useState<CaseDocument>();
  if (!c.documents.length) return null;
  return (
    <section className="card" aria-labelledby="documents-title">
      <h2 id="documents-title">{t("cases.documents")}</h2>
      <ul className="documents">{c.documents.map((d) => <DocumentRow key={d.id} d={d} onRead={() => setOpen(d)} />)}</ul>
      <Dialog wide open={!!open} title={tx(open?.title)} onClose={() => setOpen(undefined)}>
        {open ? <Suspense fallback={<Loading />}><PdfViewer src={open.url} height="70dvh" /></Suspense> : null}
      </Dialog>
    </section>
  );
}
