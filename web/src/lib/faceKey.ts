/**
 * Keys by which this browser signs what it films, for sign-in by face. They cannot be exported: IndexedDB keeps
 * WebCrypto's own object. Which text is signed: internal/capability/identity, SignedFace.
 */
export type BoundKey = { id: string; name: string; person: string; key: CryptoKey };
type Shot = { at: number; jpeg: string };

const DB = "cinnabar-face";
const STORE = "keys";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

/** Keys need a secure page: https, or this machine. */
export const canBind = () => typeof indexedDB !== "undefined" && !!globalThis.crypto?.subtle;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
  });
}

async function withKeys<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(DB, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
  const db = await settled(opening);
  try {
    return await settled(use(db.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    db.close();
  }
}

/** What this browser holds; nothing where it cannot hold any. */
export async function boundKeys(): Promise<BoundKey[]> {
  if (!canBind()) return [];
  try {
    return await withKeys<BoundKey[]>("readonly", (s) => s.getAll());
  } catch {
    return []; // private windows of some browsers
  }
}

export const keepKey = (k: BoundKey) => withKeys("readwrite", (s) => s.put(k));
export const forgetKey = (id: string) => withKeys("readwrite", (s) => s.delete(id));

export const newKey = () => crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);

/** Base64url without padding. */
export function base64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export const publicKeyOf = async (pair: CryptoKeyPair) => base64url(await crypto.subtle.exportKey("spki", pair.publicKey));

const utf8 = (text: string) => new TextEncoder().encode(text);

/** SHA-256 in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", utf8(text));
  return Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** The text that a device signs; `device` is empty while binding. */
export async function signedFace(what: "bind" | "sign-in", nonce: string, device: string, frames: Shot[]): Promise<string> {
  const digest = await sha256(frames.map((f) => `${f.jpeg}\n`).join(""));
  return ["cinnabar-face-v1", what, nonce, device, digest].join("\n") + "\n";
}

/** What is sent for a challenge: frames timed from the first, signed by the device's key. */
export async function faceAnswer(what: "bind" | "sign-in", nonce: string, device: string, film: Shot[], key: CryptoKey) {
  const frames = film.map((f) => ({ at: f.at - (film[0]?.at ?? 0), jpeg: f.jpeg }));
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8(await signedFace(what, nonce, device, frames)));
  return { nonce, frames, signature: base64url(signature) };
}
