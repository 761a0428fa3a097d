import { useTranslation } from "react-i18next";
import type { Department, DocumentType } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { Select } from "@/components/Select.tsx";

type Props = { types: DocumentType[]; type: DocumentType; onType: (id: string) => void; makers: Department[]; department: string; onDepartment: (id: string) => void };

/** What is made, and for which of one's departments. */
export function TypeChoice({ types, type, onType, makers, department, onDepartment }: Props) {
  const { t } = useTranslation();
  const tx = useText();
  return (
    <div className="card stack">
      <Select label={t("docs.chooseType")} value={type.id} onChange={onType} options={types.map((x) => ({ value: x.id, text: `${tx(x.title)} (${x.prefix})` }))} />
      <p className="soft small">{t("docs.chooseTypeHelp")}</p>
      {makers.length > 1 ? <Select label={t("docs.chooseDepartment")} value={department} onChange={onDepartment} options={makers.map((d) => ({ value: d.id, text: d.name }))} /> : null}
    </div>
  );
}
