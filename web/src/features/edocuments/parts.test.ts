import { expect, test } from "vitest";
import type { Department } from "@/lib/api/types.ts";
import { isSealed, turnOf } from "./parts.ts";

const departments = (...mine: string[]) => ["finance", "office", "legal"].map((id) => ({ id, name: id, client: "", closed: false, mine: mine.includes(id), members: [] })) as Department[];
const route = [[{ name: "legal", department: "legal", seal: false, done: true }], [{ name: "f", department: "finance", seal: true, deputy: "office" }, { name: "o", department: "office", seal: true }]];
const d = { route, current: 1, roles: ["signer"], open: ["seal", "approve", "reject"] };

test("one's own part comes before a deputy's", () => {
  expect(turnOf(d, departments("finance")).seal?.name).toBe("f");
  expect(turnOf(d, departments("office")).seal?.name).toBe("o");
  expect(turnOf(d, departments("legal"))).toEqual({ seal: undefined, look: undefined });
});

test("who has no turn has nothing to do", () => {
  expect(turnOf({ ...d, roles: ["handled"], open: [] }, departments("finance"))).toEqual({});
  expect(turnOf({ ...d, current: 2 }, departments("finance")).seal).toBeUndefined();
});

test("a look is no seal", () => {
  expect(isSealed(d)).toBe(false);
  expect(isSealed({ route: [[{ name: "f", seal: true, done: true }]] })).toBe(true);
});
