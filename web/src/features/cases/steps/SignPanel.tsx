import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { useSession } from "@/lib/session.ts";
import { faultsByField } from "@/lib/problem.ts";
import { CodeField } from "@/components/CodeField.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import type { CaseDocument } from "@/lib/api/types.ts";
import type { Drawing } from "@/lib/drawing.ts";
import { latestDocument } from "@/lib/case.ts";
import type { PanelProps } from "./panels.ts";

const SignatureInput = lazy(() => import("@/components/SignatureInput.tsx"));
const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

/** The button that was pressed is gone: eyes and keyboard go to the head of the next step. */
const goToStep = () =>
  requestAnimationFrame(() => {
    const step = document.getElementById("case-action");
    step?.scrollIntoView({ block: "start" });
    step?.focus({ preventScroll: true });
  });

/** The contract is read to its last page, then signed by hand and confirmed by a code of one's own. */
export default function SignPanel(p: PanelProps) {
  const doc = latestDocument(p.c);
  const [read, setRead] = useState(false);
  if (!doc) return null;
  return read || p.c.facts?.read === (doc.sha256 as unknown) ? <Sign {...p} doc={doc} /> : <Read {...p} doc={doc} onRead={() => (setRead(true), goToStep())} />;
}

function Read({ act, doc, onRead }: PanelProps & { doc: CaseDocument; onRead: () => void }) {
  const { t } = useTranslation();
  const [seen, setSeen] = useState({ page: 0, pages: 0, all: false });
  const go = async () => {
    if (await act.run("read", { digest: doc.sha256, lastPage: seen.pages })) onRead();
  };
  return (
    <div className="card stack">
      <div><h2>{t("read.title")}</h2><p className="soft">{t("read.lead")}</p></div>
      <Suspense fallback={<Loading lines={10} />}>
        <PdfViewer src={doc.url} height="min(72dvh, 900px)" onProgress={(page, pages, all) => setSeen({ page, pages, all })} />
      </Suspense>
      <ProblemNotice error={act.error} />
      <div className="row">
        <Button type="primary" size="large" disabled={!seen.all} loading={act.busy === "read"} onClick={() => void go()}>{t("read.action")}</Button>
        <span role="status" className="soft num">{seen.all ? t("read.done") : seen.pages ? t("read.seen", { page: seen.page, pages: seen.pages }) : null}</span>
      </div>
    </div>
  );
}

function Sign({ c, action, act, doc }: PanelProps & { doc: CaseDocument }) {
  const { t } = useTranslation();
  const name = useSession().data?.person.name;
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [code, setCode] = useState("");
  const [agree, setAgree] = useState(false);
  const [tried, setTried] = useState(false);
  const faults = faultsByField(act.error, t);
  const submit = () => {
    setTried(true);
    if (drawing) void act.run(action.name, { drawing, code, agree });
  };
  return (
    <div className="card stack">
      <div><h2>{t("sign.title")}</h2><p className="soft">{t("sign.lead")}</p></div>
      <Suspense fallback={<Loading lines={6} />}><SignatureInput name={name} onChange={setDrawing} error={tried && !drawing ? t("sign.empty") : faults.drawing} /></Suspense>
      <div style={{ maxWidth: 420 }}>
        <CodeField label={t("sign.code")} value={code} onChange={setCode} error={faults.code} send={() => post(`/cases/${c.id}/confirmations`, {})} />
        <p className="soft small">{t("sign.codeHelp")}</p>
      </div>
      <label className="tick"><input type="checkbox" checked={agree} onChange={(e) => setAgree(e.target.checked)} /><span>{t("sign.agree")}</span></label>
      <Notice>
        <p className="digest">{t("sign.digest", { digest: doc.sha256 })}</p>
        <p>{t("sign.key")}</p>
      </Notice>
      <div><Button type="primary" size="large" loading={act.busy === action.name} disabled={code.length < 4 || !agree} onClick={submit}>{t("sign.submit")}</Button></div>
    </div>
  );
}
