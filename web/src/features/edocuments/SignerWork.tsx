import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { EDocument, EDocumentDetail, Page as ListPage, WantedPart } from "@/lib/api/types.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import type { Place } from "@/components/PdfViewer.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { listKey } from "./data.ts";
import { ReasonDialog } from "./ReasonDialog.tsx";
import { SealForm } from "./SealForm.tsx";
import { useDo, type Doing } from "./useDo.ts";

type Props = { d: EDocumentDetail; fixed: boolean; place?: Place; setPlace: (p: Place | undefined) => void; placing: boolean; setPlacing: (on: boolean) => void };

/** What a department whose turn it is can do: seal, agree, send back. */
export function SignerWork({ d, ...placing }: Props) {
  const { t } = useTranslation();
  const doing = useDo(d);
  const [rejecting, setRejecting] = useState(false);
  // The server names one's own parts before those that are taken over.
  const [seal, look] = [true, false].map((s) => d.wanted?.find((w) => w.seal === s));
  return (
    <>
      <div className="row between"><h2>{t(look && !seal ? "docs.yourLook" : "docs.yourSeal")}</h2><Next after={d.case} /></div>
      {look ? <Agree part={look} doing={doing} /> : null}
      {seal ? <SealForm d={d} part={seal} doing={doing} {...placing} /> : null}
      <div><Button danger onClick={() => (doing.clear(), setRejecting(true))}>{t("docs.reject")}</Button></div>
      {rejecting ? <ReasonDialog action="reject" doing={doing} onClose={() => (setRejecting(false), doing.clear())} onDone={() => (setRejecting(false), toast(t("docs.rejected")))} /> : null}
    </>
  );
}

function Agree({ part, doing }: { part: WantedPart; doing: Doing }) {
  const { t } = useTranslation();
  const [comment, setComment] = useState("");
  const agree = async (e: React.FormEvent) => {
    e.preventDefault();
    if (await doing.run("approve", { item: part.name, ...(comment.trim() ? { comment: comment.trim() } : {}) })) toast(t("docs.approved"));
  };
  return (
    <form className="stack" onSubmit={(e) => void agree(e)}>
      <ProblemNotice error={doing.error} />
      <Field label={`${t("docs.comment")} (${t("common.optional")})`}><Input.TextArea rows={2} maxLength={500} value={comment} onChange={(e) => setComment(e.target.value)} /></Field>
      <div><Button type="primary" size="large" htmlType="submit" loading={doing.busy === "approve"}>{t("docs.approve")}</Button></div>
    </form>
  );
}

/** The next document that waits, so that one need not go back to the list. */
function Next({ after }: { after: string }) {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: [listKey, "next"], queryFn: ({ signal }) => get<ListPage<EDocument>>("/e-documents?role=signer&due=any&limit=50", signal) });
  const rows = list.data?.items ?? [];
  const next = rows[rows.findIndex((x) => x.case === after) + 1] ?? rows.find((x) => x.case !== after);
  return next && next.case !== after ? <Link to={`/documents/${next.case}`}>{t("docs.next")} ›</Link> : null;
}
