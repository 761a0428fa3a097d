export type Step = { id: string; title: string; /** Everything that it asks for is there. */ done: boolean };

/** A step can be opened when all before it are done. */
export const mayGo = (steps: Step[], to: number) => to >= 0 && to < steps.length && steps.slice(0, to).every((s) => s.done);

/** The step to show: the wanted one, or the first that still lacks something before it. */
export function reachable(steps: Step[], wanted: number): number {
  const gap = steps.findIndex((s) => !s.done);
  const last = gap < 0 ? steps.length - 1 : gap;
  return Math.max(0, Math.min(wanted, last));
}
