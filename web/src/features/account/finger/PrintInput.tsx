import { useEffect, useRef, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { get, post } from "@/lib/api/client.ts";
import type { Capture, Device } from "@/lib/api/types.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { Uploader } from "@/components/Uploader.tsx";
import { failureText } from "./words.ts";

/** A print on its way: taken by a device or uploaded, and not used yet. */
export type Print = { capture?: string; file?: string; dpi?: number; quality?: number };

const SCANS = [".png", ".tif", ".tiff", ".bmp"];
const DEFAULT_DPI = "500";
const POLL_MS = 1000;
/** An agent that runs takes a request within a second or two, and a finger is laid on soon after. */
const SLOW_MS = 10_000;

type Props = { label: string; position: number; devices: Device[]; value: Print | undefined; onChange: (p: Print | undefined) => void };

/** Takes one print by a reader, or as an uploaded scan. */
export function PrintInput({ label, position, devices, value, onChange }: Props) {
  const { t } = useTranslation();
  const [source, setSource] = useState(devices.length ? "device" : "file");
  const [dpi, setDpi] = useState(DEFAULT_DPI);
  const options = [{ value: "device", text: t("finger.fromDevice") }, { value: "file", text: t("finger.fromFile") }];
  const number = Number(dpi) || undefined;
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Select label={t("finger.source")} value={source} onChange={(v) => (setSource(v), onChange(undefined))} options={options} />
      {value ? (
        <div className="row"><span role="status">✓ {value.capture ? t("finger.captured", { n: value.quality ?? 0 }) : t("finger.scanned")}</span><Button size="small" onClick={() => onChange(undefined)}>{t(value.capture ? "finger.again" : "finger.another")}</Button></div>
      ) : source === "file" ? (
        <>
          <Field label={t("finger.dpi")} help={t("finger.dpiHelp")}><Input className="num" style={{ maxWidth: 120 }} inputMode="numeric" maxLength={4} value={dpi} onChange={(e) => setDpi(e.target.value.replace(/\D/g, ""))} /></Field>
          <Uploader label={`${t("finger.scan")} ${label}`} accept={SCANS} onReady={(file) => onChange({ file, dpi: number })} />
        </>
      ) : devices.length ? <ByDevice label={label} position={position} devices={devices} onChange={onChange} /> : <p className="soft">{t("finger.noDevice")}</p>}
    </div>
  );
}

function ByDevice({ label, position, devices, onChange }: Omit<Props, "value">) {
  const { t } = useTranslation();
  const [device, setDevice] = useState(devices[0]!.id);
  const { take, busy, slow, failed, error } = useCapture(onChange);
  return (
    <div className="stack" style={{ gap: 8 }}>
      <div className="row">
        {devices.length > 1 ? <Select label={t("finger.device")} value={device} onChange={setDevice} options={devices.map((d) => ({ value: d.id, text: d.name }))} /> : <span className="soft">{devices[0]!.name}</span>}
        <Button loading={busy} onClick={() => void take(device, position)} aria-label={`${t("finger.capture")} ${label}`}>{t(failed ? "finger.again" : "finger.capture")}</Button>
      </div>
      {busy ? <p role="status">{t(slow ? "finger.slow" : "finger.asking")}</p> : null}
      {failed ? <p className="field-error" role="alert">{failureText(failed, t)}</p> : null}
      <ProblemNotice error={error} />
    </div>
  );
}

/** Asks a device for a picture and waits until it came or did not. */
function useCapture(onChange: Props["onChange"]) {
  const [busy, setBusy] = useState(false);
  const [slow, setSlow] = useState(false);
  const [failed, setFailed] = useState("");
  const [error, setError] = useState<unknown>();
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => void (gone.current = true);
  }, []);
  const take = async (device: string, position: number) => {
    setBusy(true);
    setSlow(false);
    setFailed("");
    const waits = setTimeout(() => setSlow(true), SLOW_MS);
    setError(undefined);
    try {
      let c = await post<Capture>("/captures", { device, position });
      while (c.state === "asked" && !gone.current) {
        await new Promise((r) => setTimeout(r, POLL_MS));
        c = await get<Capture>(`/captures/${c.id}`);
      }
      if (gone.current) return;
      if (c.state === "captured") onChange({ capture: c.id, quality: c.quality });
      else setFailed(c.reason || "fault");
    } catch (e) {
      setError(e);
    } finally {
      clearTimeout(waits);
    }
    setBusy(false);
  };
  return { take, busy, slow, failed, error };
}
