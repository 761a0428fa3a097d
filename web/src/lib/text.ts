import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Lang, Text } from "./api/types.ts";
import { language } from "./i18n/index.ts";

/** A server text in one language; falls back to the other language rather than to nothing. */
export function pick(text: Text | string | null | undefined, lang: Lang): string {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text[lang] || text.zh || text.en || "";
}

/** `tx(text)` picks the current language of a server text. */
export function useText() {
  const { i18n } = useTranslation();
  const lang: Lang = i18n.language === "en" ? "en" : "zh";
  return useCallback((text: Text | string | null | undefined) => pick(text, lang), [lang]);
}

export function useLang(): Lang {
  return useTranslation().i18n.language === "en" ? "en" : "zh";
}

const chinese = () => language() === "zh";

/** Several things in a row, with the marks of the present language. */
export const listed = (parts: string[]) => parts.filter(Boolean).join(chinese() ? "、" : ", ");

/** A label and what it says: "原因：…", "Reason: …". */
export const labelled = (label: string, text: string) => (text ? `${label}${chinese() ? "：" : ": "}${text}` : label);

/** Something added in brackets. */
export const bracketed = (text: string, more: string | undefined) => (more ? (chinese() ? `${text}（${more}）` : `${text} (${more})`) : text);

/** How far the server counts a list; when there is more it says one more than this. */
export const COUNTED = 1000;

/** The total of a list that the server counted: 7, or "1000+". */
export const counted = (total: number) => (total > COUNTED ? `${COUNTED}+` : String(total));

/** A count as people read it: 10,000. */
export const figure = (n: number) => new Intl.NumberFormat(chinese() ? "zh-CN" : "en-GB").format(n);
