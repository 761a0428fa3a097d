import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { account, accessible, expect, test } from "../lib/test.ts";

type Told = { headers: IncomingMessage["headers"]; body: string };

/** A program that is told of events; it answers 200 until it is said to be down. */
async function receiver() {
  const told: Told[] = [];
  let status = 200;
  const server = createServer((request, answer) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      told.push({ headers: request.headers, body });
      answer.writeHead(status).end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, told, answer: (s: number) => (status = s), close: () => server.close() };
}

/** As docs/webhooks.md tells receivers to do it. */
function genuine(secret: string, { headers, body }: Told): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`).update(body).digest("base64");
  return String(headers["webhook-signature"]).split(" ").includes(`v1,${mac}`);
}

const dialog = (page: Page) => page.locator("dialog[open]");

test("an administrator's program is told by signed requests, and its secret is shown once", async ({ people }) => {
  const program = await receiver();
  try {
    const page = await people.signedIn("supervisor");
    await page.goto("/admin/webhooks");
    await page.getByRole("button", { name: "添加 Webhook" }).click();
    await page.getByLabel("接收地址").fill("ftp://example.invalid");
    await dialog(page).getByRole("button", { name: "添加", exact: true }).click();
    await expect(page.getByText("须以 https:// 开头")).toBeVisible();
    await accessible(page);
    await page.getByLabel("接收地址").fill(program.url);
    await dialog(page).getByRole("button", { name: /添加$/ }).click();
    const first = await page.getByTestId("once").innerText();
    await page.getByRole("button", { name: `发送测试 ${program.url}` }).click();
    await expect(page.getByText(/测试已送达：HTTP 200/)).toBeVisible();
    expect(genuine(first, program.told[0]!)).toBe(true);
    program.answer(500);
    await page.getByRole("button", { name: `发送测试 ${program.url}` }).click();
    await expect(page.getByText(/对方回答了错误状态 · HTTP 500/)).toBeVisible();
    await page.getByRole("button", { name: `更换密钥 ${program.url}` }).click();
    await dialog(page).getByRole("button", { name: "更换密钥" }).click();
    await expect(page.getByTestId("once")).not.toHaveText(first);
    await accessible(page);
    await page.reload();
    await expect(page.getByText(program.url)).toBeVisible();
    await expect(page.getByTestId("once")).toHaveCount(0);
    await page.getByRole("button", { name: `停用 ${program.url}` }).click();
    await dialog(page).getByRole("button", { name: "停用" }).click();
    await expect(page.getByText("由管理员停用")).toBeVisible();
    await page.getByRole("button", { name: `移除 ${program.url}` }).click();
    await dialog(page).getByRole("button", { name: "移除" }).click();
    await expect(page.getByText(program.url)).toHaveCount(0);
  } finally {
    program.close();
  }
});

test("a department's FTP account is made, disabled, and comes back with another password", async ({ people }) => {
  const page = await people.signedIn("supervisor");
  await page.goto("/admin/departments");
  await page.getByRole("button", { name: "添加部门" }).click();
  await dialog(page).getByLabel("部门名称").fill("浏览器测试部");
  await dialog(page).getByRole("button", { name: "添加", exact: true }).click();
  await page.getByRole("link", { name: "管理" }).first().click();
  await page.getByRole("link", { name: "FTP 账户" }).click();
  await page.getByRole("button", { name: "新建 FTP 账户" }).click();
  await dialog(page).getByLabel("账户名").fill("browser-test");
  await dialog(page).getByLabel("部门", { exact: true }).selectOption({ label: "浏览器测试部" });
  await dialog(page).getByRole("button", { name: "添加", exact: true }).click();
  const first = await page.getByTestId("once").innerText();
  expect(first.length).toBeGreaterThan(20);
  const row = page.getByRole("row").filter({ hasText: "browser-test" });
  await expect(row).toContainText("浏览器测试部");
  await accessible(page);
  await page.getByRole("button", { name: "停用 browser-test" }).click();
  await dialog(page).getByRole("button", { name: "停用" }).click();
  await expect(row).toContainText("已停用");
  await page.getByRole("button", { name: "启用并给新密码 browser-test" }).click();
  await dialog(page).getByRole("button", { name: "启用并给新密码" }).click();
  await expect(row).toContainText("启用中");
  await expect(page.getByTestId("once")).not.toHaveText(first);
  await page.reload();
  await expect(row).toBeVisible();
  await expect(page.getByTestId("once")).toHaveCount(0);
});

test("a member of documents is invited with the new roles and accepts on the account page", async ({ people }) => {
  const guest = account("boss2"); // no other test needs them to act for one organisation only
  const admin = await people.signedIn("supervisor");
  await admin.goto("/admin/members");
  await admin.getByRole("button", { name: "邀请成员" }).click();
  await dialog(admin).getByLabel("名称").fill(guest.name);
  await dialog(admin).getByLabel("手机号").fill(guest.mobile);
  for (const role of ["制单人", "签章人", "单据审计员"]) await dialog(admin).getByLabel(role).check();
  await accessible(admin);
  await dialog(admin).getByRole("button", { name: "添加", exact: true }).click();
  await expect(admin.getByText("已邀请担任单据审计员、制单人、签章人，等待本人接受")).toBeVisible();
  const page = await people.signedIn("boss2", "phone");
  await page.goto("/account");
  await expect(page.getByText(/邀请您成为成员（单据审计员、制单人、签章人）/)).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "接受" }).click();
  await expect(page.getByText("已成为成员")).toBeVisible();
  await expect(page.getByText("收到的邀请")).toHaveCount(0);
  await admin.reload();
  const row = admin.getByRole("listitem").filter({ hasText: guest.name });
  for (const role of ["制单人", "签章人", "单据审计员"]) await expect(row.getByLabel(role)).toBeChecked();
});

test("an organisation's own administrator sees what a template makes, and in which line it is wrong", async ({ people }) => {
  const page = await people.signedIn("agent1");
  await page.goto("/admin/document-types/new");
  await page.getByRole("button", { name: "填入样例模板" }).click();
  await page.getByRole("button", { name: "预览 PDF" }).click();
  await expect(page.getByTestId("pdf")).toBeVisible();
  await accessible(page);
  const wording = page.getByLabel("模板", { exact: true });
  await wording.fill(`${await wording.inputValue()}\n{{.party | nothing}}\n`);
  await page.getByRole("button", { name: "预览 PDF" }).click();
  await expect(page.getByText(/^第 \d+ 行有错误/)).toBeVisible();
});
