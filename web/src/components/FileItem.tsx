import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { CaseFile } from "@/lib/api/types.ts";
import { bytes } from "@/lib/time.ts";
import { Icon } from "./Icon.tsx";
import "./Uploader.css";

type Shown = Pick<CaseFile, "id" | "name" | "size" | "mime" | "url">;

export const fileUrl = (f: Pick<CaseFile, "id" | "url">) => f.url || `/api/v1/files/${f.id}/content`;
export const inlineUrl = (f: Shown) => `${fileUrl(f)}?inline=1`;

/** One file: small picture or sign, name, size, and removal where that is allowed. */
export function FileItem({ file, onRemove }: { file: Shown; onRemove?: () => void }) {
  const { t } = useTranslation();
  const image = file.mime?.startsWith("image/");
  return (
    <li className="file-item">
      {image ? <img src={inlineUrl(file)} alt="" loading="lazy" /> : <span className="file-icon"><Icon name="file" /></span>}
      <span className="grow">
        <a href={inlineUrl(file)} target="_blank" rel="noreferrer">{file.name}</a>
        <span className="soft small"> {bytes(file.size)}</span>
      </span>
      {onRemove ? <Button size="small" type="text" onClick={onRemove} aria-label={t("cases.removeFile", { name: file.name })}>{t("common.remove")}</Button> : null}
    </li>
  );
}
