import { useState } from "react";
import { Button } from "antd";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { SealApproval } from "@/lib/api/types.ts";
import { labelled } from "@/lib/text.ts";
import { Notice } from "../Notice.tsx";
import { Tag } from "../Tag.tsx";
import { askedList, forgetAsked, type Asked } from "./asked.ts";

const tones = { asked: "warn", approved: "ok", refused: "bad" } as const;

/** What one asked approval for and can seal once it is given. */
export function AskedSealing({ action, onRestore }: { action: string; onRestore: (asked: Asked) => void }) {
  const { t } = useTranslation();
  const [forgotten, setForgotten] = useState<Asked[]>([]);
  // What was asked for a moment ago in a window above is there once that is closed.
  const list = askedList().filter((a) => a.action === action && !forgotten.some((f) => f.approval === a.approval));
  const approvals = useQueries({
    queries: list.map((a) => ({ queryKey: ["seals", a.seal, "approvals", a.approval], queryFn: async () => items(await get<SealApproval[]>(`/seals/${a.seal}/approvals`)).find((x) => x.id === a.approval) ?? null })),
  });
  const forget = (a: Asked) => {
    forgetAsked(a.approval);
    setForgotten((old) => [...old, a]);
  };
  return list.map((a, i) => {
    const found = approvals[i]?.data;
    if (!found) return null;
    const buttons = (
      <span className="row">
        {found.state === "asked" ? null : <Button type={found.state === "approved" ? "primary" : "default"} onClick={() => onRestore(a)}>{t("bulk.restore")}</Button>}
        <Button onClick={() => forget(a)}>{t("bulk.forget")}</Button>
      </span>
    );
    return <Notice key={a.approval} title={t("bulk.askedFor", { seal: a.title, count: a.cases.length })} action={buttons}><Tag tone={tones[found.state]}>{t(`bulk.state_${found.state}`)}</Tag> {found.answer ? labelled(t("seals.reason"), found.answer) : null}</Notice>;
  });
}
