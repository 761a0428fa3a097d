import { Button } from "antd";
import { useTranslation } from "react-i18next";

/** The rest of a list that comes page by page. */
export function More({ has, busy, load }: { has: boolean; busy: boolean; load: () => void }) {
  const { t } = useTranslation();
  return has ? <p className="more"><Button loading={busy} onClick={load}>{t("common.more")}</Button></p> : null;
}
