import { useEffect, useRef, useState } from "react";
import * as pdfjs from "pdfjs-dist";
import type { PDFDocumentProxy } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Loading } from "./Loading.tsx";
import { Notice } from "./Notice.tsx";
import { PdfPage } from "./PdfPage.tsx";
import "./PdfViewer.css";

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;

const SCALES = [0.6, 0.8, 1, 1.25, 1.6, 2, 2.6];

export type Place = { page: number; x: number; y: number };

type Props = {
  src: string | Blob;
  height: string;
  /** What it shows, for who cannot see it; a contract when left out. */
  label?: string;
  /** The page in view, the number of pages, and whether the last page has been shown to its end. */
  onProgress?: (page: number, pages: number, all: boolean) => void;
  /** Takes a click as a place: the page from 1, points from its lower left corner. */
  onPlace?: (place: Place) => void;
  /** What is shown at a place: a square of so many points. */
  mark?: Place & { size: number; label: string };
};

function useDocument(src: string | Blob) {
  const [doc, setDoc] = useState<PDFDocumentProxy>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let current = true;
    setFailed(false);
    setDoc(undefined);
    const open = async () => {
      const from = typeof src === "string" ? { url: src, withCredentials: true } : { data: await src.arrayBuffer() };
      return pdfjs.getDocument({ ...from, cMapUrl: "/pdfjs/cmaps/", cMapPacked: true, standardFontDataUrl: "/pdfjs/standard_fonts/", wasmUrl: "/pdfjs/wasm/", isEvalSupported: false }).promise;
    };
    const task = open();
    task.then((d) => current && setDoc(d), () => current && setFailed(true));
    return () => {
      current = false;
      void task.then((d) => d.destroy(), () => undefined);
    };
  }, [src]);
  return { doc, failed };
}

/** Shows a PDF page below page with selectable text, and knows what has been seen. */
export default function PdfViewer({ src, height, label, onProgress, onPlace, mark }: Props) {
  const { t } = useTranslation();
  const { doc, failed } = useDocument(src);
  const [zoom, setZoom] = useState(1);
  const [page, setPage] = useState(1);
  const scroller = useRef<HTMLDivElement>(null);
  const report = useRef(onProgress);
  report.current = onProgress;
  const reached = useRef(0);
  const all = useRef(false);
  const pages = doc?.numPages ?? 0;

  const onVisible = (n: number) => {
    setPage(n);
    reached.current = Math.max(reached.current, n);
    report.current?.(reached.current, pages, all.current);
  };
  // The last page counts as shown once it was drawn and its lower edge came into view.
  const onShown = (n: number) => {
    reached.current = Math.max(reached.current, n);
    if (n === pages) all.current = true;
    report.current?.(reached.current, pages, all.current);
  };

  if (failed) return <Notice tone="warn" title={t("read.failed")} action={typeof src === "string" ? <a href={src} download>{t("common.download")}</a> : undefined} />;
  if (!doc) return <Loading lines={12} />;
  const step = (by: number) => setZoom((z) => SCALES[Math.min(SCALES.length - 1, Math.max(0, SCALES.indexOf(z) + by))] ?? 1);
  return (
    <div className="pdf" data-testid="pdf">
      <div className="pdf-bar no-print">
        <span className="num" role="status">{t("common.page", { page, pages })}</span>
        <span className="grow" />
        <Button size="small" onClick={() => step(-1)} disabled={zoom === SCALES[0]} aria-label={t("read.zoomOut")}>−</Button>
        <Button size="small" onClick={() => setZoom(1)}>{t("read.fit")}</Button>
        <Button size="small" onClick={() => step(1)} disabled={zoom === SCALES.at(-1)} aria-label={t("read.zoomIn")}>+</Button>
      </div>
      <div ref={scroller} className="pdf-pages" style={{ height }} tabIndex={0} role="region" aria-label={label ?? t("read.viewer")}>
        {Array.from({ length: pages }, (_, i) => <PdfPage key={i + 1} doc={doc} n={i + 1} zoom={zoom} scroller={scroller} onVisible={onVisible} onShown={onShown} onPlace={onPlace && ((x, y) => onPlace({ page: i + 1, x, y }))} mark={mark?.page === i + 1 ? mark : undefined} />)}
      </div>
    </div>
  );
}
