import { accessible, demo, expect, test } from "../lib/test.ts";
import * as staff from "../lib/staff.ts";

const TITLES = "编号,单位,信用代码,地址,生效日期,到期日期,文件名";

test("old contracts: faults are told by the table's rows and titles, and nothing is taken in by halves; GAS-13", async ({ people }) => {
  const page = await people.signedIn("clerk");
  const scan = (name: string, buffer: Buffer) => ({ name, mimeType: "application/pdf", buffer });
  const table = (uscc: string) => ({ name: "old.csv", mimeType: "text/csv", buffer: Buffer.from(`\ufeff${TITLES}\r\nGQ-2019-1,示例市𠮷祥𬭎食品有限公司,91350100MA0000002T,示例市和平路 9 号,2019-03-01,2029-02-28,a.pdf\r\nGQ-2019-2,示例市𠮷祥𬭎食品有限公司,${uscc},示例市和平路 10 号,2019-03-01,2029-02-28,b.pdf\r\n`) });
  await page.goto("/help");
  const a = await page.pdf();
  await page.goto("/archive/import");
  const b = await page.pdf();
  const files = page.locator("input[type=file]:not([capture])");
  await files.first().setInputFiles(table("9135BAD"));
  await files.nth(1).setInputFiles([scan("a.pdf", a), scan("b.pdf", b)]);
  await expect(page.getByText("2 个文件")).toBeVisible();
  await page.getByRole("button", { name: "开始导入" }).click();
  await expect(page.getByText(/^第 3 行 信用代码/)).toBeVisible();
  await accessible(page);
  await files.first().setInputFiles(table("91350100MA0000002T"));
  await expect(async () => {
    await page.getByRole("button", { name: "开始导入" }).click();
    await expect(page.getByText("已入库 2 份")).toBeVisible({ timeout: 3000 });
  }).toPass();
  await page.goto("/archive");
  await page.getByRole("searchbox").fill("𬭎食品");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row").filter({ hasText: "GQ-2019-" })).toHaveCount(2);
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
