import { accessible, expect, test } from "../lib/test.ts";

test("a browser is bound to a face and signs in by it; PLT-1, PLT-3", async ({ people }) => {
  test.setTimeout(120_000);
  const page = await people.signedIn("agent1", "phone");
  await page.goto("/account");
  await page.getByRole("button", { name: "绑定此设备" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "开始拍摄" })).toBeDisabled();
  await dialog.getByLabel("同意并继续").check();
  await accessible(page);
  await dialog.getByRole("button", { name: "开始拍摄" }).click();
  await expect(page.getByText("此设备已绑定")).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText("本浏览器")).toBeVisible();
  await page.context().clearCookies();
  await page.goto("/signin");
  await page.getByText("刷脸登录", { exact: true }).click();
  await accessible(page);
  await page.getByRole("button", { name: "开始刷脸登录" }).click();
  await expect(page).toHaveURL("/", { timeout: 40_000 });
  await page.goto("/account");
  await page.getByRole("button", { name: /^解除 / }).click();
  await dialog.getByRole("button", { name: "解除" }).click();
  await expect(page.getByText("还没有绑定的设备")).toBeVisible();
});
