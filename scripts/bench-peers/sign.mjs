// Signs the PDF file named on the command line with each peer and prints, one JSON object a line, the
// processor time of one signature without time-stamp, in milliseconds, after warming up.
import { readFileSync } from "node:fs";
import { identity } from "./identity.mjs";

const pdf = readFileSync(process.argv[2]);
const warm = 5, runs = 20;

const p12 = identity();

const peers = {
  "@signpdf/signpdf 3.3.0, placeholder and signature": async () => {
    const { plainAddPlaceholder } = await import("@signpdf/placeholder-plain");
    const { P12Signer } = await import("@signpdf/signer-p12");
    const { SignPdf } = await import("@signpdf/signpdf");
    return async () => {
      const prepared = plainAddPlaceholder({ pdfBuffer: pdf, reason: "bench", contactInfo: "", name: "bench", location: "", signatureLength: 8192 });
      return new SignPdf().sign(prepared, new P12Signer(p12, { passphrase: "peer" }));
    };
  },
  "@libpdf/core 0.4.2, signature": async () => {
    const { PDF, P12Signer } = await import("@libpdf/core");
    const signer = await P12Signer.create(p12, "peer");
    return async () => {
      const doc = await PDF.load(pdf);
      return doc.sign({ signer, reason: "bench" });
    };
  },
};

for (const [What, prepare] of Object.entries(peers)) {
  try {
    const sign = await prepare();
    for (let i = 0; i < warm; i++) await sign();
    const before = process.cpuUsage();
    for (let i = 0; i < runs; i++) await sign();
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ What, Value: (user + system) / 1000 / runs }));
  } catch (e) {
    console.log(JSON.stringify({ What, Error: String(e.message ?? e) }));
  }
}
