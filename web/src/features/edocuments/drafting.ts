import type { Department, DocumentDraft, DocumentType, FieldError } from "@/lib/api/types.ts";

/** A type takes data for its template, finished PDFs, or either. */
export const takesData = (type: Pick<DocumentType, "template">) => !!type.template;
export const takesUpload = (type: Pick<DocumentType, "uploads" | "template">) => !!type.uploads || !type.template;

/** The departments for which the caller may make documents of the type. */
export const makersOf = (type: Pick<DocumentType, "creators">, departments: Department[]) =>
  departments.filter((d) => d.mine && !d.closed && (!type.creators?.length || type.creators.includes(d.id)));

type Frame = "key" | "party" | "amount" | "date";
const mapped: Record<Frame, "keyField" | "partyField" | "amountField" | "dateField"> = { key: "keyField", party: "partyField", amount: "amountField", date: "dateField" };

/** The entries of a document's frame that no field of the template says; a finished PDF says none. */
export const frameOf = (type: DocumentType, upload: boolean): Frame[] => (Object.keys(mapped) as Frame[]).filter((f) => upload || !type[mapped[f]]);

/** What is sent: the template's data or the file, never both. */
export function draftOf(type: DocumentType, entry: DocumentDraft, upload: boolean): DocumentDraft {
  const frame = Object.fromEntries(frameOf(type, upload).map((f) => [f, entry[f]?.trim()]).filter(([, v]) => v)) as Partial<Record<Frame, string>>;
  const out: DocumentDraft = { type: type.id, ...frame };
  if (entry.department) out.department = entry.department;
  if (entry.title?.trim()) out.title = entry.title.trim();
  if (upload) out.upload = entry.upload;
  else out.values = entry.values ?? {};
  return out;
}

/** Faults in the template's data, wherever the server found them, by their place in the form. */
export function valueFaults(errors: FieldError[]): FieldError[] {
  return errors.flatMap((e) => {
    const at = /^(?:\/sections\/data)?\/values(\/.+)$/.exec(e.pointer)?.[1];
    return at ? [{ ...e, pointer: at }] : [];
  });
}

/** Faults of the frame by the entry's name. */
export function frameFaults(errors: FieldError[]): Record<string, FieldError> {
  return Object.fromEntries(errors.flatMap((e) => {
    const at = /^(?:\/sections\/data)?\/([a-z]+)$/.exec(e.pointer)?.[1];
    return at && at !== "values" ? [[at, e] as const] : [];
  }));
}
