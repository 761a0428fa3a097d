import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { EDocument, Page as ListPage, Session } from "@/lib/api/types.ts";
import { rights, type Rights } from "@/lib/session.ts";
import { counted } from "@/lib/text.ts";
import { LinkButton } from "@/components/LinkButton.tsx";
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
  const open = (to: string) => <LinkButton to={to}>{t("docs.openDesk")}</LinkButton>;
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
            <LinkButton to="/documents/new" type="primary" size="large">{t("docs.make")}</LinkButton>
            <LinkButton to="/documents/batch" size="large">{t("docs.makeBatch")}</LinkButton>
            <LinkButton to="/documents?view=made" size="large">{t("docs.openDesk")}</LinkButton>
            <LinkButton to="/batches" size="large">{t("docs.batches")}</LinkButton>
          </div>
        </section>
      ) : null}
      {docs.signer ? (
        <section className="card stack">
          <div><h2>{t("role.doc-signer")}</h2><p className="soft">{t("docs.homeLead_signer")}</p></div>
          <div className="row">
            <LinkButton to="/documents?view=waiting" type="primary" size="large">{t("docs.view_waiting")}</LinkButton>
            <LinkButton to="/documents?view=handled" size="large">{t("docs.view_handled")}</LinkButton>
          </div>
        </section>
      ) : null}
      {docs.auditor ? (
        <section className="card stack">
          <div><h2>{t("role.doc-auditor")}</h2><p className="soft">{t("docs.homeLead_auditor")}</p></div>
          <div className="row">
            <LinkButton to="/documents?view=all" type="primary" size="large">{t("docs.view_all")}</LinkButton>
            <LinkButton to="/documents?view=all&state=voided" size="large">{t("docs.voidedOnly")}</LinkButton>
            <LinkButton to="/documents/numbers" size="large">{t("numbers.title")}</LinkButton>
          </div>
        </section>
      ) : null}
    </Page>
  );
}
