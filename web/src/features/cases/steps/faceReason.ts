import type { TFunction } from "i18next";

const keys = {
  "no-face": "face.reason_noFace", "two-faces": "face.reason_twoFaces", "several-faces": "face.reason_twoFaces", "too-dark": "face.reason_tooDark", "turned-away": "face.reason_turnedAway",
  "challenge-not-followed": "face.reason_challenge", challenge: "face.reason_challenge", "not-same": "face.reason_notSame", "not-the-same": "face.reason_notSame", blurred: "face.reason_blurred", "too-blurred": "face.reason_blurred", "too-small": "face.reason_tooSmall",
} as const;

/** Why a face was not accepted, as something one can act on. */
export function reasonText(reason: string, t: TFunction): string {
  const key = keys[reason as keyof typeof keys];
  return key ? t(key) : "";
}
