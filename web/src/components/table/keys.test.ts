import { expect, test } from "vitest";
import { rowKey } from "./keys.ts";

test.each([
  ["j", 0, 1], ["ArrowDown", 4, 4], ["k", 0, 0], ["ArrowUp", 3, 2], ["Home", 3, 0], ["End", 1, 4],
])("%s from row %i goes to row %i of five", (key, from, to) => expect(rowKey(key, false, from, 5)).toEqual({ at: to, act: undefined }));

test("space chooses, Enter opens, shift extends, and other keys are left alone", () => {
  expect(rowKey(" ", false, 2, 5)).toEqual({ at: 2, act: "toggle" });
  expect(rowKey("Enter", false, 2, 5)).toEqual({ at: 2, act: "open" });
  expect(rowKey("J", true, 2, 5)).toEqual({ at: 3, act: "extend" });
  expect(rowKey("x", false, 2, 5)).toBeUndefined();
});
