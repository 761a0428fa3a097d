import { useState } from "react";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { CaseSeal } from "@/lib/api/types.ts";
import { faultsByField } from "@/lib/problem.ts";
import { useText } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Select } from "@/components/Select.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";
import type { PanelProps } from "./panels.ts";

/** The gas company's seal, with which the contract takes effect. */
export default function CountersignPanel({ c, action, act }: PanelProps) {
  const { t } = useTranslation();
  const tx = useText();
  const [chosen, setChosen] = useState("");
  const [password, setPassword] = useState("");
  const query = useQuery({ queryKey: ["case-seals", c.id, "countersign"], queryFn: async ({ signal }) => items(await get<CaseSeal[]>(`/cases/${c.id}/seals?for=countersign`, signal)) });
  const seals = (query.data ?? []).filter((s) => s.usable && s.held);
  const seal = seals.find((s) => s.id === chosen) ?? seals[0];
  const faults = faultsByField(act.error, t);
  return (
    <form className="card stack" onSubmit={(e) => (e.preventDefault(), void act.run(action.name, { seal: seal?.id, password }).then(() => setPassword("")))}>
      <div><h2>{t("seal.countersign")}</h2><p className="soft">{t("seal.countersignLead")}</p></div>
      {seal ? (
        <>
          <div className="row"><SealPicture seal={seal} size={110} /><span>{tx(seal.title)}</span></div>
          {seals.length > 1 ? <Select label={t("seal.officialChoose")} value={seal.id} onChange={setChosen} options={seals.map((s) => ({ value: s.id, text: tx(s.title) }))} /> : null}
          <div style={{ maxWidth: 320 }}><Field label={t("seal.password")} error={faults.password}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field></div>
          <div><Button type="primary" size="large" htmlType="submit" disabled={!password} loading={act.busy === action.name}>{t("seal.countersign")}</Button></div>
        </>
      ) : <Notice tone="warn" title={t("seal.none")} />}
    </form>
  );
}
