import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Notice } from "@/components/Notice.tsx";
import { toast } from "@/components/Toast.tsx";

/** A secret that is shown this once, to be copied; it stays until it is closed. */
export function Once({ title, value, help, onClose }: { title: string; value: string; help?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const copy = () => void navigator.clipboard.writeText(value).then(() => toast(t("common.copied")));
  return (
    <Notice tone="ok" title={title}>
      {help ? <p>{help}</p> : null}
      <div className="once">
        <code data-testid="once">{value}</code>
        {"clipboard" in navigator ? <Button size="small" onClick={copy}>{t("common.copy")}</Button> : null}
        <Button size="small" type="text" onClick={onClose}>{t("common.close")}</Button>
      </div>
    </Notice>
  );
}
