import { expect, test } from "vitest";
import type { Department, DocumentType } from "@/lib/api/types.ts";
import { draftOf, frameFaults, frameOf, makersOf, valueFaults } from "./drafting.ts";

const order = { id: "PO", keyField: "orderNumber", amountField: "total", template: "x" } as DocumentType;

test("what the template says is not asked for again; a finished PDF says nothing", () => {
  expect(frameOf(order, false)).toEqual(["party", "date"]);
  expect(frameOf(order, true)).toEqual(["key", "party", "amount", "date"]);
});

test("data or a file is sent, never both, and nothing empty", () => {
  const entry = { type: "", key: "K-1", party: " ", title: " 标题 ", upload: "file_1", values: { total: "5" } };
  expect(draftOf(order, entry, false)).toEqual({ type: "PO", title: "标题", values: { total: "5" } });
  expect(draftOf(order, entry, true)).toEqual({ type: "PO", key: "K-1", title: "标题", upload: "file_1" });
});

test("faults are found wherever the server says that they are", () => {
  const errors = [{ pointer: "/values/total", code: "missing" }, { pointer: "/sections/data/values/lines/0/name", code: "malformed" }, { pointer: "/sections/data/upload", code: "unknown" }, { pointer: "/key", code: "missing" }];
  expect(valueFaults(errors).map((e) => e.pointer)).toEqual(["/total", "/lines/0/name"]);
  expect(Object.keys(frameFaults(errors))).toEqual(["upload", "key"]);
});

test("a type may be made by some departments only, by open ones, and by one's own", () => {
  const d = (id: string, mine: boolean, closed = false) => ({ id, mine, closed, name: id, client: "", members: [] }) as Department;
  const all = [d("a", true), d("b", true), d("c", false), d("e", true, true)];
  expect(makersOf({}, all).map((x) => x.id)).toEqual(["a", "b"]);
  expect(makersOf({ creators: ["b", "c"] }, all).map((x) => x.id)).toEqual(["b"]);
});
