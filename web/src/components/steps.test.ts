import { expect, test } from "vitest";
import { mayGo, reachable, type Step } from "./steps.ts";

const steps = (...done: boolean[]): Step[] => done.map((d, i) => ({ id: String(i), title: "", done: d }));

test("forward only over what is done, back at any time", () => {
  const s = steps(true, true, false, false);
  expect([0, 1, 2, 3, 4].map((i) => mayGo(s, i))).toEqual([true, true, true, false, false]);
});

test("when an earlier step loses what it had, one is taken back to it", () => {
  expect(reachable(steps(true, false, true), 2)).toBe(1);
  expect(reachable(steps(true, true, true), 2)).toBe(2);
  expect(reachable(steps(false), 5)).toBe(0);
});
