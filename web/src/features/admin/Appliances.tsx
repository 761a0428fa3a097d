import { useTranslation } from "react-i18next";
import type { Appliance } from "@/lib/api/types.ts";
import { Field } from "@/components/Field.tsx";
import { EditList } from "./EditList.tsx";
import { Input } from "@/components/Input.tsx";

/** Appliances and their rated flow, from which contracts are filled. */
export default function Appliances() {
  const { t } = useTranslation();
  return (
    <EditList<Appliance>
      path="/settings/appliances"
      title={t("admin.appliances")}
      blank={() => ({ name: "", flow: "" })}
      name={(a) => a.name}
      row={(a, change, fault) => (
        <div className="cells">
          <Field label={t("admin.applianceName")} required error={fault("name")}><Input value={a.name} maxLength={40} onChange={(e) => change({ ...a, name: e.target.value })} /></Field>
          <Field label={t("admin.ratedFlow")} help={t("admin.ratedFlowHelp")} error={fault("flow")}><Input className="num" inputMode="decimal" value={a.flow} onChange={(e) => change({ ...a, flow: e.target.value.trim() })} /></Field>
        </div>
      )}
    />
  );
}
