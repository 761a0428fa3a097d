import { lazy, Suspense, useState } from "react";
import { Link, useParams } from "react-router";
import { useTranslation } from "react-i18next";
import type { EDocumentDetail } from "@/lib/api/types.ts";
import { useCase } from "@/lib/case.ts";
import { labelled, useLang, useText } from "@/lib/text.ts";
import { bytes, dateTime } from "@/lib/time.ts";
import { Due } from "@/components/Due.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import type { Place } from "@/components/PdfViewer.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { departmentOf, SEAL_POINTS, useDepartments, useDocument, useTypes, yuan } from "./data.ts";
import { CreatorWork } from "./CreatorWork.tsx";
import { RouteView } from "./RouteView.tsx";
import { SignerWork } from "./SignerWork.tsx";
import { StateTag } from "./StateTag.tsx";
import { VoidingNotice, VoidingWork } from "./Voiding.tsx";
import { isSealed } from "./parts.ts";
import "./edocuments.css";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

/** A document beside its route, and what one can do with it. */
export default function DocumentPage() {
  const { id = "" } = useParams();
  const query = useDocument(id);
  return <Loaded query={query} lines={10}>{(d) => <DocumentView key={d.case} d={d} />}</Loaded>;
}

function DocumentView({ d }: { d: EDocumentDetail }) {
  const { t } = useTranslation();
  const [place, setPlace] = useState<Place>();
  const [placing, setPlacing] = useState(false);
  const lead = <span className="row"><span className="num mono">{d.number}</span><StateTag state={d.state} /></span>;
  const mark = place && { ...place, size: SEAL_POINTS, label: t("docs.placeMark") };
  return (
    <Page title={d.title} lead={lead} back={{ to: "/documents", text: t("docs.title") }}>
      {d.voiding ? <VoidingNotice d={d} /> : d.reason ? <Notice tone={d.state === "voided" ? "bad" : "warn"} title={t(`docs.state_${d.state}`)}>{labelled(t("docs.reason"), d.reason)}</Notice> : null}
      <div className="doc-columns">
        <section className="doc-file" aria-label={t("docs.file")}>
          {d.file ? (
            <Suspense fallback={<Loading lines={12} />}>
              <PdfViewer key={d.sha256} src={`${d.file}?inline=1`} height="var(--doc-height)" label={d.title} onPlace={placing ? (p) => (setPlace(p), setPlacing(false)) : undefined} mark={mark} />
            </Suspense>
          ) : <div className="card"><Empty title={t("docs.noFile")} /></div>}
        </section>
        <div className="stack">
          <Work d={d} place={place} setPlace={setPlace} placing={placing} setPlacing={setPlacing} />
          <section className="card" aria-label={t("docs.route")}>
            <h2>{t("docs.route")}</h2>
            <RouteView d={d} />
          </section>
          <Facts d={d} />
        </div>
      </div>
    </Page>
  );
}

type WorkProps = { d: EDocumentDetail; place?: Place; setPlace: (p: Place | undefined) => void; placing: boolean; setPlacing: (on: boolean) => void };

function Work({ d, ...placing }: WorkProps) {
  const { t } = useTranslation();
  const creator = d.open.some((a) => ["make", "void", "recall", "remind", "ask-void", "withdraw-void"].includes(a));
  const signer = d.open.some((a) => ["seal", "approve", "reject"].includes(a));
  const voter = d.open.includes("agree-void");
  if (!creator && !signer && !voter) return null;
  return (
    <section className="card stack no-print" aria-label={t("docs.work")}>
      {signer && d.own ? <Notice title={t("docs.own")}>{t("docs.ownHelp")}</Notice> : signer ? <SignerWork d={d} fixed={isSealed(d)} {...placing} /> : null}
      {voter ? <VoidingWork d={d} /> : null}
      {creator ? <CreatorWork d={d} /> : null}
    </section>
  );
}

/** Where it stands, for whom, and its record. */
function Facts({ d }: { d: EDocumentDetail }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const departments = useDepartments().data;
  const type = useTypes().data?.find((x) => x.id === d.type);
  const c = useCase(d.case);
  const rows: [string, React.ReactNode][] = [
    [t("docs.due"), d.dueAt ? <Due due={d.dueAt} /> : null],
    [t("docs.type"), tx(type?.title) || d.type], [t("docs.party"), d.party], [t("docs.amount"), d.amount ? <span className="num">{yuan(d.amount)}</span> : null], [t("docs.date"), d.date],
    [t("docs.key"), d.key], [t("docs.department"), departmentOf(departments, d.department)], [t("docs.client"), d.client],
    [t("docs.created"), dateTime(d.createdAt, lang)], [t("docs.updated"), dateTime(d.updatedAt, lang)], [t("docs.size"), d.size ? bytes(d.size) : null],
    [t("docs.path"), d.path ? <span className="mono">{d.path}</span> : null], [t("docs.digest"), d.sha256 ? <span className="mono">{d.sha256}</span> : null],
  ];
  const paper = c.data?.documents[0];
  return (
    <section className="card doc-facts" aria-label={t("docs.info")}>
      <h2>{t("docs.info")}</h2>
      <dl className="facts">{rows.filter(([, v]) => v).map(([k, v]) => <div key={k} style={{ display: "contents" }}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>
      <p className="row no-print" style={{ marginTop: 10 }}>
        {d.file ? <a href={d.file} download>{t("common.download")}</a> : null}
        {paper?.verifyUrl ? <Link to={paper.verifyUrl}>{t("docs.verify")}</Link> : null}
        <Link to={`/cases/${d.case}?record=1`}>{t("docs.cases")}</Link>
      </p>
    </section>
  );
}
