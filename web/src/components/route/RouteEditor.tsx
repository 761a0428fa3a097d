import type { ReactNode } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Empty } from "../Empty.tsx";
import { Field } from "../Field.tsx";
import { Input } from "../Input.tsx";
import { Select } from "../Select.tsx";
import { addStage, addStop, freeFor, moveStage, removeStage, removeStop, routeFaults, setDays, setDuty, type Duty, type Route, type Stage, type Stop } from "./edit.ts";
import "./route.css";

type Departments = { id: string; name: string }[];
type Props = { value: Route; onChange: (r: Route) => void; departments: Departments; /** Say what is missing; not before somebody tried to save. */ showFaults?: boolean; /** Stages have no time limit of their own. */ untimed?: boolean; /** More about a department of a stage, below its row. */ more?: (stage: number, department: string) => ReactNode };

/** The way of a document: stages one after the other, in each of them departments at the same time. */
export function RouteEditor({ value, onChange, departments, showFaults, untimed, more }: Props) {
  const { t } = useTranslation();
  const faults = showFaults ? routeFaults(value) : [];
  return (
    <div className="route">
      {value.length ? (
        <ol className="route-stages">
          {value.map((s, i) => (
            <StageCard key={i} route={value} stage={s} at={i} departments={departments} onChange={onChange} untimed={untimed} more={more} faults={faults.filter((f) => f.stage === i).map((f) => t(`route.fault_${f.code}`))} />
          ))}
        </ol>
      ) : <Empty title={t("route.empty")}>{t("route.emptyHelp")}</Empty>}
      {faults.filter((f) => f.stage < 0).map((f) => <p key={f.code} className="field-error">{t(`route.fault_${f.code}`)}</p>)}
      <div><Button onClick={() => onChange(addStage(value))}>+ {t("route.addStage")}</Button></div>
    </div>
  );
}

type StageProps = { route: Route; stage: Stage; at: number; departments: Departments; onChange: (r: Route) => void; faults: string[]; untimed?: boolean; more?: Props["more"] };

function StageCard({ route, stage, at, departments, onChange, faults, untimed, more }: StageProps) {
  const { t } = useTranslation();
  const n = at + 1;
  const free = freeFor(route, departments.map((d) => d.id));
  const name = (id: string) => departments.find((d) => d.id === id)?.name ?? id;
  return (
    <li className={`route-stage${faults.length ? " route-bad" : ""}`}>
      <div className="row between">
        <h3>{t("route.stage", { n })}{stage.stops.length > 1 ? <span className="soft small"> · {t("route.parallel")}</span> : null}</h3>
        <span className="row">
          <Button size="small" disabled={at === 0} onClick={() => onChange(moveStage(route, at, -1))} aria-label={t("route.stageUp", { n })}>↑</Button>
          <Button size="small" disabled={at === route.length - 1} onClick={() => onChange(moveStage(route, at, 1))} aria-label={t("route.stageDown", { n })}>↓</Button>
          <Button size="small" type="text" danger onClick={() => onChange(removeStage(route, at))} aria-label={t("route.removeStage", { n })}>×</Button>
        </span>
      </div>
      {stage.stops.length ? <ul className="route-stops">{stage.stops.map((s) => <StopRow key={s.department} stop={s} name={name(s.department)} onDuty={(d) => onChange(setDuty(route, at, s.department, d))} onRemove={() => onChange(removeStop(route, at, s.department))}>{more?.(at, s.department)}</StopRow>)}</ul> : null}
      {faults.map((f) => <p key={f} className="field-error">{f}</p>)}
      <div className="route-foot">
        {free.length ? <Select label={t("route.addDepartment")} value="" onChange={(d) => d && onChange(addStop(route, at, d))} options={[{ value: "", text: t("cases.select") }, ...free.map((d) => ({ value: d, text: name(d) }))]} /> : null}
        {untimed ? null : <Field label={t("route.days")}><Input inputMode="numeric" placeholder={t("route.noLimit")} value={stage.days || ""} onChange={(e) => onChange(setDays(route, at, Number(e.target.value.replace(/\D/g, ""))))} /></Field>}
      </div>
    </li>
  );
}

function StopRow({ stop, name, onDuty, onRemove, children }: { stop: Stop; name: string; onDuty: (d: Duty) => void; onRemove: () => void; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <li className="row between">
      <strong className="grow">{name}</strong>
      <Select hideLabel label={t("route.does", { name })} value={stop.duty} onChange={(v) => onDuty(v as Duty)} options={[{ value: "seal", text: t("route.seal") }, { value: "look", text: t("route.look") }]} />
      <Button size="small" type="text" onClick={onRemove} aria-label={t("route.removeDepartment", { name })}>×</Button>
      {children ? <div className="route-more">{children}</div> : null}
    </li>
  );
}
