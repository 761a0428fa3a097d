import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "@/lib/api/client.ts";
import type { Department, DocumentType, TypeForm } from "@/lib/api/types.ts";
import { localise } from "@/lib/schema/localise.ts";
import { save } from "@/lib/save.ts";
import { useLang } from "@/lib/text.ts";
import { Uploader } from "@/components/Uploader.tsx";
import { toCsv } from "@/components/table/csv.ts";
import { frameOf } from "./drafting.ts";
import { TypeChoice } from "./TypeChoice.tsx";

export type Sheet = { type: string; department: string; file?: string; name?: string };

const SHEETS = ["text/csv", ".csv", ".xlsx"];

type Props = { types: DocumentType[]; type: DocumentType; makers: Department[]; sheet: Sheet; onChange: (s: Sheet) => void };

/** Which type, for whom, from which spreadsheet. */
export function SheetFile({ types, type, makers, sheet, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <TypeChoice types={types} type={type} onType={(id) => onChange({ ...sheet, type: id })} makers={makers} department={sheet.department} onDepartment={(d) => onChange({ ...sheet, department: d })} />
      <div className="card stack">
        <div className="card-head"><div><h2>{t("sheetText.file")}</h2><p className="soft small">{t("sheetText.fileHelp")}</p></div><EmptySheet type={type} /></div>
        {sheet.file ? <p role="status">✓ {t("sheetText.chosen", { name: sheet.name ?? "" })}</p> : null}
        <Uploader label={t("sheetText.file")} accept={SHEETS} onReady={(id, f) => onChange({ ...sheet, file: id, name: f.name })} />
      </div>
    </>
  );
}

/** A table with the right titles and nothing below them. */
function EmptySheet({ type }: { type: DocumentType }) {
  const { t } = useTranslation();
  const lang = useLang();
  const form = useQuery({ queryKey: ["type-form", type.id, type.template], queryFn: ({ signal }) => get<TypeForm>(`/document-types/${encodeURIComponent(type.id)}/form`, signal), staleTime: 60_000 });
  const download = () => {
    const f = form.data!;
    const fields = (localise(f.schema, lang).properties ?? {}) as Record<string, { title?: string; type?: string }>;
    const order = (f.uiSchema["ui:order"] as string[] | undefined) ?? Object.keys(fields);
    const own = { key: t("docs.key"), party: t("docs.party"), amount: t("docs.amount"), date: t("docs.date") };
    const titles = [...frameOf(type, false).map((k) => own[k]), ...order.filter((n) => fields[n]?.type !== "array").map((n) => fields[n]?.title ?? n)];
    save(new Blob([toCsv(titles, [])], { type: "text/csv;charset=utf-8" }), `${type.id}.csv`);
  };
  return <Button type="link" disabled={!form.data} onClick={download}>{t("sheetText.template")}</Button>;
}
