import { useSearchParams } from "react-router";
import { useTranslation } from "react-i18next";
import { useText } from "@/lib/text.ts";
import { Filters, type Filter } from "@/components/table/Filters.tsx";
import { states, useTypes } from "./data.ts";

const keys = ["q", "type", "state", "from", "to", "number", "party", "min", "max", "due"] as const;
const dues = ["any", "soon", "overdue"] as const;
const rare = ["number", "party", "min", "max"];

/** The filters stand in the address, so that a view can be kept. */
export function useFilter() {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(keys.map((k) => [k, params.get(k) ?? ""]));
  const set = (next: Record<string, string>) => {
    const all = { view: params.get("view") ?? "", ...values, ...next };
    setParams(Object.fromEntries(Object.entries(all).filter(([, v]) => v)), { replace: true });
  };
  return { values, set, narrowed: keys.some((k) => values[k]) };
}

/** What narrows a list of documents; what is asked for rarely stands behind a fold. */
export function Narrow({ filter, onChange }: { filter: ReturnType<typeof useFilter>; onChange: (v: Record<string, string>) => void }) {
  const { t } = useTranslation();
  const tx = useText();
  const types = useTypes().data ?? [];
  const often: Filter[] = [
    { kind: "search", key: "q", hint: t("docs.search") },
    { kind: "choice", key: "state", label: t("docs.state"), options: states.map((s) => ({ value: s, text: t(`docs.state_${s}`) })) },
    { kind: "choice", key: "due", label: t("docs.due"), options: dues.map((d) => ({ value: d, text: t(`docs.due_${d}`) })) },
    { kind: "choice", key: "type", label: t("docs.type"), options: types.map((x) => ({ value: x.id, text: tx(x.title) })) },
    { kind: "dates", from: "from", to: "to", label: t("docs.date") },
  ];
  const seldom: Filter[] = [
    { kind: "search", key: "number", hint: t("docs.numberHint"), label: t("docs.numberHint") },
    { kind: "search", key: "party", hint: t("docs.partyHint"), label: t("docs.partyHint") },
    { kind: "amounts", from: "min", to: "max", label: t("docs.amount") },
  ];
  return (
    <>
      <Filters filters={often} values={filter.values} onChange={onChange} />
      <details className="doc-more" open={rare.some((k) => filter.values[k]) || undefined}>
        <summary>{t("docs.more")}</summary>
        <Filters filters={seldom} values={filter.values} onChange={onChange} />
      </details>
    </>
  );
}
