import { createRoot } from "react-dom/client";
import { App, loadLocale } from "./app/App.tsx";
import { firstLanguage, startI18n } from "./lib/i18n/index.ts";
import "./app/base.css";

const root = createRoot(document.getElementById("root")!);
void Promise.all([loadLocale(firstLanguage()), startI18n()]).then(([locale]) => root.render(<App locale={locale} />));
