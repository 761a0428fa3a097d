import type { TFunction } from "i18next";
import { ApiError } from "@/lib/api/client.ts";

const keys = {
  no_face: "face.reason_noFace", many_faces: "face.reason_twoFaces", too_dark: "face.reason_tooDark", too_bright: "face.reason_tooBright", blurred: "face.reason_blurred", too_small: "face.reason_tooSmall",
  face_lost: "face.reason_noFace", low_quality: "face.reason_blurred", still_picture: "face.reason_flat", not_continuous: "face.reason_jerky", few_frames: "face.reason_jerky", bad_timing: "face.reason_jerky", many_frames: "face.reason_jerky",
  step_missing: "face.reason_challenge", wrong_step: "face.reason_challenge", expired: "face.reason_expired", wrong_nonce: "face.reason_otherFilm", not_alive: "face.reason_flat", provider: "face.reason_provider", bad_frame: "face.reason_unreadable", other_person: "face.reason_twoFaces",
  pose: "face.reason_turnedAway", not_same: "face.reason_notSame", no_match: "face.reason_notSame",
} as const;

/** Why a face was not accepted, as something one can act on. */
export function reasonText(reason: string, t: TFunction): string {
  if (reason.startsWith("document_")) return t("face.reason_document");
  const key = keys[reason.replaceAll("-", "_") as keyof typeof keys];
  return key ? t(key) : "";
}

/** Why a film was refused, where the refusal names its frames. */
export function faceFault(error: unknown, t: TFunction): string {
  const fault = error instanceof ApiError ? error.problem.errors?.find((e) => e.pointer === "/frames") : undefined;
  return fault ? reasonText(fault.code, t) : "";
}
