import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { CaseFile } from "@/lib/api/types.ts";
import { bytes } from "@/lib/time.ts";
import { Icon } from "./Icon.tsx";
import { Unmask } from "./Unmask.tsx";
import "./Uploader.css";

type Shown = Pick<CaseFile, "id" | "name" | "size" | "mime" | "url" | "masked">;

export const fileUrl = (f: Pick<CaseFile, "id" | "url">) => f.url || `/api/v1/files/${f.id}/content`;
export const inlineUrl = (f: Shown) => `${fileUrl(f)}?inline=1`;

/** One file: small picture or sign, name, size, and removal where that is allowed. One that is masked in its case asks why first. */
export function FileItem({ file, caseId, onRemove }: { file: Shown; caseId?: string; onRemove?: () => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const image = file.mime?.startsWith("image/") && !file.masked;
  return (
    <li className="file-item">
      {image ? <img src={inlineUrl(file)} alt="" loading="lazy" /> : <span className="file-icon"><Icon name="file" /></span>}
      <span className="grow">
        {file.masked ? <span>{file.name} <Button className="no-print" type="link" size="small" onClick={() => setAsking(true)}>{t("cases.unmask")}</Button></span> : <a href={inlineUrl(file)} target="_blank" rel="noreferrer">{file.name}</a>}
        <span className="soft small"> {bytes(file.size)}</span>
      </span>
      {onRemove ? <Button size="small" type="text" onClick={onRemove} aria-label={t("cases.removeFile", { name: file.name })}>{t("common.remove")}</Button> : null}
      {asking && caseId ? <Unmask caseId={caseId} file={file.id} onClose={() => setAsking(false)} /> : null}
    </li>
  );
}
