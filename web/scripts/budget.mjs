// Fails when a first visit would load more than its budget (gzip, kB). Lazy parts have budgets of their own.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const sizes = new Map();
const size = (file) => sizes.get(file) ?? sizes.set(file, gzipSync(readFileSync(`dist/${file}`)).length).get(file);

/** A module that several pages share has a chunk named after it. */
const shared = (name) => Object.keys(manifest).find((k) => manifest[k].name === name.replace(/^.*\/|\.tsx$/g, ""));

/** A chunk with everything it imports at once; what it imports later is not part of it. */
function closure(name, seen = new Set()) {
  const key = manifest[name] ? name : shared(name);
  const chunk = manifest[key];
  if (!chunk) throw new Error(`no chunk ${name}; was a page renamed?`);
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of chunk.imports ?? []) closure(next, seen);
  return seen;
}
function weigh(keys, without = new Set()) {
  const all = new Set();
  for (const key of keys) for (const k of closure(key)) if (!without.has(k)) all.add(k);
  const files = new Set([...all].flatMap((k) => [manifest[k].file, ...(manifest[k].css ?? [])]));
  return { chunks: all, kb: [...files].reduce((n, f) => n + size(f), 0) / 1024 };
}

const start = ["index.html", "src/lib/i18n/zh/index.ts", "node_modules/antd/es/locale/zh_CN.js"].filter((k) => manifest[k]);
const page = (name) => [...start, `src/features/${name}.tsx`];
const form = page("cases/CasePage");
const signing = [...form, "src/features/cases/steps/SignPanel.tsx"];
const budgets = [
  ["sign-in", page("session/SignInPage"), 250],
  ["home", page("home/HomePage"), 250],
  ["case page", form, 250],
  ["signing", signing, 250],
  ["verify", page("verify/VerifyPage"), 250],
  ["documents", page("edocuments/DocumentsPage"), 250],
  ["document", page("edocuments/DocumentPage"), 250],
  ["form renderer, on top", ["src/components/form/SchemaForm.tsx"], 110, form],
  ["signature pad, on top", ["src/components/SignatureInput.tsx"], 12, signing],
  ["refusals in words, late", ["src/lib/i18n/zh/problems.json"], 10, form],
  ["PDF viewer, on top", ["src/components/PdfViewer.tsx"], 150, form],
];
let over = 0;
for (const [name, keys, budget, base] of budgets) {
  const { kb } = weigh(keys, base ? weigh(base).chunks : undefined);
  const bad = kb > budget;
  over += bad ? 1 : 0;
  console.log(`${bad ? "OVER " : "     "}${name.padEnd(24)} ${kb.toFixed(1).padStart(7)} kB of ${budget}`);
}
process.exit(over ? 1 : 0);
