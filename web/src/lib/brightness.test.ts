import { expect, test } from "vitest";
import { brightness, DARK } from "./brightness.ts";

test("brightness is the mean luminance of pixels", () => {
  expect(brightness([255, 255, 255, 255])).toBeCloseTo(255);
  expect(brightness([0, 0, 0, 255, 255, 255, 255, 255])).toBeCloseTo(127.5);
  expect(brightness([0, 255, 0, 255])).toBeGreaterThan(brightness([0, 0, 255, 255]));
  expect(brightness([40, 40, 40, 255])).toBeLessThan(DARK);
  expect(brightness([])).toBe(0);
});
