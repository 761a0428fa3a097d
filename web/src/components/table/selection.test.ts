import { expect, test } from "vitest";
import { choose, countChosen, everything, isChosen, nothing, pageState, toggle } from "./selection.ts";

test("rows chosen on one page stay chosen on the next", () => {
  const s = choose(choose(nothing, ["a", "b"], true), ["c"], true);
  expect(countChosen(s, 100)).toBe(3);
  expect(countChosen(toggle(s, "b"), 100)).toBe(2);
  expect(isChosen(s, "z")).toBe(false);
});

test("all that match but a few: rows that were never loaded are chosen too", () => {
  const s = toggle(toggle(everything, "a"), "b");
  expect(isChosen(s, "a")).toBe(false);
  expect(isChosen(s, "never loaded")).toBe(true);
  expect(countChosen(s, 1000)).toBe(998);
  expect(countChosen(toggle(s, "a"), 1000)).toBe(999);
});

test("the box in the head knows none, some and all", () => {
  expect(pageState(nothing, ["a", "b"])).toBe("none");
  expect(pageState(toggle(nothing, "a"), ["a", "b"])).toBe("some");
  expect(pageState(choose(nothing, ["a", "b"], true), ["a", "b"])).toBe("all");
  expect(pageState(toggle(everything, "a"), ["a"])).toBe("none");
  expect(pageState(everything, [])).toBe("none");
});
