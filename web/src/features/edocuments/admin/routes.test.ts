import { expect, test } from "vitest";
import type { Department, DocumentRoute } from "@/lib/api/types.ts";
import { addStage, addStop, moveStage, setDuty } from "@/components/route/edit.ts";
import { fromEditor, itemAnywhere, itemOf, toEditor, withItem } from "./routes.ts";

const departments = ["finance", "office", "legal"].map((id) => ({ id, name: id })) as Department[];
const before: DocumentRoute = { from: 100, stages: [{ items: [{ name: "look", department: "legal", seal: false }] }, { items: [{ name: "finance-seal", department: "finance", seal: true, deputy: "office", kinds: ["contract"] }] }] };

test("what the editor does not know of a part stays when the way is changed", () => {
  const moved = fromEditor(moveStage(toEditor(before), 0, 1), before, departments, ["finance-seal"]);
  expect(moved.from).toBe(100);
  expect(moved.stages[0]!.items[0]).toEqual(before.stages[1]!.items[0]);
  expect(fromEditor(setDuty(toEditor(before), 1, "finance", "look"), before, departments, []).stages[1]!.items[0]).toMatchObject({ seal: false, deputy: "office" });
});

test("a new part gets a place of the template that is free", () => {
  const more = addStop(addStage(toEditor(before)), 2, "office");
  expect(fromEditor(more, before, departments, ["finance-seal", "office-seal"]).stages[2]!.items).toEqual([{ name: "office-seal", seal: true, department: "office" }]);
  expect(fromEditor(more, before, departments, ["finance-seal"]).stages[2]!.items[0]!.name).toMatch(/^part-\d+$/);
});

test("one part is changed and no other", () => {
  const changed = withItem(before, 1, "finance", { deputy: undefined });
  expect(itemOf(changed, 1, "finance")?.deputy).toBeUndefined();
  expect(itemOf(changed, 0, "legal")).toEqual(before.stages[0]!.items[0]);
});

test("another organisation is added like a department, and known as one", () => {
  const more = fromEditor(addStop(toEditor(before), 1, "org_1"), before, departments, ["finance-seal", "office-seal"]);
  expect(more.stages[1]!.items[1]).toEqual({ name: "office-seal", seal: true, org: "org_1" });
  expect([itemAnywhere(more, "org_1"), itemAnywhere(before, "org_1")]).toEqual([true, false]);
});
