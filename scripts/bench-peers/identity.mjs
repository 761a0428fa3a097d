// A key and a certificate to sign with, as PKCS #12 with the password "peer".
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export function identity() {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "30", "-subj", "/CN=Peer"], { stdio: "ignore" });
  execFileSync("openssl", ["pkcs12", "-export", "-legacy", "-inkey", "key.pem", "-in", "cert.pem", "-out", "key.p12", "-passout", "pass:peer"], { stdio: "ignore" });
  return readFileSync("key.p12");
}
