import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { EDocumentDetail } from "@/lib/api/types.ts";
import { LinkButton } from "@/components/LinkButton.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { toast } from "@/components/Toast.tsx";
import { ReasonDialog } from "./ReasonDialog.tsx";
import { useDo } from "./useDo.ts";

/** What who made a document can do: correct, void, take back, remind. */
export function CreatorWork({ d }: { d: EDocumentDetail }) {
  const { t } = useTranslation();
  const doing = useDo(d);
  const [asking, setAsking] = useState<"void" | "recall" | "ask-void">();
  const may = (a: string) => d.open.includes(a);
  const said = { void: "docs.voided", recall: "docs.recalled", "ask-void": "docs.voidAsked" } as const;
  const remind = async () => {
    if (await doing.run("remind")) toast(t("docs.reminded"));
  };
  const withdraw = async () => {
    if (await doing.run("withdraw-void")) toast(t("docs.voidWithdrawn"));
  };
  return (
    <>
      {asking ? null : <ProblemNotice error={doing.error} />}
      <div className="row">
        {may("make") ? <LinkButton to={`/documents/${d.case}/correct`} type="primary">{t("docs.correct")}</LinkButton> : null}
        {may("remind") ? <Button loading={doing.busy === "remind"} onClick={() => void remind()}>{t("docs.remind")}</Button> : null}
        {may("recall") ? <Button onClick={() => setAsking("recall")}>{t("docs.recall")}</Button> : null}
        {may("withdraw-void") ? <Button loading={doing.busy === "withdraw-void"} onClick={() => void withdraw()}>{t("docs.withdraw-void")}</Button> : null}
        {may("ask-void") ? <Button danger onClick={() => setAsking("ask-void")}>{t("docs.ask-void")}</Button> : null}
        {may("void") ? <Button danger onClick={() => setAsking("void")}>{t("docs.void")}</Button> : null}
      </div>
      {asking ? <ReasonDialog action={asking} doing={doing} onClose={() => (setAsking(undefined), doing.clear())} onDone={() => (toast(t(said[asking])), setAsking(undefined))} /> : null}
    </>
  );
}
