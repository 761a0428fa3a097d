import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Input } from "../Input.tsx";
import { Select } from "../Select.tsx";
import "./table.css";

export type Filter =
  | { kind: "search"; key: string; hint: string; /** What it says to who cannot see it; "search" without. */ label?: string; max?: number }
  | { kind: "choice"; key: string; label: string; options: { value: string; text: string }[] }
  | { kind: "amounts"; from: string; to: string; label: string }
  | { kind: "dates"; from: string; to: string; label: string };

type Values = Record<string, string>;

/** The keys of the values that the filters set. */
export const keysOf = (filters: Filter[]) => filters.flatMap((f) => ("from" in f ? [f.from, f.to] : [f.key]));

/** A day after the other one moves that one along, so that a range is never upside down. */
export function withDay(f: { from: string; to: string }, values: Values, key: string, day: string): Values {
  const next = { ...values, [key]: day };
  const [a, b] = [next[f.from], next[f.to]];
  if (a && b && a > b) next[key === f.from ? f.to : f.from] = day;
  return next;
}

/** What narrows a list: words, choices, a range of days. */
export function Filters({ filters, values, onChange }: { filters: Filter[]; values: Values; onChange: (v: Values) => void }) {
  const { t } = useTranslation();
  const set = (key: string, v: string) => onChange({ ...values, [key]: v });
  const narrowed = keysOf(filters).some((k) => values[k]);
  return (
    <form className="filters" role="search" onSubmit={(e) => e.preventDefault()}>
      {filters.map((f) => {
        if (f.kind === "search") return <Input.Search key={`${f.key}-${values[f.key] ?? ""}`} aria-label={f.label ?? t("common.search")} placeholder={f.hint} maxLength={f.max} defaultValue={values[f.key]} onSearch={(v) => set(f.key, v.trim())} />;
        if (f.kind === "choice") return <Select key={f.key} label={f.label} value={values[f.key] ?? ""} onChange={(v) => set(f.key, v)} options={[{ value: "", text: t("common.all") }, ...f.options]} />;
        if (f.kind === "amounts") return <Amounts key={`${f.from}-${values[f.from] ?? ""}-${values[f.to] ?? ""}`} label={f.label} from={values[f.from]} to={values[f.to]} onChange={(a, b) => onChange({ ...values, [f.from]: a, [f.to]: b })} />;
        return (
          <fieldset key={f.from} className="dates">
            <legend className="soft small">{f.label}</legend>
            <input type="date" className="input" aria-label={`${f.label} ${t("table.from")}`} value={values[f.from] ?? ""} onChange={(e) => onChange(withDay(f, values, f.from, e.target.value))} />
            <span aria-hidden>–</span>
            <input type="date" className="input" aria-label={`${f.label} ${t("table.to")}`} value={values[f.to] ?? ""} onChange={(e) => onChange(withDay(f, values, f.to, e.target.value))} />
          </fieldset>
        );
      })}
      {narrowed ? <Button type="link" onClick={() => onChange(Object.fromEntries(keysOf(filters).map((k) => [k, ""])))}>{t("table.clear")}</Button> : null}
    </form>
  );
}

/** From so much to so much; it counts when Enter is pressed or the field is left. */
function Amounts({ label, from = "", to = "", onChange }: { label: string; from?: string; to?: string; onChange: (from: string, to: string) => void }) {
  const { t } = useTranslation();
  const [entry, setEntry] = useState([from, to]);
  const figure = (s: string) => s.replace(/[^\d.]/g, "");
  const commit = () => (entry[0] !== from || entry[1] !== to) && onChange(entry[0]!, entry[1]!);
  const field = (i: 0 | 1, say: string) => <input className="input" inputMode="decimal" aria-label={`${label} ${say}`} value={entry[i]} onBlur={commit} onKeyDown={(e) => e.key === "Enter" && commit()} onChange={(e) => setEntry(i ? [entry[0]!, figure(e.target.value)] : [figure(e.target.value), entry[1]!])} />;
  return (
    <fieldset className="dates amounts">
      <legend className="soft small">{label}</legend>
      {field(0, t("table.from"))}
      <span aria-hidden>–</span>
      {field(1, t("table.to"))}
    </fieldset>
  );
}
