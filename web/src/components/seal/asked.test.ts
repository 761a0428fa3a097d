import { beforeEach, expect, test, vi } from "vitest";
import { askedList, doneAsked, forgetAsked, keepAsked } from "./asked.ts";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v) });
});

const asked = (approval: string, cases: string[]) => ({ approval, seal: "s", title: "章", action: "seal", cases });

test("a selection is kept until it was sealed, in whatever order", () => {
  keepAsked(asked("a1", ["c1", "c2"]));
  keepAsked(asked("a2", ["c3"]));
  doneAsked("s", ["c2", "c1"]);
  expect(askedList().map((a) => a.approval)).toEqual(["a2"]);
  doneAsked("other", ["c3"]);
  expect(askedList()).toHaveLength(1);
  forgetAsked("a2");
  expect(askedList()).toEqual([]);
});

test("what is not ours in the store does no harm", () => {
  kept.set("cinnabar.askedSealing", "{not json");
  expect(askedList()).toEqual([]);
  kept.set("cinnabar.askedSealing", "{}");
  expect(askedList()).toEqual([]);
});
