import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Empty } from "@/components/Empty.tsx";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loading } from "@/components/Loading.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { bracketed } from "@/lib/text.ts";
import { fieldsOf } from "../template.ts";
import { starter } from "./starter.ts";
import type { PartProps } from "./Basics.tsx";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));
const mapped = ["keyField", "partyField", "amountField", "dateField"] as const;

/** The wording with the PDF that it makes beside it, and which of its fields documents are found by. */
export function TemplateEditor({ type, edit, faults }: PartProps) {
  const { t } = useTranslation();
  const [pdf, setPdf] = useState<Blob>();
  const preview = useSubmit(() => post<Blob>("/document-types/preview", { template: type.template }), setPdf);
  const fields = fieldsOf(type.template ?? "");
  const options = [{ value: "", text: t("types.ownEntry") }, ...fields.map((f) => ({ value: f.name, text: bracketed(f.title, f.name) }))];
  return (
    <section className="card stack" aria-label={t("types.contents")}>
      <h2>{t("types.contents")}</h2>
      <label className="tick"><input type="checkbox" checked={!!type.uploads} onChange={(e) => edit({ uploads: e.target.checked })} /><span>{t("types.uploads")}</span></label>
      <div className="type-template">
        <div className="stack">
          <Field label={t("types.template")} help={t("types.templateHelp")} error={faults.template ?? preview.faults.template}><Input.TextArea rows={20} spellCheck={false} value={type.template ?? ""} onChange={(e) => edit({ template: e.target.value })} /></Field>
          <div className="row">
            <Button disabled={!type.template} loading={preview.busy} onClick={() => preview.submit()}>{t("types.preview")}</Button>
            {type.template ? null : <Button onClick={() => edit({ template: starter, keyField: "orderNumber", partyField: "party", amountField: "total", dateField: "date" })}>{t("types.starter")}</Button>}
          </div>
        </div>
        <div>
          {preview.faults.template ? null : <ProblemNotice error={preview.error} />}
          {pdf ? <Suspense fallback={<Loading lines={10} />}><PdfViewer src={pdf} height="64dvh" label={t("types.preview")} /></Suspense> : <Empty title={t("types.previewEmpty")} />}
        </div>
      </div>
      <div><h3>{t("types.fields")}</h3><p className="soft small">{t("types.fieldsHelp")}</p></div>
      <div className="type-grid">
        {mapped.map((m) => (
          <div key={m}>
            <Select label={t(`types.${m}`)} value={type[m] ?? ""} onChange={(v) => edit({ [m]: v })} options={options} />
            {faults[m] ? <p className="field-error">{faults[m]}</p> : null}
          </div>
        ))}
      </div>
      <label className="tick"><input type="checkbox" checked={!!type.needsKey} onChange={(e) => edit({ needsKey: e.target.checked })} /><span>{t("types.needsKey")}<br /><span className="soft small">{t("types.needsKeyHelp")}</span></span></label>
    </section>
  );
}
