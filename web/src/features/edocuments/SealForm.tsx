import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/lib/api/client.ts";
import type { CaseSeal, EDocumentDetail, WantedPart } from "@/lib/api/types.ts";
import { faultsByField } from "@/lib/problem.ts";
import { listed } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Notice } from "@/components/Notice.tsx";
import type { Place } from "@/components/PdfViewer.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { AskUse } from "@/components/seal/AskUse.tsx";
import { own, useCaseSeals } from "@/components/seal/caseSeals.ts";
import { SealChoice } from "@/components/seal/SealChoice.tsx";
import { toast } from "@/components/Toast.tsx";
import { PlaceChoice } from "./PlaceChoice.tsx";
import type { Doing } from "./useDo.ts";

type Props = { d: EDocumentDetail; part: WantedPart; doing: Doing; fixed: boolean; place?: Place; setPlace: (p: Place | undefined) => void; placing: boolean; setPlacing: (on: boolean) => void };

/** A department's seal on one document: which seal, its password, and where. */
export function SealForm(p: Props) {
  const { t } = useTranslation();
  const query = useCaseSeals(p.d.case, "seal", p.d.version);
  return (
    <Loaded query={query}>
      {(list) => {
        if (own(list).length) return <Entry {...p} seals={own(list)} />;
        const wanted = listed(list.kinds.map((k) => t(`seal.kind_${k as "contract"}`)));
        return <Notice tone="warn" title={t("docs.sealNone")}>{t("docs.sealNoneHelp", { kinds: wanted })} <Link to="/seals">{t("nav.seals")}</Link></Notice>;
      }}
    </Loaded>
  );
}

function Entry({ d, part, doing, seals, fixed, place, ...placing }: Props & { seals: CaseSeal[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState("");
  const [password, setPassword] = useState("");
  const [comment, setComment] = useState("");
  const seal = seals.find((s) => s.id === chosen) ?? seals[0]!;
  const faults = faultsByField(doing.error, t);
  const left = doing.error instanceof ApiError ? Number(doing.error.problem.params?.triesLeft ?? 0) : 0;
  const apply = async (e: React.FormEvent) => {
    e.preventDefault();
    const body = { seal: seal.id, password, item: part.name, ...(place ? { place } : {}), ...(comment.trim() ? { comment: comment.trim() } : {}) };
    const done = await doing.run("seal", body);
    setPassword("");
    if (!done) return;
    placing.setPlace(undefined);
    toast(t("docs.sealed"));
  };
  return (
    <>
      {faults.password ? null : <ProblemNotice error={doing.error} />}
      <SealChoice legend={t("docs.sealWhich")} seals={seals} value={seal.id} onChange={setChosen} />
      {seal.reason?.startsWith("approval-") ? <AskUse key={seal.id} caseId={d.case} seal={seal} /> : (
        <form className="stack" onSubmit={(e) => void apply(e)}>
          <Field label={t("docs.sealPassword")} error={faults.password} help={left ? t("seal.triesLeft", { count: left }) : undefined}><Input.Password autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
          <PlaceChoice fixed={fixed} place={place} error={faults.place} {...placing} />
          <Field label={`${t("docs.comment")} (${t("common.optional")})`}><Input value={comment} maxLength={500} onChange={(e) => setComment(e.target.value)} /></Field>
          <div><Button type="primary" size="large" htmlType="submit" disabled={!password} loading={doing.busy === "seal"}>{t("docs.sealNow")}</Button></div>
        </form>
      )}
    </>
  );
}
