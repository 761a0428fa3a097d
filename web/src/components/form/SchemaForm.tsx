import { useMemo } from "react";
import Form from "@rjsf/core/lib/components/Form.js";
import type { ErrorSchema, RJSFSchema, UiSchema } from "@rjsf/utils";
import { useTranslation } from "react-i18next";
import { validator } from "@/lib/schema/validator.ts";
import { forForm, localise } from "@/lib/schema/localise.ts";
import { fieldErrorText, pointerPath } from "@/lib/problem.ts";
import { useLang } from "@/lib/text.ts";
import type { FieldError, JsonSchema } from "@/lib/api/types.ts";
import { FROM_CATALOGUE, useCatalogue, withFlow } from "./catalogue.ts";
import { templates } from "./templates.tsx";
import { fields, widgets } from "./widgets.tsx";
import "../Select.css";
import "./form.css";

/** `operator` runs the business; `suggest` holds the id of a field's datalist by the field's id without row numbers. */
export type FormContext = { caseId?: string; operator?: string; suggest?: Record<string, string> };
type Data = Record<string, unknown>;

export type SchemaFormProps = {
  id: string;
  schema: JsonSchema;
  ui: JsonSchema;
  data: Data;
  errors: FieldError[];
  onChange: (data: Data) => void;
  onBlur?: (field: string) => void;
  context?: FormContext;
};

/** Puts faults at the places of the renderer's error tree. */
function errorTree(errors: FieldError[], text: (e: FieldError) => string): ErrorSchema<Data> {
  const tree: ErrorSchema<Data> = {};
  for (const e of errors) {
    let at = tree as ErrorSchema;
    for (const step of pointerPath(e.pointer)) at = (at as Record<string, ErrorSchema>)[step] ??= {};
    at.__errors = [...(at.__errors ?? []), text(e)];
  }
  return tree;
}

/**
 * A form drawn from the server's JSON Schema. It holds no state: what is wrong comes from the server,
 * by field; conditions in the schema decide what is asked.
 */
export default function SchemaForm({ id, schema, ui, data, errors, onChange, onBlur, context }: SchemaFormProps) {
  const { t } = useTranslation();
  const lang = useLang();
  const shown = useMemo(() => forForm(localise(schema, lang)) as RJSFSchema, [schema, lang]);
  const uiSchema = useMemo(() => ({ ...ui, "ui:submitButtonOptions": { norender: true } }) as UiSchema, [ui]);
  const tree = useMemo(() => errorTree(errors, (e) => fieldErrorText(e, t)), [errors, t]);
  const catalogue = useCatalogue(schema, context?.operator);
  const field = `${id}_${FROM_CATALOGUE}_name`;
  const formContext = useMemo<FormContext>(() => ({ ...context, suggest: catalogue.length ? { [field]: `${field}__list` } : {} }), [context?.caseId, context?.operator, catalogue, field]);
  return (
    <>
      {catalogue.length ? <datalist id={`${field}__list`}>{catalogue.map((a) => <option key={a.name} value={a.name}>{a.flow ? `${a.flow} m³/h` : null}</option>)}</datalist> : null}
      <Form<Data>
        className="schema-form"
        tagName="div"
        idPrefix={id}
        schema={shown}
        uiSchema={uiSchema}
        formData={data}
        formContext={formContext}
        validator={validator as never}
        templates={templates as never}
        widgets={widgets as never}
        fields={fields as never}
        extraErrors={tree}
        noValidate
        noHtml5Validate
        showErrorList={false}
        experimental_defaultFormStateBehavior={{ constAsDefaults: "never", emptyObjectFields: "skipDefaults", arrayMinItems: { populate: "never" } }}
        onChange={(e) => onChange(withFlow(data, e.formData ?? {}, catalogue))}
        onBlur={(at) => onBlur?.(at)}
      />
    </>
  );
}
