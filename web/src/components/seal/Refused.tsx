import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/lib/api/client.ts";
import { problemText } from "@/lib/problem.ts";
import { Notice } from "../Notice.tsx";

const SHOWN = 8;

/** Which of the documents the server refused, by their place in the order, and why. */
export function refusedCases(error: unknown): Map<number, string> {
  const faults = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return new Map(faults.flatMap((f) => {
    const at = /^\/(?:body\/)?cases\/(\d+)$/.exec(f.pointer)?.[1];
    return at === undefined ? [] : [[Number(at), f.code] as const];
  }));
}

type Props = { title: string; cases: string[]; refused: Map<number, string>; /** What a document is called, if it is on the screen. */ name?: (id: string) => string | undefined; drop?: () => void };

/** What of a selection was refused, and the way on without it. */
export function Refused({ title, cases, refused, name, drop }: Props) {
  const { t } = useTranslation();
  const why = (code: string) => (code === "not-open" ? t("bulk.notOpen") : code.endsWith("not-found") ? t("bulk.notFound") : problemText(new ApiError({ status: 409, code }), t).title);
  const list = [...refused].slice(0, SHOWN);
  return (
    <Notice tone="bad" title={title} action={drop ? <Button onClick={drop}>{t("bulk.drop")}</Button> : undefined}>
      <ul>{list.map(([i, code]) => <li key={i}>{name?.(cases[i]!) ? `${name(cases[i]!)}: ${why(code)}` : t("bulk.refusedRow", { n: i + 1, why: why(code) })}</li>)}</ul>
      {refused.size > SHOWN ? "…" : null}
    </Notice>
  );
}
