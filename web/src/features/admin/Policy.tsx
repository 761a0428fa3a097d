import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Choice } from "@/components/Choice.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { useSetting } from "./useSetting.ts";

type Rules = { faceAssurance?: string; precheck?: boolean } & Record<string, unknown>;

/** How far the machine goes alone, and whether materials are looked at before signing. */
export default function Policy() {
  const { t } = useTranslation();
  const s = useSetting<Rules>("/settings/policy");
  return (
    <section className="card stack">
      <h2>{t("admin.policy")}</h2>
      <ProblemNotice error={s.form.error} />
      <Loaded query={s.query}>
        {(rules) => (
          <>
            <Choice name="face" legend={t("admin.policyFace")} help={t("admin.policyFaceHelp")} value={rules.faceAssurance ?? "officer"} onChange={(v) => s.change({ ...rules, faceAssurance: v })} options={[{ value: "officer", title: t("admin.policyOfficer") }, { value: "alone", title: t("admin.policyAlone") }]} />
            <Choice name="precheck" legend={t("admin.precheck")} help={t("admin.precheckHelp")} value={rules.precheck ? "on" : "off"} onChange={(v) => s.change({ ...rules, precheck: v === "on" })} options={[{ value: "off", title: t("admin.off") }, { value: "on", title: t("admin.on") }]} />
            <div className="save-bar"><Button type="primary" disabled={!s.dirty} loading={s.form.busy} onClick={() => s.form.submit()}>{t("common.save")}</Button></div>
          </>
        )}
      </Loaded>
    </section>
  );
}
