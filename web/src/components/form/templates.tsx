import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps, FieldTemplateProps, ObjectFieldTemplateProps } from "@rjsf/utils";

const wideKinds = new Set(["long-text", "address", "list", "files", "file", "agreement", "choices", "drawing", "object"]);

/** Label, help, control, fault; the ids match what the widgets point at with aria-describedby. */
function FieldTemplate(p: FieldTemplateProps) {
  const kind = String((p.schema as Record<string, unknown>)["x-kind"] ?? "");
  if (p.hidden) return <div hidden>{p.children}</div>;
  if (p.schema.type === "object" && !kind) return p.children;
  const group = p.schema.type === "array";
  const agreement = p.schema.type === "boolean";
  const errors = p.rawErrors ?? [];
  return (
    <div className={`field${errors.length ? " field-bad" : ""}${wideKinds.has(kind) ? " field-wide" : ""}`}>
      {agreement ? null : group ? <span className="field-label" id={`${p.id}__title`}>{p.label}<Mark required={p.required} /></span> : <label className="field-label" htmlFor={p.id}>{p.label}<Mark required={p.required} /></label>}
      {p.rawDescription ? <div id={`${p.id}__help`} className="field-help">{p.rawDescription}</div> : null}
      {p.children}
      {errors.length ? <div id={`${p.id}__error`} className="field-error">{errors.join("；")}</div> : null}
    </div>
  );
}

function Mark({ required }: { required?: boolean }) {
  const { t } = useTranslation();
  return required ? <span className="field-required" aria-hidden> *</span> : <span className="soft small"> ({t("common.optional")})</span>;
}

function ObjectFieldTemplate(p: ObjectFieldTemplateProps) {
  return <div className="form-grid">{p.properties.map((f) => <div key={f.name} className="form-cell">{f.content}</div>)}</div>;
}

function ArrayFieldTemplate(p: ArrayFieldTemplateProps) {
  const { t } = useTranslation();
  return (
    <div className="form-rows" role="group" id={p.fieldPathId.$id} tabIndex={-1} aria-labelledby={`${p.fieldPathId.$id}__title`}>
      {p.items}
      {p.canAdd ? <div><Button onClick={p.onAddClick}>+ {t("cases.addRow")}</Button></div> : null}
    </div>
  );
}

function ArrayFieldItemTemplate(p: ArrayFieldItemTemplateProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="form-row">
      <legend className="soft small">{t("cases.row", { n: p.index + 1 })}</legend>
      <div className="grow">{p.children}</div>
      {p.buttonsProps.hasRemove ? <Button type="text" onClick={p.buttonsProps.onRemoveItem} aria-label={`${t("cases.removeRow")} ${p.index + 1}`}>{t("common.remove")}</Button> : null}
    </fieldset>
  );
}

const nothing = () => null;

export const templates = {
  FieldTemplate, ObjectFieldTemplate, ArrayFieldTemplate, ArrayFieldItemTemplate,
  TitleFieldTemplate: nothing, ArrayFieldTitleTemplate: nothing, DescriptionFieldTemplate: nothing, ArrayFieldDescriptionTemplate: nothing, FieldErrorTemplate: nothing, FieldHelpTemplate: nothing, ErrorListTemplate: nothing,
};
