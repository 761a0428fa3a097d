import type { TFunction } from "i18next";

const known = ["applicant", "reviewer", "sealer", "supervisor", "clerk", "admin", "agent", "legal-rep", "doc-creator", "doc-signer", "doc-auditor", "system"] as const;
type Known = (typeof known)[number];

/** A role in words; one that the UI does not know is shown by its name. */
export function roleName(role: string, t: TFunction): string {
  return known.includes(role as Known) ? t(`role.${role as Known}`) : role;
}

const documents = ["doc-creator", "doc-signer", "doc-auditor"] as const;

export const rolesOf = { operator: ["reviewer", "sealer", "supervisor", "clerk", "admin", ...documents], customer: ["admin", "agent", "legal-rep", ...documents] } as const;
