import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { EDocumentDetail } from "@/lib/api/types.ts";
import { labelled } from "@/lib/text.ts";
import { Confirm } from "@/components/Dialog.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { toast } from "@/components/Toast.tsx";
import { departmentOf, useDepartments } from "./data.ts";
import { ReasonDialog } from "./ReasonDialog.tsx";
import { useDo } from "./useDo.ts";

/** Why a complete document is to be voided, and which departments have agreed. */
export function VoidingNotice({ d }: { d: EDocumentDetail }) {
  const { t } = useTranslation();
  const departments = useDepartments().data;
  return (
    <Notice tone="warn" title={t("docs.voidingAsked")}>
      <p>{labelled(t("docs.reason"), d.reason ?? "")}</p>
      <ul>
        {d.voiding?.parts.map((p) => <li key={p.name}>{p.department ? departmentOf(departments, p.department) : t("docs.otherOrg")} <Tag tone={p.agreed ? "ok" : "warn"}>{t(p.agreed ? "docs.voidAgreed" : "docs.partOpen")}</Tag></li>)}
      </ul>
    </Notice>
  );
}

/** What a department that sealed says to it. */
export function VoidingWork({ d }: { d: EDocumentDetail }) {
  const { t } = useTranslation();
  const doing = useDo(d);
  const [asking, setAsking] = useState<"agree" | "decline">();
  const close = () => (setAsking(undefined), doing.clear());
  const agree = async () => {
    if (!(await doing.run("agree-void"))) return;
    toast(t("docs.voidAgreed"));
    setAsking(undefined);
  };
  return (
    <>
      <h2>{t("docs.yourVoiding")}</h2>
      {asking === "decline" ? null : <ProblemNotice error={doing.error} />}
      <div className="row">
        <Button danger onClick={() => setAsking("agree")}>{t("docs.agree-void")}</Button>
        <Button onClick={() => (doing.clear(), setAsking("decline"))}>{t("docs.decline-void")}</Button>
      </div>
      {asking === "agree" ? <Confirm open danger busy={doing.busy === "agree-void"} title={t("docs.agree-void")} ok={t("docs.agree-void")} onClose={close} onOk={() => void agree()}><p>{t("docs.agree-voidLead")}</p></Confirm> : null}
      {asking === "decline" ? <ReasonDialog action="decline-void" doing={doing} onClose={close} onDone={() => (toast(t("docs.voidDeclined")), setAsking(undefined))} /> : null}
    </>
  );
}
