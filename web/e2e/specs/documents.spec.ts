import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { account, accessible, expect, test } from "../lib/test.ts";

/** Numbers that no other run of this demo has used. */
const run = Date.now().toString(36).toUpperCase();

const TITLES = "订单号,供应商,订单日期,货物名称及规格,数量,金额（元）,交货地点,联系人,备注";
const row = (n: number, total = "1200.50") => `E2E-${run}-${n},示例市样本供货有限公司,2026-11-20,法兰球阀 DN80,${n},${total},示例市建设路 1 号仓库,采购员戊,第 ${n} 行`;
const sheet = (rows: string[]) => ({ name: "orders.csv", mimeType: "text/csv", buffer: Buffer.from(`\ufeff${TITLES}\r\n${rows.join("\r\n")}\r\n`) });
const upload = (page: Page, file: ReturnType<typeof sheet>) => page.locator("input[type=file]").first().setInputFiles(file);
const entry = (page: Page, name: string) => page.locator(`#values_${name}`);

async function fillOrder(page: Page, key: string) {
  await entry(page, "orderNumber").fill(key);
  await entry(page, "supplier").fill("示例市样本供货有限公司");
  await entry(page, "orderDate").fill("2026-11-20");
  await entry(page, "goods").fill("PE 燃气管 dn110");
  await entry(page, "quantity").fill("7");
  await entry(page, "total").fill("860.00");
  await entry(page, "delivery").fill("示例市建设路 1 号仓库");
}

/** Makes one document over the screen and returns its number. */
async function makeOne(page: Page, key: string): Promise<string> {
  await page.goto("/documents/new");
  await fillOrder(page, key);
  await page.getByRole("button", { name: "制作并送签" }).click();
  await expect(page).toHaveURL(/\/documents\/case_/);
  const number = page.locator(".page-head .mono");
  await expect(number).toHaveText(/^PO-\d{6}-\d{5}$/);
  return number.innerText();
}

async function makeBatch(page: Page, count: number) {
  await page.goto("/documents/batch");
  await upload(page, sheet([row(1, "many"), row(2)]));
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("button", { name: "检查数据" }).click();
  await expect(page.getByText("1 / 2 行有问题，尚未制作任何单据")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "F2" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "换一份表格" }).click();
  await upload(page, sheet(Array.from({ length: count }, (_, i) => row(i + 1))));
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("button", { name: "检查数据" }).click();
  await expect(page.getByText(`全部 ${count} 行数据正确`)).toBeVisible();
  await expect(page.getByTestId("pdf")).toBeVisible();
  await page.getByRole("button", { name: `开始制作 ${count} 份` }).click();
  await expect(page).toHaveURL(/\/batches\//);
  await expect(page.getByText(`${count} / ${count}`)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("link", { name: "下载结果表" })).toBeVisible();
}

async function sealOne(page: Page, number: string) {
  await page.goto(`/documents?view=waiting&number=${number}`);
  await page.getByRole("link", { name: number }).click();
  await expect(page.getByTestId("pdf")).toBeVisible();
  await page.getByLabel("印章密码").fill("not-its-password");
  await page.getByRole("button", { name: "盖章", exact: true }).click();
  await expect(page.getByText("密码不对")).toBeVisible();
  await page.getByLabel("印章密码").fill(account("finance").sealPassword!);
  await page.getByRole("button", { name: "盖章", exact: true }).click();
  await expect(page.locator(".page-head").getByText("已完成")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "财务部" }).getByText("已办")).toBeVisible();
}

async function rejectOne(page: Page, number: string) {
  await page.goto(`/documents?view=waiting&number=${number}`);
  await page.getByRole("link", { name: number }).click();
  await page.getByRole("button", { name: "退回" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "退回", exact: true })).toBeDisabled();
  await dialog.getByLabel("理由").fill("数量与合同不符");
  await dialog.getByRole("button", { name: "退回", exact: true }).click();
  await expect(page.locator(".page-head").getByText("已退回")).toBeVisible();
}

async function sealRest(page: Page, count: number) {
  await page.goto(`/documents?view=waiting&q=E2E-${run}`);
  await expect(page.getByText(`共 ${count} 项`)).toBeVisible();
  await page.getByRole("checkbox", { name: "选择已显示的全部" }).check();
  await page.getByRole("button", { name: `批量盖章（${count}）` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("印章密码").fill(account("finance").sealPassword!);
  await accessible(page);
  await dialog.getByRole("button", { name: "解锁并盖章" }).click();
  await expect(page).toHaveURL(/\/batches\//);
  await expect(page.getByText(`${count} / ${count}`)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(`完成 ${count}`)).toBeVisible();
}

test("documents are made, sealed one by one and in bulk, sent back, corrected and exported; DOC-1, DOC-2, DOC-3, DOC-6, DOC-7, DOC-9", async ({ people }) => {
  test.setTimeout(240_000);
  const buyer = await people.signedIn("buyer");
  const sealed = await makeOne(buyer, `E2E-${run}-A`);
  const rejected = await makeOne(buyer, `E2E-${run}-B`);

  // One matter, one document: the second is shown the first.
  await buyer.goto("/documents/new");
  await fillOrder(buyer, `E2E-${run}-A`);
  await buyer.getByRole("button", { name: "制作并送签" }).click();
  await expect(buyer.getByRole("link", { name: `打开 ${sealed}` })).toBeVisible();

  await makeBatch(buyer, 20);

  const finance = await people.signedIn("finance");
  await sealOne(finance, sealed);
  await rejectOne(finance, rejected);
  await sealRest(finance, 20);

  await buyer.goto("/documents");
  await expect(buyer.getByRole("alert").getByText("数量与合同不符")).toBeVisible();
  await accessible(buyer);
  await buyer.getByRole("link", { name: `修改并重新提交 ${rejected}` }).click();
  await expect(entry(buyer, "quantity")).toHaveValue("7");
  await entry(buyer, "quantity").fill("8");
  await buyer.getByRole("button", { name: "重新提交" }).click();
  await expect(buyer.locator(".page-head .mono")).toHaveText(rejected);
  await expect(buyer.locator(".page-head").getByText("会签中")).toBeVisible();

  const auditor = await people.signedIn("auditor");
  await auditor.goto(`/documents?view=all&q=E2E-${run}`);
  await expect(auditor.getByText("共 22 项")).toBeVisible();
  await accessible(auditor);
  const [download] = await Promise.all([auditor.waitForEvent("download"), auditor.getByRole("link", { name: "导出 CSV" }).click()]);
  const table = readFileSync(await download.path(), "utf8");
  expect(table.trim().split("\r\n")).toHaveLength(23);
  expect(table).toContain(sealed);
  await auditor.getByRole("link", { name: sealed }).click();
  await expect(auditor.getByTestId("pdf")).toBeVisible();
  await expect(auditor.getByRole("button", { name: "退回" })).toHaveCount(0);
});

test("a phone shows what waits and lets one read it", async ({ people }) => {
  const page = await people.signedIn("office", "phone");
  await page.goto("/documents?view=handled");
  await page.getByRole("link", { name: /^PO-/ }).first().click();
  await expect(page.getByTestId("pdf")).toBeVisible();
  await accessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

test("a finished PDF is sealed where the signer points; DOC-1, DOC-7", async ({ people }) => {
  const admin = await people.signedIn("supervisor");
  await admin.goto("/admin/document-types/PO");
  await admin.getByLabel("允许上传已制好的 PDF").check();
  await admin.getByRole("button", { name: "保存类型" }).click();
  await expect(admin).toHaveURL(/document-types$/);
  await admin.goto("/help");
  const pdf = Buffer.from(await admin.pdf());

  const buyer = await people.signedIn("buyer");
  await buyer.goto("/documents/new");
  await buyer.getByText("上传 PDF").click();
  await upload(buyer, { name: "no.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 no") });
  await expect(buyer.getByText("不是 PDF，或已损坏")).toBeVisible();
  await expect(buyer.getByRole("button", { name: "制作并送签" })).toBeDisabled();
  await upload(buyer, { name: "order.pdf", mimeType: "application/pdf", buffer: pdf });
  await expect(buyer.getByText("已上传：order.pdf")).toBeVisible();
  await buyer.getByLabel("业务主键").fill(`E2E-${run}-PDF`);
  await buyer.getByLabel("对方单位").fill("示例市𠮷祥𬭎管材有限公司");
  await buyer.getByLabel("金额").fill("860.00");
  await accessible(buyer);
  await buyer.getByRole("button", { name: "制作并送签" }).click();
  await expect(buyer).toHaveURL(/\/documents\/case_/);

  const finance = await people.signedIn("finance");
  await finance.goto(new URL(buyer.url()).pathname);
  await finance.getByText("指定盖章位置").click();
  await finance.getByRole("button", { name: "在页面上点选位置" }).click();
  const sheet = (await finance.locator(".pdf-pages canvas").first().boundingBox())!;
  await finance.mouse.click(sheet.x + sheet.width / 2, sheet.y + 200);
  await expect(finance.getByLabel("页码")).toHaveValue("1");
  await finance.getByLabel("印章密码").fill(account("finance").sealPassword!);
  await finance.getByRole("button", { name: "盖章", exact: true }).click();
  await expect(finance.locator(".page-head").getByText("已完成")).toBeVisible();
});

test("a row whose document somebody made meanwhile is named when the run is begun; DOC-2, DOC-3", async ({ people }) => {
  const page = await people.signedIn("buyer");
  await page.goto("/documents/batch");
  await upload(page, sheet([row(901), row(902), row(901)]));
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("button", { name: "检查数据" }).click();
  await expect(page.getByText("与第 2 行重复")).toBeVisible();
  await page.getByRole("button", { name: "换一份表格" }).click();
  await upload(page, sheet([row(901), row(902)]));
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("button", { name: "检查数据" }).click();
  await expect(page.getByRole("button", { name: "开始制作 2 份" })).toBeVisible();
  const other = await people.signedIn("buyer", "phone");
  const number = await makeOne(other, `E2E-${run}-902`);
  await page.getByRole("button", { name: "开始制作 2 份" }).click();
  await expect(page.getByText("1 / 2 行有问题，尚未制作任何单据")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "A3" }).getByRole("link", { name: number })).toBeVisible();
  await expect(page.getByText("全部 2 行数据正确")).toHaveCount(0);
});
