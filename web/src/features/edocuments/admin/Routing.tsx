import { useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Customer, Department, DocumentRoute } from "@/lib/api/types.ts";
import { labelled } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { RouteEditor } from "@/components/route/RouteEditor.tsx";
import { Select } from "@/components/Select.tsx";
import { addStage, addStop } from "@/components/route/edit.ts";
import { boundFen, boundText, emptyRoute, useDepartments, useRouteOrgs } from "../data.ts";
import { placesOf } from "../template.ts";
import { fromEditor, itemAnywhere, itemOf, toEditor, withItem } from "./routes.ts";
import { Stranger } from "./Stranger.tsx";
import type { PartProps } from "./Basics.tsx";

const kinds = ["contract", "official", "name"] as const;

/** Which departments look and seal, by amount. */
export function Routing({ type, edit, faults }: PartProps) {
  const { t } = useTranslation();
  const every = useDepartments().data ?? [];
  const departments = every.filter((d) => !d.closed);
  const saved = useRouteOrgs().data ?? [];
  const [found, setFound] = useState<Customer[]>([]);
  const names = [...every.map((d) => ({ id: d.id, name: d.closed ? `${d.name}（${t("depts.closed")}）` : d.name })), ...saved, ...found];
  const places = placesOf(type.template ?? "");
  const set = (at: number, r: DocumentRoute) => edit({ routes: type.routes.map((x, i) => (i === at ? r : x)) });
  return (
    <section className="card stack" aria-label={t("types.routing")}>
      <div><h2>{t("types.routing")}</h2><p className="soft small">{t("types.routingHelp")}</p></div>
      {type.routes.map((r, i) => (
        <OneRoute key={i} at={i} route={r} places={places} departments={departments} names={names} onFound={(c) => setFound((old) => [...old, c])} faults={Object.entries(faults).filter(([k]) => k.startsWith(`routes.${i}.`)).map(([k, v]) => [k.slice(`routes.${i}.`.length), v])} onChange={(next) => set(i, next)} onRemove={() => edit({ routes: type.routes.filter((_, j) => j !== i) })} />
      ))}
      <div><Button onClick={() => edit({ routes: [...type.routes, emptyRoute] })}>+ {t("types.addRoute")}</Button></div>
      <label className="tick"><input type="checkbox" checked={!!type.selfSign} onChange={(e) => edit({ selfSign: e.target.checked })} /><span>{t("types.selfSign")}<br /><span className="soft small">{t("types.selfSignHelp")}</span></span></label>
      <div style={{ maxWidth: 340 }}><Field label={t("types.dueHours")} help={t("types.dueHelp")} error={faults.dueHours}><Input inputMode="numeric" value={type.dueHours || ""} placeholder="0" onChange={(e) => edit({ dueHours: Number(e.target.value.replace(/\D/g, "").slice(0, 5)) })} /></Field></div>
    </section>
  );
}

type RouteProps = { at: number; route: DocumentRoute; places: string[]; departments: Department[]; names: { id: string; name: string }[]; onFound: (c: Customer) => void; faults: [string, string][]; onChange: (r: DocumentRoute) => void; onRemove: () => void };

function OneRoute({ at, route, places, departments, names, onFound, faults, onChange, onRemove }: RouteProps) {
  const { t } = useTranslation();
  const n = at + 1;
  // Another organisation, or a department that was closed, may stand on it, too.
  const known = [...departments, ...toEditor(route).flatMap((s) => s.stops).filter((s) => !departments.some((d) => d.id === s.department)).map((s) => names.find((x) => x.id === s.department) ?? { id: s.department, name: s.department })];
  const add = (c: Customer) => {
    const now = route.stages.length ? toEditor(route) : addStage([]);
    onFound(c);
    if (!itemAnywhere(route, c.id)) onChange(fromEditor(addStop(now, now.length - 1, c.id), route, departments, places));
  };
  const bound = (key: "from" | "below") => <Bound label={t(`types.${key}`)} value={route[key]} fault={faults.find(([k]) => k === key)?.[1]} onChange={(fen) => onChange({ ...route, [key]: fen })} />;
  return (
    <div className="type-route" role="group" aria-label={t("types.route", { n })}>
      <div className="row between"><h3>{t("types.route", { n })}</h3><Button size="small" danger type="text" onClick={onRemove}>{t("types.removeRoute", { n })}</Button></div>
      <div className="type-grid">{bound("from")}{bound("below")}</div>
      <RouteEditor untimed value={toEditor(route)} departments={known} onChange={(next) => onChange(fromEditor(next, route, departments, places))} more={(stage, id) => <Part route={route} stage={stage} id={id} places={places} departments={departments} onChange={onChange} />} />
      <Stranger onFound={add} />
      {faults.filter(([k]) => k !== "from" && k !== "below").map(([k, v]) => <p key={k} className="field-error">{stageOf(k) ? labelled(t("route.stage", { n: stageOf(k) }), v) : v}</p>)}
    </div>
  );
}

/** One bound of a route in yuan; what is no amount is told here and stays NaN, with which nothing is saved. */
function Bound({ label, value, fault, onChange }: { label: string; value: number | undefined; fault?: string; onChange: (fen: number | undefined) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(boundText(value));
  const shown = Object.is(boundFen(text), value) ? text : boundText(value); // another route may have come to this place
  const entered = (yuan: string) => (setText(yuan), onChange(boundFen(yuan)));
  return <Field label={label} error={Number.isNaN(value) ? t("fault.wanted-money") : fault}><Input inputMode="decimal" placeholder={t("types.noBound")} value={shown} onChange={(e) => entered(e.target.value)} /></Field>;
}

/** The stage that a fault is in, as people count: "stages.1.items.0.name" → 2. */
const stageOf = (pointer: string) => 1 + Number(/^stages\.(\d+)/.exec(pointer)?.[1] ?? -1);

type PartEntry = { route: DocumentRoute; stage: number; id: string; places: string[]; departments: Department[]; onChange: (r: DocumentRoute) => void };

/** A department's place on the page, the kinds of its seal, and its deputy. */
function Part({ route, stage, id, places, departments, onChange }: PartEntry) {
  const { t } = useTranslation();
  const item = itemOf(route, stage, id);
  if (!item) return null;
  const set = (more: Partial<typeof item>) => onChange(withItem(route, stage, id, more));
  const names = [...new Set([item.name, ...places])].map((p) => ({ value: p, text: p }));
  const chosen = item.kinds ?? [];
  const toggle = (k: string) => set({ kinds: chosen.includes(k) ? chosen.filter((x) => x !== k) : [...chosen, k] });
  return (
    <div className="type-part">
      {item.seal && places.length ? <Select label={t("types.placeName")} value={item.name} onChange={(name) => set({ name })} options={names} /> : null}
      {item.seal ? <fieldset className="ticks-row"><legend className="soft small">{t("types.kinds")}{chosen.length ? "" : ` · ${t("types.kindsAny")}`}</legend>{kinds.map((k) => <label key={k} className="tick"><input type="checkbox" checked={chosen.includes(k)} onChange={() => toggle(k)} /><span>{t(`seal.kind_${k}`)}</span></label>)}</fieldset> : null}
      <Select label={t("types.deputy")} value={item.deputy ?? ""} onChange={(d) => set({ deputy: d || undefined, ...(d ? {} : { deputyAtOnce: undefined }) })} options={[{ value: "", text: t("types.noDeputy") }, ...departments.filter((d) => d.id !== id).map((d) => ({ value: d.id, text: d.name }))]} />
      {item.deputy ? <label className="tick"><input type="checkbox" checked={!!item.deputyAtOnce} onChange={(e) => set({ deputyAtOnce: e.target.checked })} /><span>{t("types.atOnce")}</span></label> : null}
    </div>
  );
}
