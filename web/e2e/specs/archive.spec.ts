import type { Locator, Page } from "@playwright/test";
import { accessible, demo, expect, test } from "../lib/test.ts";
import * as staff from "../lib/staff.ts";

const TITLES = "编号,单位,信用代码,地址,生效日期,到期日期,文件名";

test("old contracts: faults are told by the table's rows and titles, and nothing is taken in by halves; GAS-13", async ({ people }) => {
  const page = await people.signedIn("clerk");
  const table = (uscc: string) => ({ name: "old.csv", mimeType: "text/csv", buffer: Buffer.from(`\ufeff${TITLES}\r\nGQ-2019-1,示例市𠮷祥𬭎食品有限公司,91350100MA0000002T,示例市和平路 9 号,2019-03-01,2029-02-28,a.pdf\r\nGQ-2019-2,示例市𠮷祥𬭎食品有限公司,${uscc},示例市和平路 10 号,2019-03-01,2029-02-28,b.pdf\r\n`) });
  const [a, b] = await scansOf(page, ["/help", "/inbox"]);
  await page.goto("/archive/import");
  const files = page.locator("input[type=file]:not([capture])");
  await files.first().setInputFiles(table("9135BAD"));
  await files.nth(1).setInputFiles([{ ...a!, name: "a.pdf" }, { ...b!, name: "b.pdf" }]);
  await expect(page.getByText("2 个文件")).toBeVisible();
  await page.getByRole("button", { name: "开始导入" }).click();
  await expect(page.getByText(/^第 3 行 信用代码/)).toBeVisible();
  await accessible(page);
  await files.first().setInputFiles(table("91350100MA0000002T"));
  await page.getByRole("button", { name: "开始导入" }).click();
  await expect(page.getByText("已入库 2 份")).toBeVisible();
  await expect(page.getByRole("button", { name: "开始导入" })).toBeDisabled();
  await page.goto("/archive");
  await page.getByRole("searchbox").first().fill("𬭎食品");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row").filter({ hasText: "GQ-2019-" })).toHaveCount(2);
});

/** Prints of the pages named, once they show something: no two scans may be the same. */
async function scansOf(page: Page, paths: string[]) {
  const scans = [];
  for (const path of paths) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    scans.push({ name: `${path.slice(1)}.pdf`, mimeType: "application/pdf", buffer: await page.pdf() });
  }
  return scans;
}

/** Brings contracts in whose scans are prints of the pages named. */
async function bringIn(page: Page, contracts: Record<string, string>) {
  const scans = await scansOf(page, Object.keys(contracts));
  await page.goto("/archive/import");
  const lines = Object.entries(contracts).map(([path, line]) => `${line},${path.slice(1)}.pdf`);
  const files = page.locator("input[type=file]:not([capture])");
  await files.first().setInputFiles({ name: "old.csv", mimeType: "text/csv", buffer: Buffer.from(`\ufeff${[TITLES, ...lines].join("\r\n")}\r\n`) });
  await files.nth(1).setInputFiles(scans);
  await expect(page.getByText(`${scans.length} 个文件`)).toBeVisible();
  await page.getByRole("button", { name: "开始导入" }).click();
  await expect(page.getByText(`已入库 ${scans.length} 份`)).toBeVisible();
}

async function find(page: Page, words: string, state?: string): Promise<Locator> {
  await page.goto(`/archive?${new URLSearchParams({ q: words, ...(state ? { state } : {}) }).toString()}`);
  return page.getByRole("row").filter({ hasText: words });
}

const LATER = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

test("an old contract is put right, taken out and brought back; GAS-13", async ({ people }) => {
  const page = await people.signedIn("clerk");
  await bringIn(page, { "/account": "GQ-2018-1,示例市错字食品有限公司,91350100MA0000002T,示例市和平路 11 号,2018-03-01,2029-02-28" });
  await (await find(page, "GQ-2018-1")).getByRole("link", { name: "GQ-2018-1", exact: true }).click();
  await page.getByRole("button", { name: "更正档案" }).click();
  const form = page.getByRole("dialog");
  await expect(form.locator("#amend_number")).toHaveValue("GQ-2018-1");
  await form.locator("#amend_company").fill("示例市𠮷祥𬭎食品有限公司");
  await form.locator("#amend_uscc").fill("91350100MA0000002X");
  await form.getByRole("button", { name: "更正档案" }).click();
  await expect(form.locator("#amend_uscc__error")).toBeVisible();
  await expect(form.locator("#amend_reason__error")).toBeVisible();
  await accessible(page);
  await form.locator("#amend_uscc").fill("91350100MA0000002T");
  await form.locator("#amend_reason").fill("录入错误");
  await form.getByRole("button", { name: "更正档案" }).click();
  await expect(form).toHaveCount(0);
  await expect(page.locator("del", { hasText: "示例市错字食品有限公司" })).toBeVisible();
  await expect(page.getByText("录入错误")).toBeVisible();

  await page.getByRole("button", { name: "撤出档案" }).click();
  await form.locator("#take-out_reason").fill("重复归档");
  await form.getByRole("button", { name: "撤出档案" }).click();
  await expect(form).toHaveCount(0);
  await expect(page.getByRole("button", { name: "恢复归档" })).toBeVisible();
  await accessible(page);
  await find(page, "GQ-2018-1");
  await expect(page.getByText("没有找到合同")).toBeVisible();
  await (await find(page, "GQ-2018-1", "taken-out")).getByRole("link", { name: "GQ-2018-1", exact: true }).click();
  await page.getByRole("button", { name: "恢复归档" }).click();
  await form.locator("#bring-back_reason").fill("误撤");
  await form.getByRole("button", { name: "恢复归档" }).click();
  await expect(form).toHaveCount(0);
  await expect(await find(page, "GQ-2018-1")).toHaveCount(1);
});

test("an officer renews an expiring contract for the customer; GAS-13, GAS-15", async ({ people }) => {
  const desk = await people.signedIn("clerk");
  await bringIn(desk, { "/inbox": `GQ-2017-1,示例市𠮷祥𬭎食品有限公司,91350100MA0000002T,示例市和平路 12 号,2017-03-01,${LATER}` });
  const page = await people.signedIn("clerk", "phone");
  await find(page, "GQ-2017-1", "expiring");
  await page.getByRole("link", { name: "续签 GQ-2017-1" }).click();
  await expect(page.locator("form").getByText("示例市𠮷祥食品有限公司")).toBeVisible();
  await accessible(page);
  await page.getByRole("radio", { name: /社会组织法定代表人/ }).check();
  await page.getByRole("button", { name: "开始办理" }).click();
  await expect(page.locator("#identity_uscc")).toHaveValue("91350100MA0000002T");
});

test("a case on paper has its whole record and no buttons", async ({ people }) => {
  const page = await people.signedIn("reviewer");
  await staff.open(page, demo().cases["review"]!);
  const entries = page.locator(".entries > li");
  await expect(entries.first()).toBeVisible();
  const all = await entries.count();
  expect(await entries.filter({ visible: true }).count()).toBeLessThan(all);
  await page.emulateMedia({ media: "print" });
  await expect(entries.filter({ visible: true })).toHaveCount(all);
  await expect(page.locator("main").getByRole("button")).toHaveCount(0);
});
