import type { JsonSchema, Lang } from "../api/types.ts";
import { listed } from "../text.ts";

const english: Record<string, string> = { title: "x-title-en", description: "x-description-en" };

/** A schema in one language: the server writes Chinese in `title`, English in `x-title-en`. */
export function localise<T>(schema: T, lang: Lang): T {
  if (Array.isArray(schema)) return schema.map((s) => localise(s as unknown, lang)) as T;
  if (typeof schema !== "object" || schema === null) return schema;
  const out: Record<string, unknown> = {};
  for (const [k, v] of Object.entries(schema)) {
    const en = lang === "en" ? english[k] : undefined;
    const other = en ? (schema as Record<string, unknown>)[en] : undefined;
    out[k] = typeof v === "string" && typeof other === "string" && other ? other : localise(v as unknown, lang);
  }
  return out as T;
}

/** Keywords that say nothing about how a form looks, and that merging conditions stumbles over. */
const silent = new Set(["unevaluatedProperties", "$schema"]);

/** The schema as the form renderer takes it. */
export function forForm<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map((s) => forForm(s as unknown)) as T;
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([k]) => !silent.has(k)).map(([k, v]) => [k, forForm(v as unknown)])) as T;
}

type Schema = JsonSchema & { properties?: Record<string, Schema>; allOf?: { if?: Schema; then?: Schema }[]; items?: Schema; oneOf?: { const: unknown; title?: string }[]; title?: string; enum?: unknown[] };

function holds(condition: Schema | undefined, data: Record<string, unknown>): boolean {
  return Object.entries(condition?.properties ?? {}).every(([name, s]) => (s.enum ?? []).includes(data[name]));
}

/** The fields of a form that are asked for this data, conditions applied. */
export function fieldsFor(schema: JsonSchema, data: Record<string, unknown>): Record<string, Schema> {
  const s = schema as Schema;
  const fields = { ...s.properties };
  for (const rule of s.allOf ?? []) {
    if (!holds(rule.if, data)) continue;
    for (const [name, f] of Object.entries(rule.then?.properties ?? {})) fields[name] = { ...fields[name], ...f };
  }
  return fields;
}

/** The same, in the order of the form: JSON objects come sorted by name, so the order stands in `ui:order`. */
export function fieldsInOrder(schema: JsonSchema, ui: JsonSchema | undefined, data: Record<string, unknown>): [string, JsonSchema][] {
  const fields = fieldsFor(schema, data);
  const order = ((ui?.["ui:order"] as string[] | undefined) ?? []).filter((n) => n in fields);
  return [...new Set([...order, ...Object.keys(fields)])].map((n) => [n, fields[n]!]);
}

const figures = new Set(["decimal", "money", "integer"]);

/** Whether values of the field are figures, which stand under each other by their last digit. */
export const isFigure = (field: JsonSchema) => figures.has(String(field["x-kind"]));

/** Title of the field at a path, for error summaries: `["appliances", "0", "model"]` → "燃气具 · 型号". */
export function titleAt(schema: JsonSchema, path: string[], data: Record<string, unknown>): string {
  let fields: Record<string, Schema> = fieldsFor(schema, data);
  const titles: string[] = [];
  for (const step of path) {
    if (/^\d+$/.test(step)) {
      titles.push(String(Number(step) + 1));
      continue;
    }
    const field = fields[step] ?? allFields(schema)[step];
    if (!field) break;
    titles.push(field.title ?? step);
    fields = fieldsFor(field.items ?? field, {});
  }
  return titles.join(" · ");
}

function allFields(schema: JsonSchema): Record<string, Schema> {
  const s = schema as Schema;
  return Object.assign({}, s.properties, ...(s.allOf ?? []).map((r) => r.then?.properties ?? {})) as Record<string, Schema>;
}

/** A value as people read it: the option's title instead of its code. */
export function display(field: JsonSchema, value: unknown, yes: string, no: string): string {
  const f = field as Schema;
  if (value === undefined || value === null || value === "") return "";
  if (typeof value === "boolean") return value ? yes : no;
  const options = f.oneOf ?? f.items?.oneOf;
  const one = (v: unknown) => options?.find((o) => o.const === v)?.title ?? String(v);
  if (Array.isArray(value)) return listed(value.map((v) => (typeof v === "object" ? "" : one(v))));
  if (typeof value === "object") return "";
  return one(value);
}
