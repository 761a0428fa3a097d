import { useId, useRef, useState, type DragEvent } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { acceptText } from "@/lib/uploads.ts";
import { useUploads, type Pending } from "@/lib/useUploads.ts";
import { codeText } from "@/lib/problem.ts";
import { bytes } from "@/lib/time.ts";
import { Icon } from "./Icon.tsx";
import "./Uploader.css";

const DEFAULT_ACCEPT = ["image/jpeg", "image/png", "application/pdf"];

type Props = { id?: string; label: string; caseId?: string; accept?: string[]; maxBytes?: number; multiple?: boolean; /** A promise is waited for before the file counts as there. */ onReady: (id: string, file: File) => unknown };

/** Picks, photographs or takes dropped files and sends them; what failed can be resumed. */
export function Uploader({ id, label, caseId, accept = [], maxBytes, multiple, onReady }: Props) {
  const { t } = useTranslation();
  const auto = useId();
  const own = id ?? auto;
  const picker = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const types = accept.length ? accept : DEFAULT_ACCEPT;
  const uploads = useUploads({ accept: types, maxBytes, caseId }, onReady);
  const take = (input: HTMLInputElement) => {
    uploads.add([...(input.files ?? [])]);
    input.value = "";
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    uploads.add(multiple ? e.dataTransfer.files : [...e.dataTransfer.files].slice(0, 1));
  };
  return (
    <div className={`uploader${over ? " uploader-over" : ""}`} onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
      {uploads.pending.length ? <ul className="stack" style={{ gap: 6 }}>{uploads.pending.map((p) => <PendingRow key={p.key} p={p} maxBytes={maxBytes} retry={() => uploads.retry(p)} remove={() => uploads.remove(p.key)} />)}</ul> : null}
      <div className="row">
        <span className="soft uploader-drop">{t("cases.dropHere")}</span>
        <Button id={own} onClick={() => picker.current?.click()} aria-label={`${t("cases.upload")} ${label}`}>{t("cases.upload")}</Button>
        {types.some((a) => a.startsWith("image/")) ? <Button className="uploader-camera" onClick={() => camera.current?.click()} icon={<Icon name="camera" size={16} />} aria-label={`${t("cases.takePhoto")} ${label}`}>{t("cases.takePhoto")}</Button> : null}
        <span className="soft small">{maxBytes ? t("cases.accept", { types: acceptText(types), size: bytes(maxBytes) }) : acceptText(types)}</span>
      </div>
      <input ref={picker} type="file" hidden tabIndex={-1} aria-label={label} accept={types.join(",")} multiple={multiple} onChange={(e) => take(e.target)} />
      <input ref={camera} type="file" hidden tabIndex={-1} aria-label={label} accept="image/*" capture="environment" onChange={(e) => take(e.target)} />
    </div>
  );
}

function PendingRow({ p, maxBytes, retry, remove }: { p: Pending; maxBytes?: number; retry: () => void; remove: () => void }) {
  const { t } = useTranslation();
  const text = {
    sending: t("cases.uploading", { percent: p.percent }), checking: t("cases.checking"), failed: t("cases.failed"), refused: t("cases.refused"),
    tooLarge: t("cases.tooLarge", { size: bytes(maxBytes ?? 0) }), wrongType: t("cases.wrongType"),
  }[p.state];
  const why = p.problem ? codeText(p.problem, t) : {};
  const bad = p.state !== "sending" && p.state !== "checking";
  return (
    <li className="uploader-row">
      <div className="grow">
        <div className="row between"><span className="uploader-name">{p.file.name}</span><span className={bad ? "field-error" : "soft small"} role="status">{why.title ?? text}</span></div>
        {why.help ? <p className="soft small">{why.help}</p> : null}
        {bad ? null : <progress max={100} value={p.percent} aria-label={p.file.name} />}
      </div>
      {p.state === "failed" ? <Button size="small" onClick={retry}>{t("cases.resume")}</Button> : null}
      <Button size="small" type="text" onClick={remove} aria-label={t("cases.removeFile", { name: p.file.name })}>{t("common.remove")}</Button>
    </li>
  );
}
