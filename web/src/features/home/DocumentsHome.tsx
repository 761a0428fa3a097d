import { Link } from "react-router";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { EDocument, Page as ListPage, Session } from "@/lib/api/types.ts";
import { rights, type Rights } from "@/lib/session.ts";
import { counted } from "@/lib/text.ts";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";

type Docs = Rights["docs"];

/** How many documents match; up to 1,001. */
const useCount = (path: string, asked: boolean) =>
  useQuery({ queryKey: ["e-documents", "count", path], enabled: asked, refetchInterval: 30_000, queryFn: async ({ signal }) => (await get<ListPage<EDocument>>(`/e-documents?${path}&limit=1`, signal)).total ?? 0 }).data ?? 0;

/** What waits among the documents, in a line or two. */
export function DocumentsHint({ docs }: { docs: Docs }) {
  const { t } = useTranslation();
  const returned = useCount("role=creator&state=returned", docs.creator);
  const waiting = useCount("role=signer", docs.signer);
  const open = (to: string) => <Link to={to}><Button>{t("docs.openDesk")}</Button></Link>;
  return (
    <div className="stack">
      {returned ? <Notice tone="warn" title={t("docs.homeReturned", { n: counted(returned) })} action={open("/documents?view=made&state=returned")} /> : null}
      {waiting ? <Notice title={t("docs.homeWaiting", { n: counted(waiting) })} action={open("/documents?view=waiting")} /> : null}
      {!returned && !waiting && !docs.auditor ? <Notice tone="ok" title={t("docs.homeNothing")} action={open("/documents")} /> : null}
    </div>
  );
}

/** The first page of who works with documents only. */
export function DocumentsHome({ session }: { session: Session }) {
  const { t } = useTranslation();
  const { docs } = rights(session);
  return (
    <Page title={t("home.hello", { name: session.person.name })}>
      <DocumentsHint docs={docs} />
      {docs.creator ? (
        <section className="card stack">
          <div><h2>{t("role.doc-creator")}</h2><p className="soft">{t("docs.homeLead_creator")}</p></div>
          <div className="row">
            <Link to="/documents/new"><Button type="primary" size="large">{t("docs.make")}</Button></Link>
            <Link to="/documents/batch"><Button size="large">{t("docs.makeBatch")}</Button></Link>
            <Link to="/documents?view=made"><Button size="large">{t("docs.openDesk")}</Button></Link>
            <Link to="/batches"><Button size="large">{t("docs.batches")}</Button></Link>
          </div>
        </section>
      ) : null}
      {docs.signer ? (
        <section className="card stack">
          <div><h2>{t("role.doc-signer")}</h2><p className="soft">{t("docs.homeLead_signer")}</p></div>
          <div className="row">
            <Link to="/documents?view=waiting"><Button type="primary" size="large">{t("docs.view_waiting")}</Button></Link>
            <Link to="/documents?view=handled"><Button size="large">{t("docs.view_handled")}</Button></Link>
          </div>
        </section>
      ) : null}
      {docs.auditor ? (
        <section className="card stack">
          <div><h2>{t("role.doc-auditor")}</h2><p className="soft">{t("docs.homeLead_auditor")}</p></div>
          <div className="row">
            <Link to="/documents?view=all"><Button type="primary" size="large">{t("docs.view_all")}</Button></Link>
            <Link to="/documents?view=all&state=voided"><Button size="large">{t("docs.voidedOnly")}</Button></Link>
            <Link to="/documents/numbers"><Button size="large">{t("numbers.title")}</Button></Link>
          </div>
        </section>
      ) : null}
    </Page>
  );
}
