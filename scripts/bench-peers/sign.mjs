// Signs the PDF file named on the command line with each peer and prints, one JSON object a line, the
// processor time of one signature without time-stamp, in milliseconds, after warming up.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const pdf = readFileSync(process.argv[2]);
const warm = 5, runs = 20;

execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "30", "-subj", "/CN=Peer"], { stdio: "ignore" });
execFileSync("openssl", ["pkcs12", "-export", "-legacy", "-inkey", "key.pem", "-in", "cert.pem", "-out", "key.p12", "-passout", "pass:peer"], { stdio: "ignore" });
const p12 = readFileSync("key.p12");

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
    console.log(JSON.stringify({ What, CPU: (user + system) / 1000 / runs }));
  } catch (e) {
    console.log(JSON.stringify({ What, Error: String(e.message ?? e) }));
  }
}
