import { useState } from "react";
import { Button } from "antd";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { SealApproval } from "@/lib/api/types.ts";
import { Notice } from "../Notice.tsx";
import { Tag } from "../Tag.tsx";
import { askedList, forgetAsked, type Asked } from "./asked.ts";

const tones = { asked: "warn", approved: "ok", refused: "bad" } as const;

/** What one asked approval for and can seal once it is given. */
export function AskedSealing({ action, onRestore }: { action: string; onRestore: (cases: string[]) => void }) {
  const { t } = useTranslation();
  const [list, setList] = useState(() => askedList().filter((a) => a.action === action));
  const approvals = useQueries({
    queries: list.map((a) => ({ queryKey: ["seals", a.seal, "approvals", a.approval], queryFn: async () => items(await get<SealApproval[]>(`/seals/${a.seal}/approvals`)).find((x) => x.id === a.approval) ?? null })),
  });
  const forget = (a: Asked) => {
    forgetAsked(a.approval);
    setList((old) => old.filter((x) => x !== a));
  };
  return list.map((a, i) => {
    const state = approvals[i]?.data?.state;
    if (!state) return null;
    const buttons = (
      <span className="row">
        {state === "approved" ? <Button type="primary" onClick={() => onRestore(a.cases)}>{t("bulk.restore")}</Button> : null}
        <Button onClick={() => forget(a)}>{t("bulk.forget")}</Button>
      </span>
    );
    return <Notice key={a.approval} title={t("bulk.askedFor", { seal: a.title, count: a.cases.length })} action={buttons}><Tag tone={tones[state]}>{t(`bulk.state_${state}`)}</Tag></Notice>;
  });
}
