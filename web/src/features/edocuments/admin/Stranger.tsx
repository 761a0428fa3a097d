import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { get, items, query } from "@/lib/api/client.ts";
import type { Customer } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";

/** Another organisation, found by its credit code, takes part in the last stage; from there it is moved like a department. */
export function Stranger({ onFound }: { onFound: (c: Customer) => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [missing, setMissing] = useState(false);
  const search = useSubmit(
    async () => items(await get<{ items: Customer[] }>(`/organisations${query({ uscc: code })}`))[0],
    (c) => {
      setMissing(!c);
      if (!c) return;
      onFound(c);
      setCode("");
    },
  );
  const enter = (raw: string) => (setCode(raw.toUpperCase().replace(/\s/g, "")), setMissing(false));
  return (
    <div className="stack" style={{ maxWidth: 420 }}>
      <ProblemNotice error={search.error} />
      <Field label={t("types.otherOrg")} help={t("types.otherOrgHelp")} error={missing ? t("start.notFound") : undefined}><Input className="mono" maxLength={18} autoComplete="off" value={code} onChange={(e) => enter(e.target.value)} /></Field>
      <div><Button disabled={code.length !== 18} loading={search.busy} onClick={() => search.submit()}>{t("types.otherOrgAdd")}</Button></div>
    </div>
  );
}
