import type { TFunction } from "i18next";
import { ApiError } from "./api/client.ts";
import type { FieldError, Text } from "./api/types.ts";
import { language, PROBLEMS } from "./i18n/index.ts";
import { listed, pick } from "./text.ts";
import { dateTime } from "./time.ts";

type Loose = (key: string, o?: Record<string, unknown>) => string;

/** Title and help for a fault; the code decides, the server's own text is the fallback. */
export function problemText(error: unknown, t: TFunction): { title: string; help?: string } {
  const say = t as unknown as Loose;
  if (!(error instanceof ApiError)) return { title: t("problem.unknown"), help: t("problem.unknown-help") };
  const { code, status, detail } = error.problem;
  if (code === "offline") return { title: t("problem.offline"), help: t("problem.offline-help") };
  const params = { ns: PROBLEMS, ...told(error.problem.params) };
  const known = lookup(say, code, params);
  if (known) return { title: known, help: lookup(say, `${code}-help`, params) ?? detailFor(detail) };
  if (status >= 500) return { title: t("problem.server"), help: t("problem.server-help") };
  return { title: detailFor(detail) ?? t("problem.unknown") };
}

/** Title and help for a code without more about it, if it has them. */
export function codeText(code: string, t: TFunction): { title?: string; help?: string } {
  const say = t as unknown as Loose;
  return { title: lookup(say, code, { ns: PROBLEMS }), help: lookup(say, `${code}-help`, { ns: PROBLEMS }) };
}

/** A time is told as the reader's clock shows it. */
const told = (params: Record<string, unknown> = {}) => (typeof params.until === "string" ? { ...params, until: dateTime(params.until, language()) } : params);

// The server speaks the language of the request; details are shown only where they can be read.
const detailFor = (detail: string | undefined) => (detail && (language() === "en" || /[\u4e00-\u9fff]/.test(detail)) ? detail : undefined);

function lookup(say: Loose, key: string, params?: Record<string, unknown>): string | undefined {
  const text = say(key, { ...params, defaultValue: "" });
  return text && text !== key ? text : undefined;
}

/** The text of a fault at one field. */
export function fieldErrorText(e: Pick<FieldError, "code" | "params">, t: TFunction): string {
  const say = t as unknown as Loose;
  if (e.code === "malformed" && e.params?.line && e.params.detail) return t("fault.malformedAt", e.params);
  const params = e.params ?? {};
  const more = wanted(e.code, params);
  return (more && lookup(say, `fault.${more}`, { ...params, options: titles(params) })) || (lookup(say, `fault.${e.code}`, params) ?? t("fault.malformed"));
}

/** The text that says what is wanted instead, where the server's form tells it (internal/capability/form/wanted.go). */
function wanted(code: string, { format, unit, earliest, latest, max, min, options, other }: NonNullable<FieldError["params"]>): string | undefined {
  switch (code) {
    case "malformed":
      return format ? `wanted-${String(format)}` : undefined;
    case "too-long":
    case "too-short":
      return unit ? `${code}-${String(unit)}` : undefined;
    case "out-of-range":
      if (earliest) return "out-of-range-earliest";
      if (latest) return "out-of-range-latest";
      if (min === undefined) return undefined;
      return max === undefined ? "out-of-range-least" : "out-of-range-between";
    case "not-in-catalogue":
      return other ? "not-in-catalogue-other" : undefined;
    case "not-allowed":
      return options ? "not-allowed-one" : undefined;
  }
  return undefined;
}

function titles({ options, more }: NonNullable<FieldError["params"]>): string {
  return Array.isArray(options) ? listed((options as Text[]).map((o) => pick(o, language()))) + (more ? " …" : "") : "";
}

/** `/a/b~1c/0` → ["a", "b/c", "0"]. */
export function pointerPath(pointer: string): string[] {
  return pointer.replace(/^#/, "").split("/").filter(Boolean).map((s) => decodeURIComponent(s).replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** Faults of a refused form by dotted name of the field: "password", "address.street". */
export function faultsByField(error: unknown, t: TFunction): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const whole = lookup(t as unknown as Loose, error.code, { ns: PROBLEMS });
  // A wrong password or code does not "differ from other data"; the refusal itself says what it is.
  const text = (e: FieldError) => (e.code === "mismatch" && error.code.startsWith("wrong-") && whole ? whole : fieldErrorText(e, t));
  return Object.fromEntries((error.problem.errors ?? []).map((e) => [pointerPath(e.pointer).join("."), text(e)]));
}
