import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { put } from "@/lib/api/client.ts";
import type { Device } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { PrintInput, type Print } from "./PrintInput.tsx";
import { fingerName, positions } from "./words.ts";

const FIRST = [2, 3, 1]; // the fingers that readers read best

/** Enrols three different fingers in the place of former ones. */
export function Enrol({ devices, onDone, onClose }: { devices: Device[]; onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(FIRST);
  const [prints, setPrints] = useState<(Print | undefined)[]>([undefined, undefined, undefined]);
  const send = async (key: string) => {
    try {
      return await put("/people/me/fingers", { prints: prints.map((p, i) => ({ position: chosen[i], capture: p?.capture, file: p?.file, dpi: p?.dpi })) }, { key });
    } catch (e) {
      setPrints([undefined, undefined, undefined]); // a refused picture is used up as well
      throw e;
    }
  };
  const form = useSubmit(send, onDone);
  const twice = new Set(chosen).size < chosen.length;
  const replace = <T,>(list: T[], at: number, v: T) => list.map((x, i) => (i === at ? v : x));
  return (
    <Dialog open title={t("finger.enrolTitle")} onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        {chosen.map((position, i) => (
          <fieldset key={i} className="print">
            <legend>{t("finger.which", { n: i + 1 })}</legend>
            <Select label={t("finger.position")} value={String(position)} onChange={(v) => (setChosen(replace(chosen, i, Number(v))), setPrints(replace(prints, i, undefined)))} options={positions.map((p) => ({ value: String(p), text: fingerName(p, t) }))} />
            <PrintInput key={position} label={String(i + 1)} position={position} devices={devices} value={prints[i]} onChange={(p) => setPrints((old) => replace(old, i, p))} />
            {form.faults[`prints.${i}`] ? <p className="field-error">{form.faults[`prints.${i}`]}</p> : null}
          </fieldset>
        ))}
        {twice ? <p className="field-error">{t("finger.same")}</p> : null}
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={twice || prints.some((p) => !p)}>{t("finger.submit")}</Button></div>
      </form>
    </Dialog>
  );
}
