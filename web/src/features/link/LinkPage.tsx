import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useParams } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { get, items, post } from "@/lib/api/client.ts";
import type { ActionResult, Case, CaseAction, CaseSeals, Seal, Session } from "@/lib/api/types.ts";
import { latestDocument } from "@/lib/case.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useText } from "@/lib/text.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

type Opened = { session: Session; c: Case; seal?: Seal };

/** A link works once: it is exchanged for a session that is good for this case and role only. */
function useLink(token: string) {
  const [opened, setOpened] = useState<Opened>();
  const [error, setError] = useState<unknown>();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const open = async () => {
      const session = await post<Session>(`/links/${encodeURIComponent(token)}`, {});
      const c = await get<Case>(`/cases/${session.link!.case}`);
      const name = String(c.actions.find((a) => a.name === session.link!.purpose)?.step?.params?.seal ?? "");
      const seals = name ? items<Seal>(await get<CaseSeals>(`/cases/${c.id}/seals?for=${encodeURIComponent(name)}`).catch(() => [])) : [];
      setOpened({ session, c, seal: seals.find((s) => s.id === (c.facts?.sealing?.seals as Record<string, string> | undefined)?.[name]) });
    };
    open().catch(setError);
  }, [token]);
  return { opened, error };
}

/** The legal representative's phone: the contract, and the password of their own seal, or why they do not agree. */
export default function LinkPage() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const { opened, error } = useLink(token);
  return (
    <Page title={t("linkPage.title")} narrow>
      {error ? <ProblemNotice error={error} /> : opened ? <Unlock {...opened} /> : <div><p role="status">{t("linkPage.exchange")}</p><Loading /></div>}
    </Page>
  );
}

function Unlock({ session, c, seal }: Opened) {
  const { t } = useTranslation();
  const tx = useText();
  const [password, setPassword] = useState("");
  const [done, setDone] = useState<"unlocked" | "declined">();
  const doc = latestDocument(c);
  const form = useSubmit((key) => post<ActionResult>(`/cases/${c.id}/actions/${session.link!.purpose}`, { password }, { key, etag: c.version }), () => setDone("unlocked"));
  const decline = c.actions.find((a) => a.step?.name === "decline-seal");
  if (done === "declined") return <Notice tone="ok" title={t("linkPage.declined")}>{t("linkPage.declinedHelp")}</Notice>;
  if (done) return <Notice tone="ok" title={t("linkPage.done")}>{t("linkPage.doneHelp")}</Notice>;
  if (!c.actions.some((a) => a.name === session.link!.purpose)) return <Notice tone="warn" title={t("linkPage.nothing")}>{t("linkPage.nothingHelp", { state: tx(c.state.title) })}</Notice>;
  const from = c.parties.find((p) => p.role === "applicant")?.name ?? c.title;
  return (
    <>
      <p>{t("linkPage.lead", { name: from })}</p>
      <section className="card">
        <h2>{t("linkPage.doc")} <span className="num soft">{doc?.number ?? c.number}</span></h2>
        {doc ? <Suspense fallback={<Loading lines={8} />}><PdfViewer src={doc.url} height="60dvh" /></Suspense> : null}
      </section>
      <form className="card stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        {seal ? <div className="row"><SealPicture seal={seal} size={88} /><span>{tx(seal.title)}</span></div> : null}
        <Field label={t("seal.password")} error={form.faults.password}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        <Button type="primary" size="large" htmlType="submit" disabled={!password} loading={form.busy}>{t("seal.unlock")}</Button>
      </form>
      {decline ? <Decline c={c} action={decline} onDone={() => setDone("declined")} /> : null}
    </>
  );
}

/** Whoever does not agree says why; the others are told. */
function Decline({ c, action, onDone }: { c: Case; action: CaseAction; onDone: () => void }) {
  const { t } = useTranslation();
  const tx = useText();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const form = useSubmit((key) => post<ActionResult>(`/cases/${c.id}/actions/${action.name}`, { reason }, { key, etag: c.version }), onDone);
  const close = () => (setOpen(false), form.reset());
  return (
    <>
      <Button danger type="link" onClick={() => setOpen(true)}>{t("linkPage.decline")}</Button>
      <Dialog open={open} title={tx(action.title)} onClose={close}>
        <form className="stack" onSubmit={form.submit}>
          <p>{tx(action.help)}</p>
          <ProblemNotice error={form.error} />
          <Field label={t("linkPage.declineReason")} required error={form.faults.reason}><Input.TextArea rows={3} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} /></Field>
          <div><Button type="primary" danger htmlType="submit" loading={form.busy}>{tx(action.title)}</Button></div>
        </form>
      </Dialog>
    </>
  );
}
