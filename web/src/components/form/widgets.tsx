import { useTranslation } from "react-i18next";
import type { FieldProps, WidgetProps } from "@rjsf/utils";
import { useText } from "@/lib/text.ts";
import { Input } from "../Input.tsx";
import { useCaseSeals } from "../seal/caseSeals.ts";
import { FilesInput } from "./FilesInput.tsx";

/** Empty text means "not entered": it is left out, so that the server says "missing". */
const value = (s: string) => (s === "" ? undefined : s);

function described(p: WidgetProps) {
  const bad = !!p.rawErrors?.length;
  const ids = [p.schema.description ? `${p.id}__help` : "", bad ? `${p.id}__error` : ""].filter(Boolean).join(" ");
  return { id: p.id, name: p.id, disabled: p.disabled || p.readonly, "aria-describedby": ids || undefined, "aria-invalid": bad || undefined, "aria-required": p.required || undefined };
}

const modes: Record<string, "numeric" | "decimal" | "tel" | "email"> = { integer: "numeric", decimal: "decimal", money: "decimal", mobile: "tel", phone: "tel", email: "email", account: "numeric", code: "numeric" };
const completes: Record<string, string> = { name: "name", mobile: "tel-national", email: "email", code: "one-time-code", address: "street-address" };
const capital = new Set(["uscc", "id-number"]);

function Text(p: WidgetProps) {
  const kind = String((p.schema as Record<string, unknown>)["x-kind"] ?? "");
  const numeric = p.schema.type === "integer" || p.schema.type === "number";
  const change = (raw: string) => {
    const s = capital.has(kind) ? raw.toUpperCase().replace(/\s/g, "") : raw;
    p.onChange(numeric && /^-?\d+$/.test(s) ? Number(s) : value(s));
  };
  return (
    <Input
      {...described(p)}
      value={p.value ?? ""}
      inputMode={modes[kind] ?? (numeric ? "numeric" : undefined)}
      autoComplete={completes[kind] ?? "off"}
      list={suggestionsOf(p)}
      prefix={kind === "money" ? "¥" : undefined}
      className={capital.has(kind) || kind === "account" ? "mono" : undefined}
      onChange={(e) => change(e.target.value)}
      onBlur={() => p.onBlur(p.id, p.value)}
    />
  );
}

const TextArea = (p: WidgetProps) => <Input.TextArea {...described(p)} rows={3} value={p.value ?? ""} onChange={(e) => p.onChange(value(e.target.value))} onBlur={() => p.onBlur(p.id, p.value)} />;
const Password = (p: WidgetProps) => <Input.Password {...described(p)} autoComplete="off" value={p.value ?? ""} onChange={(e) => p.onChange(value(e.target.value))} />;

function SelectOne(p: WidgetProps) {
  const { t } = useTranslation();
  const options = p.options.enumOptions ?? [];
  if (options.length <= 3) return <RadioRow {...p} />;
  return (
    <span className="select select-full">
      <select {...described(p)} value={p.value ?? ""} onChange={(e) => p.onChange(value(e.target.value))} onBlur={() => p.onBlur(p.id, p.value)}>
        <option value="">{t("cases.select")}</option>
        {options.map((o) => <option key={String(o.value)} value={String(o.value)}>{o.label}</option>)}
      </select>
    </span>
  );
}

function RadioRow(p: WidgetProps) {
  const d = described(p);
  return (
    <div className="radio-row" role="radiogroup" id={p.id} tabIndex={-1} aria-label={p.label} aria-describedby={d["aria-describedby"]} aria-required={d["aria-required"]} aria-invalid={d["aria-invalid"]}>
      {(p.options.enumOptions ?? []).map((o) => (
        <label key={String(o.value)}>
          <input type="radio" name={p.id} checked={p.value === o.value} disabled={d.disabled} onChange={() => p.onChange(o.value)} onBlur={() => p.onBlur(p.id, p.value)} />
          <span>{o.label}</span>
        </label>
      ))}
    </div>
  );
}

function Checkboxes(p: WidgetProps) {
  const chosen = (p.value ?? []) as unknown[];
  const toggle = (v: unknown) => p.onChange(chosen.includes(v) ? chosen.filter((c) => c !== v) : [...chosen, v]);
  return (
    <div className="radio-row" role="group" id={p.id} tabIndex={-1} aria-label={p.label}>
      {(p.options.enumOptions ?? []).map((o) => (
        <label key={String(o.value)}>
          <input type="checkbox" checked={chosen.includes(o.value)} disabled={p.disabled || p.readonly} onChange={() => toggle(o.value)} />
          <span>{o.label}</span>
        </label>
      ))}
    </div>
  );
}

function Tick(p: WidgetProps) {
  return (
    <label className="tick">
      <input {...described(p)} type="checkbox" checked={!!p.value} onChange={(e) => p.onChange(e.target.checked || undefined)} onBlur={() => p.onBlur(p.id, p.value)} />
      <span>{p.label}{p.required ? <span className="field-required" aria-hidden> *</span> : null}</span>
    </label>
  );
}

const DateInput = (p: WidgetProps) => <input {...described(p)} className="native-input" type="date" value={p.value ?? ""} onChange={(e) => p.onChange(value(e.target.value))} onBlur={() => p.onBlur(p.id, p.value)} />;

const LONG_TERM = "long-term";

/** The last day of validity, or "long term" as it stands on many identity cards. */
function Expiry(p: WidgetProps) {
  const { t } = useTranslation();
  const long = p.value === LONG_TERM;
  return (
    <div className="row">
      <input {...described(p)} className="native-input grow" type="date" disabled={long || p.disabled} value={long ? "" : (p.value ?? "")} onChange={(e) => p.onChange(value(e.target.value))} onBlur={() => p.onBlur(p.id, p.value)} />
      <label className="tick"><input type="checkbox" checked={long} onChange={(e) => p.onChange(e.target.checked ? LONG_TERM : undefined)} /><span>{t("cases.longTerm")}</span></label>
    </div>
  );
}

function SealSelect(p: WidgetProps) {
  const { t } = useTranslation();
  const tx = useText();
  const seals = useCaseSeals(caseOf(p)!, p.name);
  return (
    <span className="select select-full">
      <select {...described(p)} value={p.value ?? ""} onChange={(e) => p.onChange(value(e.target.value))}>
        <option value="">{t("seal.choose")}</option>
        {(seals.data?.items ?? []).map((s) => <option key={s.id} value={s.id} disabled={!s.usable}>{tx(s.title)} · {t(`seal.kind_${s.kind}`)}{s.holder ? ` · ${s.holder.name}` : ""}</option>)}
      </select>
    </span>
  );
}

const suggestionsOf = (p: WidgetProps) => (p.registry.formContext as { suggest?: Record<string, string> } | undefined)?.suggest?.[p.id.replace(/_\d+_/g, "_")];
const accepts = (schema: WidgetProps["schema"]) => ((schema as Record<string, unknown>)["x-accept"] as string[] | undefined) ?? [];
const caseOf = (p: { registry: { formContext?: unknown } }) => (p.registry.formContext as { caseId?: string } | undefined)?.caseId;

const FileOne = (p: WidgetProps) => <FilesInput id={p.id} label={p.label} caseId={caseOf(p)} accept={accepts(p.schema)} max={1} value={p.value ? [String(p.value)] : []} onChange={(ids) => p.onChange(ids[0])} />;

function FilesField(p: FieldProps) {
  const schema = p.schema as { items?: WidgetProps["schema"]; maxItems?: number };
  return <FilesInput id={p.fieldPathId.$id} label={String(p.schema.title ?? p.name)} caseId={caseOf(p)} accept={accepts(schema.items ?? {})} max={schema.maxItems ?? 10} value={(p.formData as string[] | undefined) ?? []} onChange={(ids) => p.onChange(ids.length ? ids : undefined, p.fieldPathId.path)} />;
}

/** Drawings and other composed values are entered by the panel of their step. */
const ByPanel = () => null;

export const widgets = {
  TextWidget: Text, EmailWidget: Text, URLWidget: Text, UpDownWidget: Text, TextareaWidget: TextArea, PasswordWidget: Password, SelectWidget: SelectOne, RadioWidget: RadioRow, CheckboxesWidget: Checkboxes, CheckboxWidget: Tick, DateWidget: DateInput, FileWidget: FileOne,
  agreement: Tick, expiry: Expiry, money: Text, code: Text, seal: SealSelect, file: FileOne,
};
export const fields = { files: FilesField, drawing: ByPanel, object: ByPanel };
