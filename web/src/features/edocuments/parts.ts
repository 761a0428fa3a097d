import type { EDocumentDetail } from "@/lib/api/types.ts";

/** Whether any department has sealed: from then on the places are fixed. */
export const isSealed = (d: Pick<EDocumentDetail, "route">) => d.route.some((s) => s.some((p) => p.seal && p.done));
