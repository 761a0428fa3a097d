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
  const [asking, setAsking] = useState<"void" | "recall">();
  const may = (a: string) => d.open.includes(a);
  const remind = async () => {
    if (await doing.run("remind")) toast(t("docs.reminded"));
  };
  return (
    <>
      {asking ? null : <ProblemNotice error={doing.error} />}
      <div className="row">
        {may("make") ? <LinkButton to={`/documents/${d.case}/correct`} type="primary">{t("docs.correct")}</LinkButton> : null}
        {may("remind") ? <Button loading={doing.busy === "remind"} onClick={() => void remind()}>{t("docs.remind")}</Button> : null}
        {may("recall") ? <Button onClick={() => setAsking("recall")}>{t("docs.recall")}</Button> : null}
        {may("void") ? <Button danger onClick={() => setAsking("void")}>{t("docs.void")}</Button> : null}
      </div>
      {asking ? <ReasonDialog action={asking} doing={doing} onClose={() => (setAsking(undefined), doing.clear())} onDone={() => (toast(t(asking === "void" ? "docs.voided" : "docs.recalled")), setAsking(undefined))} /> : null}
    </>
  );
}
