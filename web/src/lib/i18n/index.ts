import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import type zh from "./zh/index.ts";
import type { Lang } from "../api/types.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof zh };
  }
}

const STORED = "cinnabar.lang";
const loaders = { zh: () => import("./zh/index.ts"), en: () => import("./en/index.ts") };

/** Language chosen before, else the browser's, else Chinese. */
export function firstLanguage(): Lang {
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(STORED);
  if (asked === "zh" || asked === "en") return asked;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh";
}

/** Loads one language's texts only, then switches to it. */
export async function setLanguage(lang: Lang): Promise<void> {
  if (!i18n.hasResourceBundle(lang, "translation")) i18n.addResourceBundle(lang, "translation", (await loaders[lang]()).default, true);
  localStorage.setItem(STORED, lang);
  await i18n.changeLanguage(lang);
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
}

export async function startI18n(): Promise<void> {
  await i18n.use(initReactI18next).init({ lng: "none", fallbackLng: false, resources: {}, interpolation: { escapeValue: false }, returnNull: false });
  await setLanguage(firstLanguage());
}

export const language = (): Lang => (i18n.language === "en" ? "en" : "zh");
