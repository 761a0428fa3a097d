export type Sample = { at: number; done: number };

const WINDOW_MS = 60_000;
const MOST = 60;

/** Adds what was done by now; samples older than a minute fall out, but never the last two. */
export function sampled(list: Sample[], next: Sample): Sample[] {
  const last = list.at(-1);
  if (last && next.done < last.done) return [next]; // begun anew
  if (last && next.at <= last.at) return list;
  const all = [...list, next];
  const from = all.findIndex((s, i) => s.at >= next.at - WINDOW_MS || i >= all.length - 2);
  return all.slice(from).slice(-MOST);
}

/** Things a millisecond over the samples; 0 while it is unknown. */
export function rateOf(list: Sample[]): number {
  const [a, b] = [list[0], list.at(-1)];
  return a && b && b.at > a.at ? (b.done - a.done) / (b.at - a.at) : 0;
}

/** How long the rest takes, in the largest unit that says enough; undefined while it is unknown. */
export function remaining(left: number, rate: number): { value: number; unit: "second" | "minute" | "hour" } | undefined {
  if (rate <= 0 || left <= 0) return undefined;
  const seconds = left / rate / 1000;
  if (seconds < 60) return { value: Math.max(1, Math.round(seconds)), unit: "second" };
  if (seconds < 5400) return { value: Math.round(seconds / 60), unit: "minute" };
  return { value: Math.round(seconds / 3600), unit: "hour" };
}
