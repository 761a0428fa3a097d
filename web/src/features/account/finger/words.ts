import type { TFunction } from "i18next";

/** Fingers by ISO/IEC 19794-2. */
export const positions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

export function fingerName(position: number, t: TFunction): string {
  const known = positions.find((p) => p === position);
  return known ? t(`finger.p${known}`) : String(position);
}

const failures = ["timeout", "unplugged", "refused", "fault", "expired"] as const;

/** Why a reader gave no picture, as something one can act on. */
export function failureText(reason: string, t: TFunction): string {
  return t(`finger.failed_${failures.find((f) => f === reason) ?? "fault"}`);
}
