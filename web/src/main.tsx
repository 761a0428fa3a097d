import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { startI18n } from "./lib/i18n/index.ts";
import "./app/base.css";

const root = createRoot(document.getElementById("root")!);
void startI18n().then(() => root.render(<App />));
