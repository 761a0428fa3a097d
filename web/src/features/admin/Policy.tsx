import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Policy } from "@/lib/api/types.ts";
import { Choice } from "@/components/Choice.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { useSetting } from "./useSetting.ts";

/** How far the machine goes alone, and whether materials are looked at before signing, and what contracts print. */
export default function PolicyPage() {
  const { t } = useTranslation();
  const s = useSetting<Policy>("/settings/policy");
  return (
    <section className="card stack">
      <h2>{t("admin.policy")}</h2>
      <ProblemNotice error={s.form.error} />
      <Loaded query={s.query}>
        {(rules) => (
          <>
            <Choice name="face" legend={t("admin.policyFace")} help={t("admin.policyFaceHelp")} value={rules.faceAssurance} onChange={(v) => s.change({ ...rules, faceAssurance: v as Policy["faceAssurance"] })} options={[{ value: "officer", title: t("admin.policyOfficer") }, { value: "alone", title: t("admin.policyAlone") }]} />
            <Choice name="precheck" legend={t("admin.precheck")} help={t("admin.precheckHelp")} value={rules.precheck ? "on" : "off"} onChange={(v) => s.change({ ...rules, precheck: v === "on" })} options={[{ value: "off", title: t("admin.off") }, { value: "on", title: t("admin.on") }]} />
            <Field label={t("admin.supplierAddress")} help={t("admin.supplierAddressHelp")} error={s.form.faults.supplierAddress}><Input maxLength={200} value={rules.supplierAddress ?? ""} onChange={(e) => s.change({ ...rules, supplierAddress: e.target.value })} /></Field>
            <div style={{ maxWidth: 360 }}><Field label={t("admin.emergencyPhone")} error={s.form.faults.emergencyPhone}><Input inputMode="tel" maxLength={30} value={rules.emergencyPhone ?? ""} onChange={(e) => s.change({ ...rules, emergencyPhone: e.target.value })} /></Field></div>
            <div className="save-bar"><Button type="primary" disabled={!s.dirty} loading={s.form.busy} onClick={() => s.form.submit()}>{t("common.save")}</Button></div>
          </>
        )}
      </Loaded>
    </section>
  );
}
