import { useTranslation } from "react-i18next";
import "./Loading.css";

/** Grey lines in the shape of what will come. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{t("common.loading")}</span>
      {Array.from({ length: lines }, (_, i) => <span key={i} className="loading-line" style={{ width: `${92 - ((i * 23) % 50)}%` }} />)}
    </div>
  );
}
