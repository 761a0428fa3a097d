import { useTranslation } from "react-i18next";
import type { AskedMaterial } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { EditList } from "./EditList.tsx";
import { Ticks } from "./Ticks.tsx";
import { Input } from "@/components/Input.tsx";

/** Nothing ticked means that all hold; a rule is kept only where it narrows. */
const some = (v: string[], all: number) => (v.length && v.length < all ? v : undefined);
const blank = (): AskedMaterial => ({ name: "", title: { zh: "", en: "" }, help: { zh: "", en: "" }, required: true });

/** Which materials this gas company asks for, by category of applicant and use type. */
export default function AskedMaterials() {
  const { t } = useTranslation();
  const tx = useText();
  const categories = [{ value: "sole-proprietor", text: t("start.sole") }, { value: "legal-representative", text: t("start.legal") }, { value: "agent", text: t("start.agent") }];
  const uses = (["commercial", "industrial", "public"] as const).map((u) => ({ value: u, text: t(`admin.${u}`) }));
  const formats = [{ value: "image/jpeg", text: "JPG" }, { value: "image/png", text: "PNG" }, { value: "application/pdf", text: "PDF" }];
  return (
    <EditList<AskedMaterial>
      path="/settings/materials?procedure=gas-contract"
      title={t("admin.materials")}
      blank={blank}
      name={(m) => tx(m.title) || m.name}
      row={(m, change, fault) => (
        <>
          <div className="cells">
            <Field label={t("admin.titleZh")} required error={fault("title.zh")}><Input value={m.title.zh} onChange={(e) => change({ ...m, title: { ...m.title, zh: e.target.value } })} /></Field>
            <Field label={t("admin.titleEn")} required error={fault("title.en")}><Input value={m.title.en} onChange={(e) => change({ ...m, title: { ...m.title, en: e.target.value } })} /></Field>
            <Field label={t("admin.code")} required help={t("admin.codeHelp")} error={fault("name")}><Input className="mono" value={m.name} onChange={(e) => change({ ...m, name: e.target.value.toLowerCase().replace(/[^a-z0-9-]/g, "") })} /></Field>
          </div>
          <div className="cells">
            <Field label={t("admin.helpZh")} error={fault("help.zh")}><Input value={m.help?.zh ?? ""} onChange={(e) => change({ ...m, help: { en: m.help?.en ?? "", zh: e.target.value } })} /></Field>
            <Field label={t("admin.helpEn")} error={fault("help.en")}><Input value={m.help?.en ?? ""} onChange={(e) => change({ ...m, help: { zh: m.help?.zh ?? "", en: e.target.value } })} /></Field>
          </div>
          <Ticks legend={t("admin.categories")} value={m.categories ?? categories.map((o) => o.value)} onChange={(v) => change({ ...m, categories: some(v, categories.length) })} options={categories} />
          <Ticks legend={t("admin.useTypes")} value={m.useTypes ?? uses.map((o) => o.value)} onChange={(v) => change({ ...m, useTypes: some(v, uses.length) })} options={uses} />
          <Ticks legend={t("admin.accept")} value={m.accept ?? formats.map((o) => o.value)} onChange={(v) => change({ ...m, accept: some(v, formats.length) })} options={formats} />
          <label className="row"><input type="checkbox" checked={m.required} onChange={(e) => change({ ...m, required: e.target.checked })} />{t("admin.required")}</label>
        </>
      )}
    />
  );
}
