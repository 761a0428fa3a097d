import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/Loading.tsx";
import { fitting } from "../useCase.ts";
import { latestDocument } from "./latest.ts";
import type { PanelProps } from "./panels.ts";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

/** The contract is read to its last page before anything can be signed. */
export default function ReadPanel({ c, action, act }: PanelProps) {
  const { t } = useTranslation();
  const [seen, setSeen] = useState({ page: 0, pages: 0, all: false });
  const doc = latestDocument(c);
  if (!doc) return null;
  const go = () => void act.run(action.name, fitting(action, { document: doc.id, sha256: doc.sha256, pages: seen.pages }));
  return (
    <div className="card stack">
      <div><h2>{t("read.title")}</h2><p className="soft">{t("read.lead")}</p></div>
      <Suspense fallback={<Loading lines={10} />}>
        <PdfViewer src={doc.url} height="min(72dvh, 900px)" onProgress={(page, pages, all) => setSeen({ page, pages, all })} />
      </Suspense>
      <div className="row">
        <Button type="primary" size="large" disabled={!seen.all} loading={act.busy === action.name} onClick={go}>{t("read.action")}</Button>
        <span role="status" className="soft num">{seen.all ? t("read.done") : seen.pages ? t("read.seen", { page: seen.page, pages: seen.pages }) : null}</span>
      </div>
    </div>
  );
}
