// Makes as many one-page documents as the command line says, and signs each, as a script of one's own would: a file for
// each, fsynced, by one key, without numbers, register, time-stamps or a second look. Prints, one JSON object a line, the
// seconds that each part took by the clock, after warming up.
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { PDF, P12Signer } from "@libpdf/core";
import { identity } from "./identity.mjs";

const count = Number(process.argv[2]);
const signer = await P12Signer.create(identity(), "peer");

function keep(name, bytes) {
  const file = openSync(name, "w");
  writeSync(file, bytes);
  fsyncSync(file);
  closeSync(file);
}

async function make(n) {
  const doc = PDF.create();
  const page = doc.addPage({ size: "a4" });
  for (let line = 0; line < 12; line++) page.drawText(`Purchase order ${n}, line ${line}: valve DN${line}, 12 pieces`, { x: 60, y: 760 - 24 * line, size: 11 });
  keep(`${n}.pdf`, await doc.save());
}

async function sign(n) {
  const doc = await PDF.load(readFileSync(`${n}.pdf`));
  keep(`${n}.pdf`, (await doc.sign({ signer, reason: "bench" })).bytes);
}

for (const [What, step] of Object.entries({ [`@libpdf/core 0.4.2, ${count} pages of Latin text made and fsynced`]: make, "@libpdf/core 0.4.2, each of them signed without time-stamp and fsynced": sign })) {
  for (let n = 0; n < 5; n++) await make(`warm-${n}`).then(() => sign(`warm-${n}`));
  const begun = performance.now();
  for (let n = 0; n < count; n++) await step(n);
  console.log(JSON.stringify({ What, Value: (performance.now() - begun) / 1000 }));
}
