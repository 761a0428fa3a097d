import { lazy, Suspense, useEffect, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { ActionResult, Case } from "@/lib/api/types.ts";
import { caseKey, latestDocument, useCase } from "@/lib/case.ts";
import { useSubmit } from "@/lib/submit.ts";
import { usePhone } from "@/lib/phone.ts";
import { useText } from "@/lib/text.ts";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { judged, ready, subjects, useDeskKeys, type Verdicts } from "./verdicts.ts";
import { SubjectCard } from "./SubjectCard.tsx";
import "./desk.css";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

/** Materials on one side, the contract on the other; one verdict for each material. */
export default function DeskPage() {
  const { id = "" } = useParams();
  const query = useCase(id);
  return <Loaded query={query} lines={10}>{(c) => <Desk key={c.id} c={c} />}</Loaded>;
}

/** The review proper or the pre-check, whichever is open. */
const judgeAction = (c: Case) => c.actions.find((a) => a.step?.name === "judge");

const keep = () => undefined;

/** What was judged and not handed in yet outlives a reload of the page; another version of the case is judged anew. */
const keptAt = (c: Case) => `desk:${c.id}:${c.version}`;
const kept = (c: Case) => JSON.parse(sessionStorage.getItem(keptAt(c)) ?? "null") as Verdicts | null;

function useJudge(c: Case, verdicts: Verdicts) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useSubmit((key) => post<ActionResult>(`/cases/${c.id}/actions/${judgeAction(c)?.name ?? "judge"}`, { verdicts: judged(c, verdicts) }, { key, etag: c.version }), (answer) => {
    client.setQueryData(caseKey(c.id), answer.case);
    void client.invalidateQueries({ queryKey: ["cases"] });
    toast(t("desk.submitted"));
    void navigate("/");
  });
}

function Desk({ c }: { c: Case }) {
  const { t } = useTranslation();
  const tx = useText();
  const phone = usePhone();
  const list = subjects(c);
  const [verdicts, setVerdicts] = useState<Verdicts>(() => kept(c) ?? Object.fromEntries(list.filter((s) => s.verdict === "qualified" && !s.changed).map((s) => [s.name, { verdict: "qualified", reason: "" }])));
  const [at, setAt] = useState(0);
  useEffect(() => sessionStorage.setItem(keptAt(c), JSON.stringify(verdicts)), [c, verdicts]);
  const judge = useJudge(c, verdicts);
  const set = (name: string, v: Partial<Verdicts[string]>) => setVerdicts((old) => ({ ...old, [name]: { ...(old[name] ?? { verdict: "", reason: "" }), ...v } }));
  const open = !!judgeAction(c);
  useDeskKeys(list, at, setAt, open ? set : keep);
  const done = list.filter((s) => verdicts[s.name]?.verdict).length;
  const bad = list.filter((s) => verdicts[s.name]?.verdict === "unqualified").length;
  const doc = latestDocument(c);
  const summary = done < list.length ? t("desk.remaining", { count: list.length - done }) : bad ? t("desk.someUnqualified", { count: bad }) : t("desk.allQualified");
  return (
    <Page title={t("desk.title")} back={{ to: `/cases/${c.id}`, text: c.number }} lead={<>{c.title} · {tx(c.state.title)}</>} actions={phone ? undefined : <span className="soft small">{t("desk.keys")}</span>}>
      {phone ? <Notice>{t("desk.wide")}</Notice> : null}
      {open ? null : <Notice tone="warn" title={t("desk.notOpen")} action={<Link to={`/cases/${c.id}`}>{t("common.back")}</Link>} />}
      <ProblemNotice error={judge.error} />
      <div className="desk">
        <section className="desk-list" aria-label={t("desk.materials")}>
          <ol>{list.map((s, i) => <SubjectCard key={s.name} c={c} subject={s} open={open} current={i === at} entry={verdicts[s.name]} onFocus={() => setAt(i)} onChange={(v) => set(s.name, v)} />)}</ol>
          {open ? <div className="desk-submit">
            <span role="status">{t("desk.progress", { done, total: list.length })} · {summary}</span>
            {c.actions.filter((a) => a.step?.name !== "judge").map((a) => <Link key={a.name} to={`/cases/${c.id}`}>{tx(a.title)}</Link>)}
            <Button type="primary" danger={bad > 0} loading={judge.busy} disabled={!ready(c, verdicts)} onClick={() => judge.submit()}>{t("desk.submit")}</Button>
          </div> : null}
        </section>
        <section className="desk-doc" aria-label={t("desk.contract")}>
          {doc ? <Suspense fallback={<Loading lines={12} />}><PdfViewer src={doc.url} height="calc(100dvh - 150px)" /></Suspense> : null}
        </section>
      </div>
    </Page>
  );
}
