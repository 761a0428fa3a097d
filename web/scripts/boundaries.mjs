// Fails when a feature imports another feature, lib imports upwards, or a component imports a feature.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, dirname } from "node:path";

const src = resolve("src");
const files = readdirSync(src, { recursive: true }).map(String).filter((f) => /\.tsx?$/.test(f));
const layer = (path) => path.split("/")[0];
const feature = (path) => (layer(path) === "features" ? path.split("/")[1] : "");
const below = { lib: ["lib"], components: ["components", "lib"], features: ["features", "components", "lib"], app: ["app", "features", "components", "lib"] };

const faults = [];
for (const file of files) {
  for (const [, spec] of readFileSync(join(src, file), "utf8").matchAll(/(?:from|import\()\s*"([@.]\/?[^"]*)"/g)) {
    if (!spec.startsWith("@/") && !spec.startsWith(".")) continue;
    const target = spec.startsWith("@/") ? spec.slice(2) : relative(src, resolve(dirname(join(src, file)), spec));
    const from = layer(file);
    if (below[from] && !below[from].includes(layer(target))) faults.push(`${file}: ${from} may not import ${target}`);
    if (feature(file) && feature(target) && feature(file) !== feature(target)) faults.push(`${file}: a feature never imports a feature (${target})`);
  }
}
const tooLong = files.filter((f) => !f.endsWith(".gen.ts") && readFileSync(join(src, f), "utf8").split("\n").length > 600);
faults.push(...tooLong.map((f) => `${f}: more than 600 lines`));
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`boundaries: ${files.length} files in order`);
