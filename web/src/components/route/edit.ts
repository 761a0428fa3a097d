/** What a department does with a document on its way. */
export type Duty = "look" | "seal";
export type Stop = { department: string; duty: Duty };
/** Departments that work at the same time, and how many days they have (0: no limit). */
export type Stage = { stops: Stop[]; days: number };
export type Route = Stage[];
export type RouteFault = { stage: number; code: "noStage" | "emptyStage" | "twice" | "days" };

const MOST_DAYS = 365;

export const addStage = (r: Route): Route => [...r, { stops: [], days: 0 }];
export const removeStage = (r: Route, at: number): Route => r.filter((_, i) => i !== at);

/** Moves a stage by one place; at the ends nothing changes. */
export function moveStage(r: Route, at: number, by: 1 | -1): Route {
  const to = at + by;
  if (!r[at] || !r[to]) return r;
  const next = [...r];
  [next[at], next[to]] = [next[to]!, next[at]!];
  return next;
}

const change = (r: Route, at: number, f: (s: Stage) => Stage): Route => r.map((s, i) => (i === at ? f(s) : s));

export const setDays = (r: Route, at: number, days: number) => change(r, at, (s) => ({ ...s, days }));
export const addStop = (r: Route, at: number, department: string) => change(r, at, (s) => ({ ...s, stops: [...s.stops, { department, duty: "seal" }] }));
export const removeStop = (r: Route, at: number, department: string) => change(r, at, (s) => ({ ...s, stops: s.stops.filter((x) => x.department !== department) }));
export const setDuty = (r: Route, at: number, department: string, duty: Duty) => change(r, at, (s) => ({ ...s, stops: s.stops.map((x) => (x.department === department ? { ...x, duty } : x)) }));

/** The departments that are not on the way yet. */
export function freeFor(r: Route, all: string[]): string[] {
  const used = new Set(r.flatMap((s) => s.stops.map((x) => x.department)));
  return all.filter((d) => !used.has(d));
}

/** Why a route cannot be kept as it stands. */
export function routeFaults(r: Route): RouteFault[] {
  if (!r.length) return [{ stage: -1, code: "noStage" }];
  const seen = new Set<string>();
  return r.flatMap((s, stage) => {
    const out: RouteFault[] = [];
    if (!s.stops.length) out.push({ stage, code: "emptyStage" });
    if (!Number.isInteger(s.days) || s.days < 0 || s.days > MOST_DAYS) out.push({ stage, code: "days" });
    for (const { department } of s.stops) {
      if (seen.has(department)) out.push({ stage, code: "twice" });
      seen.add(department);
    }
    return out;
  });
}
