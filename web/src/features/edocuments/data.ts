import { useQuery } from "@tanstack/react-query";
import { get, items } from "@/lib/api/client.ts";
import type { Customer, Department, DocumentRoute, DocumentType, EDocument, EDocumentDetail } from "@/lib/api/types.ts";
import { caseKey } from "@/lib/case.ts";

export const states = ["making", "routing", "returned", "completed", "voided"] as const;
export type State = EDocument["state"];

/** Fen as yuan with two digits: 4321000 → "43,210.00". */
export const yuan = (fen: number) => (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const typesKey = ["document-types"];
export const useTypes = () => useQuery({ queryKey: typesKey, queryFn: async ({ signal }) => items(await get<{ items: DocumentType[] }>("/document-types", signal)), staleTime: 60_000 });

export const departmentsKey = ["departments"];
export const useDepartments = () => useQuery({ queryKey: departmentsKey, queryFn: async ({ signal }) => items(await get<Department[]>("/departments", signal)), staleTime: 60_000 });

/** The other organisations on routes, by id. */
export const useRouteOrgs = () => useQuery({ queryKey: [...typesKey, "organisations"], queryFn: async ({ signal }) => items(await get<{ items: Customer[] }>("/document-types/organisations", signal)), staleTime: 60_000 });

/** Below the case's own key, so that the stream of events renews it. */
export const documentKey = (id: string) => [...caseKey(id), "document"];
export const useDocument = (id: string) => useQuery({ queryKey: documentKey(id), queryFn: ({ signal }) => get<EDocumentDetail>(`/e-documents/${encodeURIComponent(id)}`, signal) });

/** Lists of documents; renewed after what one does. */
export const listKey = "e-documents";

/** The size of a round seal, 42 mm in points: what the server lays at a chosen place. */
export const SEAL_POINTS = (42 * 72) / 25.4;

/** What the part of a route is called when two departments act at once. */
export const departmentOf = (list: Department[] | undefined, id: string | undefined) => list?.find((d) => d.id === id)?.name ?? "";

/** Amounts of a route's bounds, in yuan as people enter them; NaN for what the server would not read as an amount either. */
export const boundText = (fen: number | undefined) => (fen === undefined ? "" : String(fen / 100));
export const boundFen = (text: string): number | undefined => {
  const yuan = text.trim();
  if (yuan === "") return undefined;
  return /^(0|[1-9]\d{0,11})(\.\d{1,2})?$/.test(yuan) ? Math.round(Number(yuan) * 100) : NaN;
};

/** Routes by amounts: a document of the type needs one. */
export const isBounded = (type: Pick<DocumentType, "routes">) => type.routes.some((r) => r.from !== undefined || r.below !== undefined);

/** How numbers of a type look: PO-202611-00001. */
export function exampleNumber(t: Pick<DocumentType, "prefix" | "date" | "digits">, now = new Date()): string {
  const y = String(now.getFullYear());
  const m = String(now.getMonth() + 1).padStart(2, "0");
  const d = String(now.getDate()).padStart(2, "0");
  const date = { "": "", year: y, month: y + m, day: y + m + d }[t.date] ?? "";
  return [t.prefix, date, "1".padStart(Math.max(1, Math.min(12, t.digits)), "0")].filter(Boolean).join("-");
}

export const emptyRoute: DocumentRoute = { stages: [] };
