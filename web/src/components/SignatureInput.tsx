import { useEffect, useId, useRef, useState } from "react";
import SignaturePad from "signature_pad";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { fromPad, fromPixels, type Drawing } from "@/lib/drawing.ts";
import { Field } from "./Field.tsx";
import { Input } from "./Input.tsx";
import "./SignatureInput.css";

type Change = (d: Drawing | null) => void;

/** A signature drawn by hand, or typed by whoever cannot or will not draw. */
export default function SignatureInput({ onChange, error, name }: { onChange: Change; error?: string; name?: string }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(false);
  const other = () => (onChange(null), setTyped(!typed));
  return (
    <div className="signature">
      {typed ? <Typed onChange={onChange} /> : <Pad onChange={onChange} error={error} sample={name} />}
      {error ? <p className="field-error" role="alert">{error}</p> : null}
      <div><Button type="link" style={{ paddingInline: 0 }} onClick={other}>{t(typed ? "sign.drawn" : "sign.typed")}</Button></div>
    </div>
  );
}

function Pad({ onChange, error, sample }: { onChange: Change; error?: string; sample?: string }) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<SignaturePad>(null);
  const [strokes, setStrokes] = useState(0);
  const change = useRef(onChange);
  change.current = onChange;
  const report = () => {
    const c = canvas.current!;
    const data = pad.current!.toData();
    setStrokes(data.length);
    change.current(fromPad(data, c.offsetWidth, c.offsetHeight));
  };
  useEffect(() => {
    const c = canvas.current!;
    const p = new SignaturePad(c, { penColor: "#12161c", minWidth: 0.9, maxWidth: 3.2, throttle: 8 });
    pad.current = p;
    // The canvas has as many dots as the screen; turning the phone keeps what was written.
    const fit = () => {
      const kept = p.toData();
      const ratio = Math.max(devicePixelRatio || 1, 1);
      c.width = c.offsetWidth * ratio;
      c.height = c.offsetHeight * ratio;
      c.getContext("2d")!.scale(ratio, ratio);
      p.clear();
      p.fromData(kept);
    };
    fit();
    const watch = new ResizeObserver(fit);
    watch.observe(c);
    p.addEventListener("endStroke", report);
    return () => {
      watch.disconnect();
      p.removeEventListener("endStroke", report);
      p.off();
    };
  }, []);
  const undo = () => {
    const data = pad.current!.toData().slice(0, -1);
    pad.current!.clear();
    pad.current!.fromData(data);
    report();
  };
  const clear = () => (pad.current!.clear(), report());
  return (
    <>
      <div className={`signature-box${error ? " signature-bad" : ""}`}>
        <canvas ref={canvas} role="img" aria-label={t("sign.pad")} data-testid="signature" />
        {strokes ? null : <span className="signature-hint" data-sample={sample} aria-hidden>{sample ? t("sign.sample") : t("sign.pad")}</span>}
      </div>
      <div className="row">
        <Button onClick={undo} disabled={!strokes}>{t("sign.undo")}</Button>
        <Button onClick={clear} disabled={!strokes}>{t("sign.clear")}</Button>
      </div>
    </>
  );
}

const WIDTH = 600;
const HEIGHT = 200;
const HAND = '"Kaiti SC", STKaiti, KaiTi, "AR PL UKai CN", "Noto Serif CJK SC", serif';

function Typed({ onChange }: { onChange: Change }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const canvas = useRef<HTMLCanvasElement>(null);
  const id = useId();
  useEffect(() => {
    const g = canvas.current!.getContext("2d", { willReadFrequently: true })!;
    g.clearRect(0, 0, WIDTH, HEIGHT);
    g.fillStyle = "#12161c";
    g.textAlign = "center";
    g.textBaseline = "middle";
    g.font = `italic ${Math.min(120, Math.floor(900 / Math.max(3, name.length)))}px ${HAND}`;
    g.fillText(name, WIDTH / 2, HEIGHT / 2, WIDTH - 40);
    const pixels = g.getImageData(0, 0, WIDTH, HEIGHT).data;
    onChange(name.trim() ? fromPixels((x, y) => pixels[(y * WIDTH + x) * 4 + 3]!, WIDTH, HEIGHT) : null);
    // onChange only reports; drawing anew because of it would be a circle
  }, [name]);
  return (
    <>
      <Field id={id} label={t("sign.typedLabel")} help={t("sign.typedHelp")}><Input style={{ maxWidth: 320 }} value={name} maxLength={30} onChange={(e) => setName(e.target.value)} /></Field>
      <div className="signature-box"><canvas ref={canvas} width={WIDTH} height={HEIGHT} role="img" aria-label={`${t("sign.preview")}: ${name}`} /></div>
    </>
  );
}
