import { Navigate, useParams, useSearchParams } from "react-router";
import { useTranslation } from "react-i18next";
import type { Case } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { Loaded } from "@/components/Problem.tsx";
import { Page } from "@/components/Page.tsx";
import { Tag } from "@/components/Tag.tsx";
import { useCase } from "@/lib/case.ts";
import { StageBar } from "./StageBar.tsx";
import { Aside } from "./Aside.tsx";
import { Work } from "./Work.tsx";
import { Timeline } from "./Timeline.tsx";
import "./case.css";

function CaseView({ c }: { c: Case }) {
  const { t } = useTranslation();
  const tx = useText();
  const lead = (
    <span className="row">
      <span className="num mono">{c.number}</span>
      <Tag tone={c.state.aside || !c.state.stage ? "warn" : c.state.final ? "ok" : "red"}>{tx(c.state.title)}</Tag>
      {c.title ? <span>{c.title}</span> : null}
    </span>
  );
  return (
    <Page title={tx(c.procedure.title)} lead={lead} back={{ to: "/", text: t("nav.home") }}>
      {c.state.stage ? <StageBar stages={c.stages} /> : null}
      <div className="case-columns">
        <div className="stack">
          <Work key={c.id} c={c} />
          <Timeline c={c} />
        </div>
        <Aside c={c} />
      </div>
    </Page>
  );
}

/** Cases that have a page of their own; this one shows their record when that is asked for. */
const documents = new Set(["e-document"]);

/** Any case of any procedure, drawn from what the API says about it. */
export default function CasePage() {
  const { id = "" } = useParams();
  const record = useSearchParams()[0].has("record");
  const query = useCase(id);
  return (
    <Loaded query={query} lines={10}>
      {(c) => (documents.has(c.procedure.id) && !record ? <Navigate to={`/documents/${c.id}`} replace /> : <CaseView c={c} />)}
    </Loaded>
  );
}
