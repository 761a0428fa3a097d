import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Seal } from "@/lib/api/types.ts";
import { useSession } from "@/lib/session.ts";
import { useSubmit } from "@/lib/submit.ts";
import { labelled } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import { Page } from "@/components/Page.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { toast } from "@/components/Toast.tsx";
import { LookChoice, Preview, drawn, lacking } from "./Look.tsx";
import { useMembers } from "./parts.tsx";
import "./seals.css";

const kinds = ["contract", "legal-rep", "official", "name"] as const;
type Kind = (typeof kinds)[number];

/** The contract's and the official seal bear the organisation's name, the others their person's. */
const personal = (k: Kind) => k === "legal-rep" || k === "name";

export default function ApplyPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: session } = useSession();
  const asked = useSearchParams()[0].get("kind") as Kind | null;
  const [kind, setKind] = useState<Kind>(asked && kinds.includes(asked) ? asked : "contract");
  const [holder, setHolder] = useState("");
  const [needsApproval, setNeedsApproval] = useState(false);
  const [number, setNumber] = useState("");
  const [look, setLook] = useState(drawn);
  const members = useMembers(session?.org?.id).data ?? [];
  const first = (kind === "legal-rep" ? members.find((m) => m.roles.includes("legal-rep")) : undefined) ?? members.find((m) => m.person.id === session?.person.id);
  const chosen = members.find((m) => m.person.id === holder) ?? first;
  const text = (personal(kind) ? chosen?.person.name : session?.org?.name) ?? "";
  const form = useSubmit((key) => post<Seal>("/seals", { org: session?.org?.id, kind, holder: chosen?.person.id, number: number || undefined, picture: look.picture || undefined, needsApproval }, { key }), (made) => {
    toast(t("seals.applied"));
    void client.invalidateQueries({ queryKey: ["seals"] });
    void navigate(`/seals/${made.id}`);
  });
  return (
    <Page title={t("seals.apply")} back={{ to: "/seals", text: t("seals.title") }} narrow>
      <form className="card stack" onSubmit={form.submit}>
        <ProblemNotice error={form.error} />
        {session?.org ? <p>{labelled(t("seals.org"), " ")}<strong>{session.org.name}</strong></p> : <Notice tone="warn" title={t("admin.notOperator")} />}
        <div className="seal-apply">
          <div className="stack">
            <Select label={t("seals.kind")} value={kind} onChange={(v) => (setKind(v as Kind), setHolder(""))} options={kinds.map((k) => ({ value: k, text: t(`seal.kind_${k}`) }))} />
            <div>
              <Select label={t("seals.holder")} value={chosen?.person.id ?? ""} onChange={setHolder} options={members.map((m) => ({ value: m.person.id, text: m.person.name }))} />
              <p className="soft small">{t("seals.holderHelp")}</p>
              {form.faults.holder ? <p className="field-error">{form.faults.holder}</p> : null}
            </div>
            {text ? <p className="soft">{t("seals.wording", { text })}</p> : null}
            <Field label={`${t("seals.number")} (${t("common.optional")})`} help={t("seals.numberHelp")} error={form.faults.number}><Input className="mono" inputMode="numeric" value={number} maxLength={13} onChange={(e) => setNumber(e.target.value.replace(/\D/g, ""))} /></Field>
            <LookChoice look={look} onChange={setLook} error={form.faults.picture} />
            <label className="tick"><input type="checkbox" checked={needsApproval} onChange={(e) => setNeedsApproval(e.target.checked)} /><span>{t("seals.needsApproval")}<br /><span className="soft small">{t("seals.needsApprovalHelp")}</span></span></label>
          </div>
          <div className="stack" style={{ alignContent: "start" }}><Preview kind={kind} text={text} number={number} look={look} /></div>
        </div>
        <div><Button type="primary" htmlType="submit" loading={form.busy} disabled={!text || !session?.org || lacking(look)}>{t("seals.submit")}</Button></div>
      </form>
    </Page>
  );
}
