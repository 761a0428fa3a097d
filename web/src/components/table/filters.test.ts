import { expect, test } from "vitest";
import { keysOf, withDay } from "./Filters.tsx";
import { firstHidden, type Column } from "./columns.ts";

test("a range of days is never upside down", () => {
  const f = { from: "a", to: "b" };
  expect(withDay(f, { a: "2026-01-05", b: "2026-01-10" }, "a", "2026-02-01")).toEqual({ a: "2026-02-01", b: "2026-02-01" });
  expect(withDay(f, { a: "2026-01-05", b: "2026-01-10" }, "b", "2026-01-01")).toEqual({ a: "2026-01-01", b: "2026-01-01" });
  expect(withDay(f, { a: "2026-01-05" }, "b", "2026-01-09")).toEqual({ a: "2026-01-05", b: "2026-01-09" });
  expect(withDay(f, { a: "2026-01-05", b: "2026-01-10" }, "a", "")).toEqual({ a: "", b: "2026-01-10" });
});

test("every filter names what it sets", () => {
  expect(keysOf([{ kind: "search", key: "q", hint: "" }, { kind: "choice", key: "state", label: "", options: [] }, { kind: "dates", from: "from", to: "to", label: "" }])).toEqual(["q", "state", "from", "to"]);
});

test("columns are hidden as chosen on this device, and only those that may be", () => {
  const columns: Column<string>[] = [{ key: "number", title: "", cell: String }, { key: "size", title: "", cell: String, optional: "hidden" }, { key: "date", title: "", cell: String, optional: true }];
  expect(firstHidden(columns, null)).toEqual(["size"]);
  expect(firstHidden(columns, "date,number,gone")).toEqual(["date"]);
  expect(firstHidden(columns, "")).toEqual([]);
});
