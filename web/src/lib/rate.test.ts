import { expect, test } from "vitest";
import { rateOf, remaining, sampled, type Sample } from "./rate.ts";

const feed = (points: [number, number][]) => points.reduce<Sample[]>((list, [at, done]) => sampled(list, { at, done }), []);

test("the rate is that of the last minute, not of the whole run", () => {
  const list = feed([[0, 0], [30_000, 300], [70_000, 310], [100_000, 330], [130_000, 350]]);
  expect(list[0]!.at).toBe(70_000);
  expect(rateOf(list) * 60_000).toBeCloseTo(40);
});

test("after a long silence there are still two samples", () => {
  expect(rateOf(feed([[0, 0], [600_000, 100]])) * 60_000).toBeCloseTo(10);
});

test("nothing is known at first, and a run that begins anew is measured anew", () => {
  expect(rateOf(feed([[0, 5]]))).toBe(0);
  expect(feed([[0, 0], [1000, 50], [2000, 3]])).toEqual([{ at: 2000, done: 3 }]);
  expect(feed([[1000, 5], [1000, 9]])).toHaveLength(1);
});

test.each([
  [10, 1 / 1000, { value: 10, unit: "second" }], [600, 1 / 1000, { value: 10, unit: "minute" }], [7200, 1 / 1000, { value: 2, unit: "hour" }], [10, 0, undefined], [0, 1, undefined], [1, 100, { value: 1, unit: "second" }],
])("%i left at %d a millisecond", (left, rate, said) => expect(remaining(left, rate)).toEqual(said));
