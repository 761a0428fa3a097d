import { expect, test } from "vitest";
import { isSealed } from "./parts.ts";

test("a look is no seal", () => {
  expect(isSealed({ route: [[{ name: "l", seal: false, done: true }], [{ name: "f", seal: true }]] })).toBe(false);
  expect(isSealed({ route: [[{ name: "f", seal: true, done: true }]] })).toBe(true);
});
