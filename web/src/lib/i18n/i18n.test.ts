import { expect, test } from "vitest";
import zh from "./zh/index.ts";
import en from "./en/index.ts";
import zhProblems from "./zh/problems.json";
import enProblems from "./en/problems.json";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, at = ""): Map<string, string> {
  const out = new Map<string, string>();
  for (const [k, v] of Object.entries(tree)) {
    if (typeof v === "string") out.set(at + k, v);
    else for (const [kk, vv] of flat(v, `${at}${k}.`)) out.set(kk, vv);
  }
  return out;
}
const slots = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();

test("both languages have the same texts with the same slots, and none is empty (PLT-20)", () => {
  const a = flat({ ...zh, problems: zhProblems } as unknown as Tree);
  const b = flat({ ...en, problems: enProblems } as unknown as Tree);
  expect([...b.keys()].sort()).toEqual([...a.keys()].sort());
  for (const [key, text] of a) {
    expect(text.trim(), key).not.toBe("");
    expect(b.get(key)!.trim(), key).not.toBe("");
    expect(slots(b.get(key)!), key).toEqual(slots(text));
  }
});

test("English texts hold no Chinese characters but the name of the language", () => {
  const mixed = [...flat({ ...en, problems: enProblems } as unknown as Tree)].filter(([, v]) => /[\u4e00-\u9fff]/.test(v)).map(([k]) => k);
  expect(mixed).toEqual(["common.language"]);
});
