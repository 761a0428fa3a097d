import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Device, Finger, FingerVerdict } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { Notice } from "@/components/Notice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { PrintInput, type Print } from "./PrintInput.tsx";
import { fingerName } from "./words.ts";

/** Compares one print with those enrolled and says how it came out. */
export function Verify({ fingers, devices, onClose }: { fingers: Finger[]; devices: Device[]; onClose: () => void }) {
  const { t } = useTranslation();
  const [position, setPosition] = useState(fingers[0]!.position);
  const [print, setPrint] = useState<Print>();
  const [verdict, setVerdict] = useState<FingerVerdict>();
  const send = async (key: string) => {
    setVerdict(undefined);
    try {
      return await post<FingerVerdict>("/people/me/fingers/verifications", { capture: print?.capture, file: print?.file, dpi: print?.dpi }, { key });
    } finally {
      setPrint(undefined); // used up, however it came out
    }
  };
  const form = useSubmit(send, setVerdict);
  const same = verdict?.state === "match";
  return (
    <Dialog open title={t("finger.verifyTitle")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        {form.faults["prints.0"] ? <p className="field-error">{form.faults["prints.0"]}</p> : null}
        {verdict ? (
          <Notice tone={same ? "ok" : "bad"} title={t(same ? "finger.match" : "finger.noMatch")}>
            <p>{t("finger.result", { score: verdict.score.toFixed(1), threshold: verdict.threshold.toFixed(1), position: fingerName(verdict.position, t) })}</p>
            {same ? null : <p>{t("finger.triesLeft", { count: verdict.triesLeft })}</p>}
            <p className="soft small">{t("finger.notLive")}</p>
          </Notice>
        ) : null}
        {devices.length ? <Select label={t("finger.position")} value={String(position)} onChange={(v) => (setPosition(Number(v)), setPrint(undefined))} options={fingers.map((f) => ({ value: String(f.position), text: fingerName(f.position, t) }))} /> : null}
        <PrintInput label="" position={position} devices={devices} value={print} onChange={setPrint} />
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!print}>{t("finger.check")}</Button></div>
      </form>
    </Dialog>
  );
}
