import { useTranslation } from "react-i18next";
import { Button } from "antd";
import { ApiError } from "@/lib/api/client.ts";
import { problemText } from "@/lib/problem.ts";
import { Notice } from "./Notice.tsx";
import { Empty } from "./Empty.tsx";
import { Loading } from "./Loading.tsx";
import type { ReactNode } from "react";

/** A refusal in words of the user, with what to do; the request's id for whoever is asked for help. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  if (!error) return null;
  const text = problemText(error, t);
  const id = error instanceof ApiError ? error.problem.requestId : undefined;
  return (
    <Notice tone="bad" title={text.title} action={retry ? <Button onClick={retry}>{t("common.retry")}</Button> : undefined}>
      {text.help}
      {id ? <div className="small soft">{t("problem.requestId")} <span className="mono">{id}</span></div> : null}
    </Notice>
  );
}

type Query<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** Loading, fault, or the thing itself. */
export function Loaded<T>({ query, children, lines }: { query: Query<T>; children: (data: T) => ReactNode; lines?: number }) {
  const { t } = useTranslation();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error instanceof ApiError && query.error.status === 404) return <Empty title={t("problem.nothing")}>{t("problem.nothing-help")}</Empty>;
  if (query.error) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  return <Loading lines={lines} />;
}
