import { expect, test } from "vitest";
import { boundFen, boundText, exampleNumber, yuan } from "./data.ts";
import { fieldsOf, placesOf } from "./template.ts";

const source = `---
id: order
| field | type | required | printed | 中文 | English | example |
| key   | text | yes | yes | 订单号 | Order number | A-1 |
| total | money | yes | yes | 金额 | Total | 100 |
| lines | list | no | yes | 明细 | Lines | |
---
:::seal name="finance-seal" size=42
:::seal size=42 name=office
`;

test("a template says its fields and the places of its seals", () => {
  expect(fieldsOf(source)).toEqual([{ name: "key", type: "text", title: "订单号" }, { name: "total", type: "money", title: "金额" }]);
  expect(placesOf(source)).toEqual(["finance-seal", "office"]);
  expect(fieldsOf("no head")).toEqual([]);
});

test("amounts are kept in fen and shown in yuan", () => {
  expect(yuan(4321000)).toBe("43,210.00");
  expect(["", " 100000.01 ", "0.5"].map(boundFen)).toEqual([undefined, 10000001, 50]);
  expect(["x", "100,000", "1e3", "1.234", "-1"].map(boundFen)).toEqual([NaN, NaN, NaN, NaN, NaN]); // no missing bound: nothing is saved with it
  expect(boundText(10000001)).toBe("100000.01");
});

test("a rule shows what its numbers look like", () => {
  const day = new Date(2026, 10, 5);
  expect(exampleNumber({ prefix: "PO", date: "month", digits: 5 }, day)).toBe("PO-202611-00001");
  expect(exampleNumber({ prefix: "JS", date: "", digits: 3 }, day)).toBe("JS-001");
});
