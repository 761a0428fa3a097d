import type { Page } from "@playwright/test";
import { account, accessible, expect, test } from "../lib/test.ts";

/** Entries of the window that is open. */
const dialog = (page: Page) => page.getByRole("dialog");

async function twice(page: Page, password: string) {
  await dialog(page).getByLabel("新密码").fill(password);
  await dialog(page).getByLabel("再次输入").fill(password);
  await dialog(page).getByRole("button", { name: "保存" }).click();
}

test("a seal is applied for, approved by another, shared within a limit; each has a password of their own; GAS-8", async ({ people }) => {
  const agent = await people.signedIn("agent3");
  const boss = await people.signedIn("boss3", "phone");
  await agent.goto("/seals/new");
  await agent.getByLabel("种类").selectOption({ label: "公章" });
  await agent.getByText("每次用印须审批").first().click();
  await accessible(agent);
  await agent.getByRole("button", { name: "提交申请" }).click();
  await expect(agent.getByText("待批准")).toBeVisible();

  const address = new URL(agent.url()).pathname;
  await boss.goto(address);
  await boss.getByRole("button", { name: "批准", exact: true }).click();
  await dialog(boss).getByLabel("原因").fill("同意制作");
  await dialog(boss).getByRole("button", { name: "批准" }).click();
  await expect(boss.getByText("待设密码")).toBeVisible();

  await agent.reload();
  await agent.getByRole("button", { name: "设置密码" }).click();
  await twice(agent, account("agent3").sealPassword!);
  await expect(dialog(agent).getByText("重复了")).toBeVisible(); // it opens another seal already
  await twice(agent, "gongzhang-demo-2026");
  await expect(agent.getByText("使用中")).toBeVisible();

  await agent.getByRole("button", { name: "增加持有人" }).click();
  await dialog(agent).getByLabel("姓名").selectOption({ index: 1 });
  await dialog(agent).getByLabel("有效期至").fill("2099-12-31");
  await dialog(agent).getByLabel("您的印章密码").fill("gongzhang-demo-2026");
  await accessible(agent);
  await dialog(agent).getByRole("button", { name: "授权" }).click();
  await expect(dialog(agent).getByText("授权已发出")).toBeVisible();

  await boss.reload();
  await boss.getByRole("button", { name: "接受授权" }).click();
  await twice(boss, "another-password-2026");
  await expect(boss.getByRole("region", { name: "有限授权" }).getByText("任何业务")).toBeVisible();
  await expect(boss.getByRole("region", { name: "使用记录" }).getByText("申请印章")).toBeVisible();
  await boss.evaluate(() => scrollTo(0, document.body.scrollHeight)); // nothing half under the tabs
  await accessible(boss);
});

/** Makes a change in a seal's life, with a reason. */
async function move(page: Page, action: string, reason: string) {
  await page.getByRole("button", { name: action, exact: true }).click();
  await dialog(page).getByLabel("原因").fill(reason);
  await dialog(page).getByRole("button", { name: action }).click();
  await expect(dialog(page)).toHaveCount(0);
}

test("a seal is suspended, resumed, issued anew, replaced and revoked, each by whom and why; PLT-11", async ({ people }) => {
  test.setTimeout(180_000);
  const agent = await people.signedIn("agent3");
  const boss = await people.signedIn("boss3", "phone");
  const log = (page: Page, text: string) => page.getByRole("region", { name: "使用记录" }).getByRole("row").filter({ hasText: text });
  await agent.goto("/seals/new");
  await agent.getByLabel("种类").selectOption({ label: "个人名章" });
  await agent.getByRole("button", { name: "提交申请" }).click();
  await expect(agent).toHaveURL(/\/seals\/seal_/);
  const address = new URL(agent.url()).pathname;
  await boss.goto(address);
  await move(boss, "批准", "同意制作");
  await agent.reload();
  await agent.getByRole("button", { name: "设置密码" }).click();
  await twice(agent, "mingzhang-demo-2026");
  await expect(agent.getByText("使用中")).toBeVisible();

  await boss.reload();
  await move(boss, "停用", "持有人休假");
  await agent.reload();
  const stopped = agent.getByRole("alert");
  await expect(stopped.getByText("已停用")).toBeVisible();
  await expect(stopped.getByText(/法人三 · /)).toBeVisible();
  await expect(stopped.getByText("原因：持有人休假")).toBeVisible();
  await expect(agent.getByRole("button", { name: "修改密码" })).toHaveCount(0);
  await accessible(agent);
  await move(boss, "恢复", "假期结束");
  await expect(boss.getByText("使用中")).toBeVisible();
  await expect(boss.getByRole("alert")).toHaveCount(0);

  await move(boss, "换发密钥", "忘记密码");
  await agent.reload();
  await expect(log(agent, "重新签发密钥：忘记密码").getByText("法人三")).toBeVisible();
  await agent.getByRole("button", { name: "设置密码" }).click();
  await twice(agent, "mingzhang-again-2026");
  await expect(agent.getByText("使用中")).toBeVisible();

  await boss.reload();
  await move(boss, "更换", "章面磨损");
  await expect(boss.getByText("待批准")).toBeVisible();
  await expect(boss.getByRole("link", { name: "原印章" })).toBeVisible();
  await expect(boss.getByText("须由另一位管理员")).toBeVisible();
  await expect(boss.getByRole("button", { name: "批准", exact: true })).toHaveCount(0);
  await accessible(boss);
  await agent.goto(new URL(boss.url()).pathname);
  await move(agent, "批准", "同意更换");
  await agent.getByRole("button", { name: "设置密码" }).click();
  await twice(agent, "mingzhang-new-2026");
  await expect(agent.getByText("使用中")).toBeVisible();
  await agent.goto(address);
  await expect(agent.getByText("原因：章面磨损")).toBeVisible();
  await expect(agent.getByRole("button", { name: /停用|注销|更换/ })).toHaveCount(0);
  await agent.getByRole("link", { name: "查看新印章" }).click();
  await boss.goto(new URL(agent.url()).pathname);
  await move(boss, "注销", "人员离职");
  await expect(boss.getByRole("alert").getByText("原因：人员离职")).toBeVisible();
  await expect(log(boss, "注销：人员离职").getByText("法人三")).toBeVisible();
  await expect(boss.getByRole("button", { name: /恢复|更换|设置密码/ })).toHaveCount(0);
  await accessible(boss);
});

test("a seal looks as on a picture; an organisation that is renamed replaces its seals; PLT-1, PLT-11", async ({ people }) => {
  const agent = await people.signedIn("agent3", "phone");
  await agent.goto("/seals/new");
  const seal = agent.locator(".seal-preview img");
  await expect(seal).toBeVisible();
  const print = await seal.screenshot();
  await agent.getByText("上传印章图片").click();
  await expect(seal).toHaveCount(0);
  await expect(agent.getByRole("button", { name: "提交申请" })).toBeDisabled();
  const file = agent.getByLabel("印章图片", { exact: true }).and(agent.locator("input[type=file]:not([capture])"));
  const empty = await agent.evaluate(() => document.createElement("canvas").toDataURL("image/png")); // shows no seal
  await file.setInputFiles({ name: "空白.png", mimeType: "image/png", buffer: Buffer.from(empty.split(",")[1]!, "base64") });
  await expect(agent.getByText("印章图片不能使用")).toBeVisible();
  await agent.getByRole("button", { name: "换一张图片" }).click();
  await file.setInputFiles({ name: "印章.png", mimeType: "image/png", buffer: print });
  await expect(seal).toBeVisible();
  await accessible(agent);
  await agent.getByRole("button", { name: "提交申请" }).click();
  await expect(agent.getByText("待批准")).toBeVisible();

  await agent.goto("/admin/organisation");
  const name = agent.getByLabel("单位全称");
  const former = await name.inputValue();
  await name.fill(`${former}（更名）`);
  await agent.getByLabel("联系电话").fill("call me");
  await agent.getByRole("button", { name: "保存" }).click();
  await expect(agent.locator(".field-error")).toBeVisible();
  await agent.getByLabel("联系电话").fill("0591-22222222");
  await agent.getByRole("button", { name: "保存" }).click();
  await expect(agent.getByText("登记名称已变更，请更换这枚印章")).toBeVisible();
  await accessible(agent);
  await agent.getByRole("link", { name: /^合同专用章|^合同章/ }).first().click();
  await expect(agent.getByText("这枚印章仍是原来的名称")).toBeVisible();
  await agent.goto("/admin/organisation");
  await agent.getByLabel("单位全称").fill(former);
  await agent.getByRole("button", { name: "保存" }).click();
  await expect(agent.getByText("登记名称已变更，请更换这枚印章")).toHaveCount(0);
});

test("the archive is worked by keyboard: rows are chosen, exported, opened", async ({ people }) => {
  const page = await people.signedIn("clerk");
  await page.goto("/archive");
  const rows = page.locator("tbody tr");
  await expect(rows.nth(2)).toBeVisible();
  await rows.first().focus();
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+J");
  await expect(page.getByText("已选 2 项")).toBeVisible();
  await accessible(page);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出所选（CSV）" }).click()]);
  expect(file.suggestedFilename()).toBe("contracts.csv");
  await rows.first().focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/cases\//);
});
