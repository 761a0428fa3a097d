import { useState } from "react";
import { Link } from "react-router";
import { Button, Input } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, get, items, post } from "@/lib/api/client.ts";
import type { CaseAction, Seal } from "@/lib/api/types.ts";
import { faultsByField, problemText } from "@/lib/problem.ts";
import { useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Field } from "@/components/Field.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Select } from "@/components/Select.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";
import { toast } from "@/components/Toast.tsx";
import { fitting, type Act } from "../useCase.ts";
import type { PanelProps } from "./panels.ts";
import "./seal.css";

type Half = { kind: "contract" | "legal-rep"; title: string; action?: CaseAction; fields: { seal: string; password: string }; role?: string };

const alone = { seal: "seal", password: "password" };

/** Two halves, each with its own password; neither request carries the other's. */
export default function SealPanel({ c, action, others, act }: PanelProps) {
  const { t } = useTranslation();
  const all = [action, ...others];
  const find = (name: string) => all.find((a) => a.name === name);
  const joint = find("seal");
  const company: Half = { kind: "contract", title: t("seal.company"), action: find("unlock-company-seal") ?? joint, fields: find("unlock-company-seal") ? alone : { seal: "companySeal", password: "companyPassword" } };
  const legal: Half = { kind: "legal-rep", title: t("seal.legalRep"), action: find("unlock-legal-rep-seal") ?? joint, fields: find("unlock-legal-rep-seal") ? alone : { seal: "legalRepSeal", password: "legalRepPassword" }, role: "legal-rep" };
  const seals = useQuery({ queryKey: ["seals"], queryFn: async ({ signal }) => items(await get<Seal[]>("/seals", signal)) });
  return (
    <div className="card stack">
      <div><h2>{t("seal.title")}</h2><p className="soft">{t("seal.lead")}</p></div>
      <div className="seal-halves">
        {[company, legal].map((h) => <SealHalf key={h.kind} half={h} caseId={c.id} seals={(seals.data ?? []).filter((s) => s.kind === h.kind || (h.kind === "legal-rep" && s.kind === "name"))} act={act} />)}
      </div>
    </div>
  );
}

function SealHalf({ half, caseId, seals, act }: { half: Half; caseId: string; seals: Seal[]; act: Act }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const [chosen, setChosen] = useState("");
  const [password, setPassword] = useState("");
  const [mine, setMine] = useState(false);
  const [linkSent, setLinkSent] = useState(false);
  const seal = seals.find((s) => s.id === chosen) ?? seals.find((s) => s.usable) ?? seals[0];
  const faults = mine ? faultsByField(act.error, t) : {};
  const wrong = mine && act.error instanceof ApiError ? problemText(act.error, t) : undefined;
  if (!half.action) return <section className="seal-half seal-open"><h3>{half.title}</h3><p>✓ {t("seal.unlocked")}</p></section>;
  const action = half.action;
  const unlock = async () => {
    setMine(true);
    const ok = await act.run(action.name, fitting(action, { [half.fields.seal]: seal?.id, [half.fields.password]: password }));
    setPassword("");
    if (ok) setMine(false);
  };
  const sendLink = async () => {
    try {
      await post(`/cases/${caseId}/links`, { role: half.role, purpose: action.name });
      setLinkSent(true);
    } catch (e) {
      toast(problemText(e, t).title, "bad");
    }
  };
  return (
    <section className="seal-half" aria-label={half.title}>
      <h3>{half.title}</h3>
      {seal ? (
        <>
          <div className="row">
            <SealPicture seal={seal} size={96} />
            <div className="grow">
              <div>{tx(seal.title)}</div>
              {seal.holder ? <div className="soft small">{t("seal.holder", { name: seal.holder.name })}</div> : null}
              {seal.lockedUntil ? <div className="field-error">{t("seal.lockedUntil", { at: dateTime(seal.lockedUntil, lang) })}</div> : null}
            </div>
          </div>
          {seals.length > 1 ? <Select label={t("seal.choose")} value={seal.id} onChange={setChosen} options={seals.map((s) => ({ value: s.id, text: tx(s.title) }))} /> : null}
          <form className="stack" style={{ gap: 10 }} onSubmit={(e) => (e.preventDefault(), void unlock())}>
            <Field label={t("seal.password")} error={faults[half.fields.password] ?? wrong?.title} help={wrong?.help}>
              <Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} disabled={!seal.usable} />
            </Field>
            <div><Button type="primary" htmlType="submit" disabled={!password || !seal.usable} loading={mine && act.busy === action.name} aria-label={`${t("seal.unlock")} ${half.title}`}>{t("seal.unlock")}</Button></div>
          </form>
        </>
      ) : <Notice tone="warn" title={t("seal.none")} action={<Link to={`/seals/new?kind=${half.kind}`}><Button>{t("seal.apply")}</Button></Link>} />}
      {half.role ? (
        <div className="seal-link">
          <Button onClick={() => void sendLink()} disabled={linkSent}>{t("seal.sendLink")}</Button>
          <p className="soft small" role="status">{linkSent ? t("seal.linkSent") : t("seal.sendLinkHelp")}</p>
        </div>
      ) : null}
    </section>
  );
}
