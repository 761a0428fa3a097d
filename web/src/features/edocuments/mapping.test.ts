import { expect, test } from "vitest";
import { columnOf, link, unfilled } from "./mapping.ts";

const fields = [{ name: "key", required: true }, { name: "remark", required: false }].map((f) => ({ ...f, title: { zh: f.name, en: f.name } }));

test("a column is linked, changed and taken away again", () => {
  const one = link({ columns: [{ column: 3, field: "remark" }] }, "key", 1);
  expect(one.columns).toEqual([{ column: 1, field: "key" }, { column: 3, field: "remark" }]);
  expect(columnOf(link(one, "key", 2), "key")).toBe(2);
  expect(unfilled(fields, one)).toEqual([]);
  expect(unfilled(fields, link(one, "key", undefined)).map((f) => f.name)).toEqual(["key"]);
});
