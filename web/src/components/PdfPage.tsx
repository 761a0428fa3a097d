import { useEffect, useRef, useState, type MouseEvent, type RefObject } from "react";
import { TextLayer, type PDFDocumentProxy } from "pdfjs-dist";
import { useTranslation } from "react-i18next";

const A4 = 842 / 595;

type Props = { doc: PDFDocumentProxy; n: number; zoom: number; scroller: RefObject<HTMLDivElement | null>; onVisible: (n: number) => void; onShown: (n: number) => void; onPlace?: (x: number, y: number) => void; mark?: { x: number; y: number; size: number; label: string } };

/** Draws one page when it comes near, with its text above the picture for selection and screen readers. */
export function PdfPage({ doc, n, zoom, scroller, onVisible, onShown, onPlace, mark }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLSpanElement>(null);
  const [ratio, setRatio] = useState(A4);
  const [points, setPoints] = useState(595);
  const [near, setNear] = useState(false);
  const [drawn, setDrawn] = useState(false);
  const [width, setWidth] = useState(0);
  const told = useRef({ onVisible, onShown });
  told.current = { onVisible, onShown };

  useEffect(() => {
    const root = scroller.current;
    const nearBy = new IntersectionObserver(([e]) => setNear(!!e?.isIntersecting), { root, rootMargin: "600px" });
    const inView = new IntersectionObserver(([e]) => e?.isIntersecting && told.current.onVisible(n), { root, rootMargin: "-45% 0px" });
    const size = new ResizeObserver(([e]) => setWidth(Math.round(e?.contentRect.width ?? 0)));
    nearBy.observe(box.current!);
    inView.observe(box.current!);
    size.observe(root!);
    return () => {
      nearBy.disconnect();
      inView.disconnect();
      size.disconnect();
    };
  }, [n, scroller]);

  useEffect(() => {
    if (!near || !width) return;
    let current = true;
    let cancel = () => {};
    void doc.getPage(n).then((page) => {
      if (!current) return;
      const natural = page.getViewport({ scale: 1 });
      setRatio(natural.height / natural.width);
      setPoints(natural.width);
      const scale = (Math.min(width - 24, 900) / natural.width) * zoom;
      const viewport = page.getViewport({ scale });
      const dense = Math.min(devicePixelRatio || 1, 2);
      const c = canvas.current!;
      c.width = Math.floor(viewport.width * dense);
      c.height = Math.floor(viewport.height * dense);
      const task = page.render({ canvas: c, viewport, transform: dense === 1 ? undefined : [dense, 0, 0, dense, 0, 0] });
      cancel = () => task.cancel();
      text.current!.replaceChildren();
      text.current!.style.setProperty("--total-scale-factor", String(scale));
      const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text.current!, viewport });
      void layer.render().catch(() => undefined);
      task.promise.then(() => current && setDrawn(true), () => undefined);
    });
    return () => {
      current = false;
      cancel();
    };
  }, [doc, n, near, width, zoom]);

  useEffect(() => {
    if (!drawn) return;
    const watch = new IntersectionObserver(([e]) => e?.isIntersecting && told.current.onShown(n), { root: scroller.current });
    watch.observe(end.current!);
    return () => watch.disconnect();
  }, [drawn, n, scroller]);

  const shown = Math.min(width - 24, 900) * zoom;
  const scale = shown / points;
  const place = (e: MouseEvent<HTMLDivElement>) => {
    const r = e.currentTarget.getBoundingClientRect();
    onPlace?.(Math.round((e.clientX - r.left) / scale), Math.round((r.bottom - e.clientY) / scale));
  };
  return (
    <div ref={box} className={`pdf-page${onPlace ? " pdf-placing" : ""}`} onClick={onPlace ? place : undefined} style={{ width: shown > 0 ? shown : undefined, aspectRatio: `1 / ${ratio}` }} aria-label={t("read.pageLabel", { page: n })} role="group">
      <canvas ref={canvas} aria-hidden />
      <div ref={text} className="textLayer" />
      {mark && scale > 0 ? <span className="pdf-mark" style={{ left: mark.x * scale, bottom: mark.y * scale, width: mark.size * scale, height: mark.size * scale }}>{mark.label}</span> : null}
      <span ref={end} className="pdf-end" aria-hidden />
    </div>
  );
}
