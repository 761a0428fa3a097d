import { expect, test } from "vitest";
import { createHash } from "node:crypto";
import { base64url, faceAnswer, newKey, publicKeyOf, signedFace } from "./faceKey.ts";

const film = [{ at: 166, jpeg: "AAAA" }, { at: 332, jpeg: "BBBB" }];

test("the signed text is that of the server: purpose, nonce, device, digest of the frames", async () => {
  const digest = createHash("sha256").update("AAAA\nBBBB\n").digest("hex");
  expect(await signedFace("sign-in", "n0", "dev", film)).toBe(`cinnabar-face-v1\nsign-in\nn0\ndev\n${digest}\n`);
  expect(await signedFace("bind", "n0", "", film)).toBe(`cinnabar-face-v1\nbind\nn0\n\n${digest}\n`);
});

test("an answer is timed from its first frame and signed by a key that cannot be taken out", async () => {
  const pair = await newKey();
  expect(pair.privateKey.extractable).toBe(false);
  expect(await publicKeyOf(pair)).toMatch(/^[\w-]{122}$/);
  const answer = await faceAnswer("bind", "n0", "", film, pair.privateKey);
  expect(answer.frames.map((f) => f.at)).toEqual([0, 166]);
  const signature = Uint8Array.from(atob(answer.signature.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = new TextEncoder().encode(await signedFace("bind", "n0", "", film));
  expect(signature).toHaveLength(64);
  expect(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, signature, text)).toBe(true);
  expect(base64url(new Uint8Array([251, 255]).buffer)).toBe("-_8");
});
