import i18n from "i18next";
import { beforeAll, expect, test } from "vitest";
import en from "./i18n/en/index.ts";
import enProblems from "./i18n/en/problems.json";
import zh from "./i18n/zh/index.ts";
import zhProblems from "./i18n/zh/problems.json";
import { ApiError } from "./api/client.ts";
import { fieldErrorText, problemText } from "./problem.ts";

beforeAll(async () => {
  await i18n.init({ lng: "zh", resources: { zh: { translation: zh, problems: zhProblems }, en: { translation: en, problems: enProblems } }, interpolation: { escapeValue: false } });
});

async function both(code: string, params?: Record<string, unknown>): Promise<string[]> {
  const out = [];
  for (const lang of ["zh", "en"]) {
    await i18n.changeLanguage(lang);
    out.push(fieldErrorText({ code, params }, i18n.t));
  }
  return out;
}

test("a fault at a field says what is wanted, in both languages (GAS-5, DOC-2)", async () => {
  expect(await both("malformed", { format: "date" })).toEqual(["须为日期，如 2026-11-22", "Must be a date such as 2026-11-22"]);
  expect(await both("malformed", { format: "money" })).toEqual(["须为金额，如 1234.50，最多两位小数", "Must be an amount such as 1234.50, with at most two decimals"]);
  expect(await both("too-long", { max: 200, unit: "characters" })).toEqual(["内容太长，最多 200 个字", "Too long: at most 200 characters"]);
  expect(await both("too-short", { min: 2, unit: "entries" })).toEqual(["至少 2 项", "At least 2 entries"]);
  expect(await both("out-of-range", { min: 0, max: 60 })).toEqual(["须在 0 到 60 之间", "Must be between 0 and 60"]);
  expect(await both("out-of-range", { min: 0 })).toEqual(["不能小于 0", "Must be at least 0"]);
  expect(await both("out-of-range", { latest: "2026-11-22" })).toEqual(["不能晚于 2026-11-22", "Must not be after 2026-11-22"]);
  const options = [{ zh: "货物", en: "Goods" }, { zh: "服务", en: "Service" }];
  expect(await both("not-allowed", { options })).toEqual(["须为其中之一：货物、服务", "Must be one of: Goods, Service"]);
  expect(await both("not-allowed", { options, more: 3 })).toEqual(["须为其中之一：货物、服务 …", "Must be one of: Goods, Service …"]);
});

test("where nothing is known of what is wanted the fault is told as before", async () => {
  expect(await both("malformed", { format: "signature-drawing" })).toEqual(["格式不对，请核对", "This does not look right; please check"]);
  expect((await both("too-long", { max: 72 }))[0]).toBe("内容太长");
  expect((await both("malformed", { line: 3, detail: "x" }))[0]).toBe("第 3 行有错误：x");
});

test("a refusal is told by its code, with the time on China's clock, and never by a status of HTTP", async () => {
  await i18n.changeLanguage("zh");
  const say = (code: string, status: number, more = {}) => problemText(new ApiError({ code, status, title: "Locked", detail: "too many failed checks", ...more }), i18n.t);
  expect(say("face-resting", 423, { params: { until: "2026-11-22T10:00:00Z" } })).toEqual({ title: "人脸核验已暂停", help: "24 小时内失败次数已达上限，2026/11/22 18:00 后可以再试；也可以选择由工作人员核验。" });
  expect(say("uscc-taken", 409).title).toBe("该统一社会信用代码已注册");
  expect(say("of-a-later-version", 409).title).toBe("出了点问题");
  expect(say("of-a-later-version", 503).title).toBe("服务器暂时没能完成");
  expect(say("offline", 0).title).toBe("连不上服务器");
});
