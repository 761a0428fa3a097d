import { expect, test } from "vitest";
import type { Case } from "@/lib/api/types.ts";
import { anchor, locate } from "./faults.ts";
import { differing } from "./drafts.ts";

const section = (id: string, editable: boolean, fields: string[]) => ({ id, editable, schema: { properties: Object.fromEntries(fields.map((f) => [f, { title: f }])) } });
const c = { sections: [section("identity", false, ["name"]), section("basic", true, ["company", "bank"])], materials: [{ name: "licence" }] } as unknown as Case;

test("a pointer leads to its entry, whoever wrote it (GAS-5)", () => {
  expect(anchor(locate(c, { pointer: "/basic/company", code: "missing" }))).toBe("basic_company");
  expect(anchor(locate(c, { pointer: "/sections/basic/rows/0/model", code: "missing" }))).toBe("basic_rows_0_model");
  expect(anchor(locate(c, { pointer: "/materials/licence", code: "missing" }))).toBe("material-licence");
  expect(anchor(locate(c, { pointer: "/bank", code: "malformed" }))).toBe("basic_bank");
  expect(anchor(locate(c, { pointer: "/elsewhere", code: "unknown" }))).toBe("case-action");
});

test("two versions of a draft differ by fields", () => {
  expect(differing({ a: 1, b: [1] }, { a: 1, b: [2], c: 3 })).toEqual(["b", "c"]);
});
