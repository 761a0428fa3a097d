import { expect, test } from "vitest";
import { addStage, addStop, freeFor, moveStage, removeStage, removeStop, routeFaults, setDays, setDuty, type Route } from "./edit.ts";

const two = (): Route => addStop(addStop(addStop(addStage(addStage([])), 0, "finance"), 0, "legal"), 1, "board");

test("departments of one stage work side by side, stages one after the other", () => {
  expect(two().map((s) => s.stops.map((x) => x.department))).toEqual([["finance", "legal"], ["board"]]);
  expect(moveStage(two(), 0, 1).map((s) => s.stops.length)).toEqual([1, 2]);
  expect(moveStage(two(), 0, -1)).toEqual(two());
  expect(moveStage(two(), 1, 1)).toEqual(two());
  expect(removeStage(two(), 0).flatMap((s) => s.stops.map((x) => x.department))).toEqual(["board"]);
});

test("a department stands in a route once", () => {
  expect(freeFor(two(), ["finance", "legal", "board", "sales"])).toEqual(["sales"]);
  expect(freeFor(removeStop(two(), 0, "legal"), ["legal", "board"])).toEqual(["legal"]);
  expect(routeFaults(addStop(two(), 1, "legal"))).toEqual([{ stage: 1, code: "twice" }]);
});

test("what is missing is said by stage", () => {
  expect(routeFaults([])).toEqual([{ stage: -1, code: "noStage" }]);
  expect(routeFaults(addStage(two()))).toEqual([{ stage: 2, code: "emptyStage" }]);
  expect(routeFaults(setDays(two(), 1, 400))).toEqual([{ stage: 1, code: "days" }]);
  expect(routeFaults(setDays(two(), 1, NaN))).toEqual([{ stage: 1, code: "days" }]);
  expect(routeFaults(setDays(two(), 0, 3))).toEqual([]);
});

test("duties change one department only", () => {
  expect(setDuty(two(), 0, "legal", "look")[0]!.stops).toEqual([{ department: "finance", duty: "seal" }, { department: "legal", duty: "look" }]);
});
