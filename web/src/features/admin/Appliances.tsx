import { Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import type { Appliance } from "@/lib/api/types.ts";
import { newIntent } from "@/lib/api/client.ts";
import { useText } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { EditList } from "./EditList.tsx";

/** Appliances and their rated flow, from which contracts are filled. */
export default function Appliances() {
  const { t } = useTranslation();
  const tx = useText();
  return (
    <EditList<Appliance>
      path="/settings/appliances"
      title={t("admin.appliances")}
      blank={() => ({ id: newIntent().slice(0, 8), name: "", model: "", ratedFlow: 0 })}
      name={(a) => tx(a.name)}
      row={(a, change) => (
        <div className="cells">
          <Field label={t("common.name")} required><Input value={tx(a.name)} onChange={(e) => change({ ...a, name: typeof a.name === "string" ? e.target.value : { ...a.name, zh: e.target.value } })} /></Field>
          <Field label={t("admin.model")}><Input value={a.model ?? ""} onChange={(e) => change({ ...a, model: e.target.value })} /></Field>
          <Field label={t("admin.ratedFlow")} required><InputNumber style={{ width: "100%" }} min={0} step={0.1} value={a.ratedFlow} onChange={(v) => change({ ...a, ratedFlow: v ?? 0 })} /></Field>
        </div>
      )}
    />
  );
}
