import type { Lang } from "./api/types.ts";

/** All times are shown in China's time, whatever the device says. */
const ZONE = "Asia/Shanghai";
const locale = (lang: Lang) => (lang === "zh" ? "zh-CN" : "en-GB");

function format(at: string | null | undefined, lang: Lang, o: Intl.DateTimeFormatOptions): string {
  if (!at) return "";
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return at;
  return new Intl.DateTimeFormat(locale(lang), { timeZone: ZONE, ...o }).format(d);
}

export const dateTime = (at: string | null | undefined, lang: Lang) =>
  format(at, lang, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });
export const date = (at: string | null | undefined, lang: Lang) => format(at, lang, { year: "numeric", month: "2-digit", day: "2-digit" });
export const dayWithWeekday = (at: string | null | undefined, lang: Lang) => format(at, lang, { month: "long", day: "numeric", weekday: "short" });
export const clockTime = (at: string | Date, lang: Lang) => format(at instanceof Date ? at.toISOString() : at, lang, { hour: "2-digit", minute: "2-digit", hour12: false });

/** Coarse distance for queues and countdowns, e.g. {value: 3, unit: "day"}; negative when past. */
export function distance(from: number, to: number): { value: number; unit: "day" | "hour" | "minute" } {
  const minutes = Math.round((to - from) / 60_000);
  if (Math.abs(minutes) < 60) return { value: minutes, unit: "minute" };
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 48) return { value: hours, unit: "hour" };
  return { value: Math.round(hours / 24), unit: "day" };
}

/** A span of time in words: "3 days", "3天". */
export const span = (value: number, unit: "day" | "hour" | "minute" | "second", lang: Lang) =>
  new Intl.NumberFormat(locale(lang), { style: "unit", unit, unitDisplay: "long" }).format(value);

/** Bytes as people read them. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(0)} KB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}
