import type { TFunction } from "i18next";
import type { Webhook } from "@/lib/api/types.ts";
import { listed } from "@/lib/text.ts";

const problems = ["status", "redirect", "gone", "timeout", "unreachable", "connection-cut", "certificate", "address-refused"] as const;

/** Why a delivery did not arrive; one that the UI does not know is shown by its name. */
export function deliveryProblem(code: string | undefined, t: TFunction): string {
  if (!code) return "";
  const known = problems.find((p) => p === code);
  return known ? t(`hooks.problem_${known}`) : code;
}

export const knownTypes = ["making", "routing", "returned", "completed", "voided"] as const;

/** An event type in words, with its name. */
export function typeText(type: string, t: TFunction): string {
  if (type === "document.*") return t("hooks.type_any");
  const known = knownTypes.find((x) => type === `document.${x}`);
  return known ? t(`hooks.type_${known}`) : type;
}

export const typesText = (types: string[], t: TFunction) => (types.length ? listed(types.map((x) => typeText(x, t))) : t("hooks.all"));

/** Why a webhook is off. */
export function offText(h: Webhook, t: TFunction): string {
  if (h.disabledWhy === "gone") return t("hooks.off_gone");
  return t(h.disabledWhy === "failing" ? "hooks.off_failing" : "hooks.off_byAdmin");
}
