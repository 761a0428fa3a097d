import { expect, test } from "vitest";
import { withFlow } from "./catalogue.ts";

const catalogue = [{ name: "大锅灶", flow: "6.0" }, { name: "燃气烤箱", flow: "2.4" }, { name: "其他", flow: "" }];
const rows = (...appliances: object[]) => ({ appliances });

test("choosing an appliance fills in its rated flow", () => {
  expect(withFlow(rows({}), rows({ name: "大锅灶" }), catalogue)).toEqual(rows({ name: "大锅灶", flow: "6.0" }));
  expect(withFlow(rows({ name: "大锅灶", flow: "6.0" }), rows({ name: "燃气烤箱", flow: "6.0" }), catalogue)).toEqual(rows({ name: "燃气烤箱", flow: "2.4" }));
});

test("the catalogue's flow counts", () => {
  expect(withFlow(rows({ name: "大锅灶", flow: "6.0" }), rows({ name: "大锅灶", flow: "5.5" }), catalogue)).toEqual(rows({ name: "大锅灶", flow: "6.0" }));
});

test("of what the catalogue does not have, what the person entered stays", () => {
  const own = rows({ name: "其他", flow: "7" });
  expect(withFlow(rows({ name: "其他" }), own, catalogue)).toBe(own);
  expect(withFlow(rows({ name: "大锅灶", flow: "6.0" }), rows({ name: "其他", flow: "6.0" }), catalogue)).toEqual(rows({ name: "其他", flow: undefined }));
  const typed = rows({ name: "其他", flow: "7" });
  expect(withFlow(rows({ flow: "7" }), typed, catalogue)).toBe(typed);
});

test("forms without the list are left alone", () => {
  const other = { name: "大锅灶" };
  expect(withFlow({}, other, catalogue)).toBe(other);
});
