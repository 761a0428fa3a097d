import { createHmac } from "node:crypto";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { runFolder } from "../lib/chromium.ts";
import { accessible, account, expect, signIn, test, textDuring, texts } from "../lib/test.ts";

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

/** Uploads the scan of a made finger, by finger and press. */
const scan = (within: Locator, n: string, print: string) => within.getByLabel(`指纹扫描件 ${n}`, { exact: true }).and(within.locator("input[type=file]:not([capture])")).setInputFiles(join(runFolder(), `${print}.png`));

test("three fingers are enrolled by scans, one is verified, and all are deleted with the consent; PLT-3", async ({ people }) => {
  test.setTimeout(120_000);
  const page = await people.signedIn("boss1");
  await page.goto("/account");
  await page.getByRole("button", { name: "同意处理我的指纹" }).click();
  await page.getByRole("button", { name: "登记三枚手指" }).click();
  const dialog = page.getByRole("dialog");
  const enrol = dialog.getByRole("button", { name: "登记", exact: true });
  await expect(enrol).toBeDisabled();
  for (const [n, print] of [["1", "1-1"], ["2", "2-1"], ["3", "1-2"]] as const) await scan(dialog, n, print);
  await expect(dialog.getByText("已上传")).toHaveCount(3);
  await accessible(page);
  await enrol.click();
  const third = dialog.getByRole("group", { name: "第 3 枚" });
  await expect(third.getByText("重复了")).toBeVisible(); // the first finger under another name
  for (const [n, print] of [["1", "1-1"], ["2", "2-1"], ["3", "3-1"]] as const) await scan(dialog, n, print);
  await enrol.click();
  await expect(page.getByText("三枚手指已登记")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "右手食指" })).toBeVisible();

  await page.getByRole("button", { name: "核验" }).click();
  await scan(dialog, "", "1-2");
  await dialog.getByRole("button", { name: "核验" }).click();
  await expect(dialog.getByText("指纹一致")).toBeVisible();
  await scan(dialog, "", "4-1");
  await dialog.getByRole("button", { name: "核验" }).click();
  await expect(dialog.getByText("指纹不一致")).toBeVisible();
  await expect(dialog.getByText("还可以尝试 4 次")).toBeVisible();
  await accessible(page);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "撤回同意并删除指纹" }).click();
  await dialog.getByRole("button", { name: "确认" }).click();
  await expect(page.getByRole("button", { name: "同意处理我的指纹" })).toBeVisible();
  await page.getByRole("button", { name: "同意处理我的指纹" }).click();
  await expect(page.getByText("还没有登记指纹")).toBeVisible();
});

test("a forgotten password is replaced by a code, and the mobile number is changed; PLT-1, PLT-20", async ({ people }) => {
  test.setTimeout(120_000);
  const page = await people.visitor("phone");
  const [mobile, next, code] = ["13712340001", "13712340002", /(?<=验证码是 )\d{6}/];
  const ask = () => page.getByRole("button", { name: "获取验证码" }).click();
  await page.goto("/register");
  await page.getByLabel("姓名").fill("样例注册人");
  await page.getByLabel("手机号").fill(mobile);
  await page.getByLabel("短信验证码").fill(await textDuring(page, mobile, code, ask));
  await page.getByLabel("设置密码").fill("first-8-Ginkgo");
  await page.getByRole("button", { name: "注册并登录" }).click();
  await expect(page).toHaveURL("/");

  await page.context().clearCookies();
  await page.goto("/signin");
  await page.getByRole("link", { name: "忘记密码？" }).click();
  await page.getByLabel("手机号").fill(mobile);
  const sent = await textDuring(page, mobile, code, ask);
  await page.getByLabel("短信验证码").fill(sent === "000000" ? "000001" : "000000");
  await page.getByLabel("新密码").fill("second-8-Ginkgo");
  await page.getByRole("button", { name: "设置新密码" }).click();
  await expect(page.locator(".field-error")).toHaveText("验证码不对或已过期");
  await accessible(page);
  await page.getByLabel("短信验证码").fill(sent);
  await page.getByRole("button", { name: "设置新密码" }).click();
  await expect(page).toHaveURL("/signin");
  await signIn(page, mobile, "second-8-Ginkgo");
  await expect(page).toHaveURL("/");

  await page.goto("/account");
  await page.getByRole("button", { name: "更换手机号" }).click();
  await page.getByLabel("新手机号", { exact: false }).first().fill(next);
  await page.getByLabel("新手机号收到的验证码").fill(await textDuring(page, next, code, ask));
  const form = page.locator("form").filter({ has: page.getByLabel("新手机号收到的验证码") });
  await form.getByLabel("当前密码").fill("first-8-Ginkgo");
  await form.getByRole("button", { name: "更换手机号" }).click();
  await expect(form.locator(".field-error")).toHaveText("密码不对");
  await accessible(page);
  await form.getByLabel("当前密码").fill("second-8-Ginkgo");
  await form.getByRole("button", { name: "更换手机号" }).click();
  await expect(page.getByText("137****0002")).toBeVisible();
  await expect.poll(async () => (await texts(page, mobile)).some((m) => m.body.includes("本号码不再")), "the old number is told").toBe(true);
});

test("a role counts only with a second factor where the administrator says so; PLT-1", async ({ people }) => {
  const admin = await people.signedIn("supervisor");
  await admin.goto("/admin/members");
  const roles = admin.getByRole("group", { name: "需要动态口令的角色" });
  await roles.getByLabel("单据审计员").check();
  await expect(admin.getByText("已保存")).toBeVisible();
  await accessible(admin);
  const auditor = await people.signedIn("auditor", "phone");
  await expect(auditor.getByText("您的部分角色需用动态口令登录后才有效")).toBeVisible();
  await expect(auditor.getByRole("link", { name: "单据" })).toHaveCount(0);
  await accessible(auditor);
  await auditor.getByRole("link", { name: "设置动态口令" }).click();
  await expect(auditor.getByRole("button", { name: "设置动态口令" })).toBeVisible();
  await roles.getByLabel("单据审计员").uncheck();
  await auditor.goto("/documents");
  await expect(auditor.getByText("您的部分角色需用动态口令登录后才有效")).toHaveCount(0);
});

/** The present code of an authenticator app with a secret (RFC 6238). */
function appCode(secret: string): string {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", Buffer.from(bits.match(/.{8}/g)!.map((b) => parseInt(b, 2)))).update(step).digest();
  return String((hash.readUInt32BE(hash[19]! & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("who has lost the authenticator signs in by a recovery code, once, and is told; PLT-1", async ({ people }) => {
  const page = await people.signedIn("office", "phone");
  await page.goto("/account");
  await page.getByRole("button", { name: "设置动态口令" }).click();
  const secret = await page.locator("section", { hasText: "无法扫码时手工输入密钥" }).locator("code").first().innerText();
  await page.getByLabel("6 位动态口令").fill(appCode(secret.trim()));
  await page.getByRole("button", { name: "启用", exact: true }).click();
  const codes = page.getByTestId("recovery").locator("code");
  await expect(codes).toHaveCount(10);
  const code = await codes.first().innerText();
  const other = await codes.last().innerText();
  await accessible(page);
  await page.getByRole("button", { name: "我已保存" }).click();
  await expect(page.getByText("还有 10 个恢复码")).toBeVisible();

  const visitor = await people.visitor("phone");
  const enter = async (code: string) => {
    await visitor.goto("/signin");
    await signIn(visitor, "office", account("office").password);
    await visitor.getByRole("button", { name: "无法使用身份验证器？用恢复码" }).click();
    await visitor.getByLabel("恢复码").fill(code);
    await accessible(visitor);
    await visitor.getByRole("button", { name: "登录" }).click();
  };
  await enter(code.toLowerCase());
  await expect(visitor).toHaveURL("/");
  await visitor.goto("/inbox");
  await expect(visitor.getByText("恢复码已被使用").first()).toBeVisible();
  await visitor.goto("/account");
  await expect(visitor.getByText("还有 9 个恢复码")).toBeVisible();
  await visitor.getByRole("button", { name: "停用" }).click();
  await visitor.getByRole("button", { name: "无法使用身份验证器？用恢复码" }).click();
  await visitor.getByLabel("恢复码").fill(other);
  await visitor.getByRole("button", { name: "停用" }).click();
  await expect(visitor.getByText("动态口令已停用")).toBeVisible();
});
