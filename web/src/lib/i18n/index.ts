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
/** What the server's refusals are called, by their code. The server reads the same files (web/embed.go). */
const late = { zh: () => import("./zh/problems.json"), en: () => import("./en/problems.json") };
export const PROBLEMS = "problems";

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
  whenIdle(() => void loadProblems(lang));
}

/** A first visit does without these; until they are there, refusals are told in general words. */
async function loadProblems(lang: Lang): Promise<void> {
  if (i18n.hasResourceBundle(lang, PROBLEMS)) return;
  const texts = await late[lang]().catch(() => undefined);
  if (texts) i18n.addResourceBundle(lang, PROBLEMS, texts.default);
}

const whenIdle = (f: () => void) => ("requestIdleCallback" in window ? requestIdleCallback(f, { timeout: 1000 }) : setTimeout(f, 200));

export async function startI18n(): Promise<void> {
  await i18n.use(initReactI18next).init({ lng: "none", fallbackLng: false, resources: {}, interpolation: { escapeValue: false }, returnNull: false, react: { bindI18nStore: "added" } });
  await setLanguage(firstLanguage());
}

export const language = (): Lang => (i18n.language === "en" ? "en" : "zh");
