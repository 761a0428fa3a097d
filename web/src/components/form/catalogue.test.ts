import { expect, test } from "vitest";
import { withFlow } from "./catalogue.ts";

const catalogue = [{ name: "大锅灶", flow: "6.0" }, { name: "燃气烤箱", flow: "2.4" }];
const rows = (...appliances: object[]) => ({ appliances });

test("choosing an appliance fills in its rated flow", () => {
  expect(withFlow(rows({}), rows({ name: "大锅灶" }), catalogue)).toEqual(rows({ name: "大锅灶", flow: "6.0" }));
  expect(withFlow(rows({ name: "大锅灶", flow: "6.0" }), rows({ name: "燃气烤箱", flow: "6.0" }), catalogue)).toEqual(rows({ name: "燃气烤箱", flow: "2.4" }));
});

test("what the person entered stays", () => {
  const own = rows({ name: "大锅灶", flow: "5.5" });
  expect(withFlow(rows({ name: "大锅灶", flow: "6.0" }), own, catalogue)).toBe(own);
  const free = rows({ name: "自制灶", flow: "7" });
  expect(withFlow(rows({ name: "自制灶" }), free, catalogue)).toBe(free);
  const typed = rows({ name: "大锅灶", flow: "7" });
  expect(withFlow(rows({ flow: "7" }), typed, catalogue)).toBe(typed);
});

test("forms without the list are left alone", () => {
  const other = { name: "大锅灶" };
  expect(withFlow({}, other, catalogue)).toBe(other);
});
