import { expect, test } from "vitest";
import { toCsv } from "./csv.ts";

test("commas, quotes and line breaks stay inside their cell", () => {
  expect(toCsv(["编号", "名称"], [["1", '他说"好",走了'], ["2", "两\n行"]])).toBe('\ufeff编号,名称\r\n1,"他说""好"",走了"\r\n2,"两\n行"\r\n');
});

test("what a spreadsheet would run is text, figures stay figures", () => {
  expect(toCsv(["a"], [["=1+1"], ["@x"], ["-5.2"], ["+86 138"]])).toBe("\ufeffa\r\n'=1+1\r\n'@x\r\n-5.2\r\n'+86 138\r\n");
});
