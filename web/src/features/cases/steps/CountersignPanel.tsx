import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { CaseSeal } from "@/lib/api/types.ts";
import { faultsByField } from "@/lib/problem.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { own, useCaseSeals } from "@/components/seal/caseSeals.ts";
import { Select } from "@/components/Select.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";
import { AskUse } from "@/components/seal/AskUse.tsx";
import type { PanelProps } from "./panels.ts";

/** The gas company's seal, with which the contract takes effect. */
export default function CountersignPanel(p: PanelProps) {
  const { t } = useTranslation();
  const query = useCaseSeals(p.c.id, p.action.name, p.c.version);
  return (
    <div className="card stack">
      <div><h2>{t("seal.countersign")}</h2><p className="soft">{t("seal.countersignLead")}</p></div>
      <Loaded query={query}>
        {(list) => (own(list).length ? <Countersign {...p} seals={own(list)} /> : <Notice tone="warn" title={t("seal.none")} />)}
      </Loaded>
    </div>
  );
}

function Countersign({ c, action, act, seals }: PanelProps & { seals: CaseSeal[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState("");
  const [password, setPassword] = useState("");
  const seal = seals.find((s) => s.id === chosen) ?? seals[0]!;
  const faults = faultsByField(act.error, t);
  const sign = async () => {
    await act.run(action.name, { seal: seal.id, password });
    setPassword("");
  };
  return (
    <>
      <div className="row"><SealPicture seal={seal} size={110} /><span>{seal.title}</span></div>
      {seals.length > 1 ? <Select label={t("seal.officialChoose")} value={seal.id} onChange={setChosen} options={seals.map((s) => ({ value: s.id, text: s.title }))} /> : null}
      {seal.usable ? (
        <form className="stack" onSubmit={(e) => (e.preventDefault(), void sign())}>
          <div style={{ maxWidth: 320 }}><Field label={t("seal.password")} error={faults.password}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field></div>
          <div><Button type="primary" size="large" htmlType="submit" disabled={!password} loading={act.busy === action.name}>{t("seal.countersign")}</Button></div>
        </form>
      ) : <AskUse caseId={c.id} seal={seal} />}
    </>
  );
}
