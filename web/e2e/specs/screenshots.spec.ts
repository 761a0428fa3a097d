import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { demo, expect, test } from "../lib/test.ts";
import * as staff from "../lib/staff.ts";

const folder = resolve(import.meta.dirname, "../../../docs/images");

test.skip(!process.env.SCREENSHOTS, "pictures for the documentation are made on demand");

async function shoot(page: Page, name: string) {
  await page.mouse.move(0, 0);
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, name) });
}

test("pictures of the demo", async ({ people }) => {
  const phone = await people.signedIn("agent3", "phone");
  await phone.getByRole("link").filter({ hasText: demo().cases["returned"]! }).click();
  await expect(phone.getByText(/^退回原因：/).first()).toBeVisible();
  await shoot(phone, "case.png");

  const reviewer = await people.signedIn("reviewer");
  await staff.open(reviewer, demo().cases["review"]!);
  await reviewer.getByRole("link", { name: "进入审核台" }).click();
  await expect(reviewer.locator(".pdf-pages canvas").first()).toBeVisible();
  await reviewer.locator("li.subject").first().getByRole("button", { name: "✓ 合格" }).click();
  await shoot(reviewer, "desk.png");

  const agent = await people.signedIn("agent1");
  await agent.getByRole("tab", { name: /已办结/ }).click();
  await agent.getByRole("link").filter({ hasText: demo().cases["in-force"]! }).click();
  await agent.getByRole("button", { name: /^阅读/ }).first().click();
  await expect(agent.locator(".pdf-pages canvas").first()).toBeVisible();
  await agent.locator(".pdf-pages").evaluate((e) => e.scrollTo(0, e.scrollHeight - e.clientHeight - 200));
  await expect(agent.locator(".pdf-pages > *").last().locator("canvas")).toBeVisible();
  await expect(agent.getByText("第 3 / 3 页")).toBeVisible();
  await shoot(agent, "contract.png");

  const anybody = await people.visitor();
  await anybody.goto("/verify");
  await anybody.getByLabel("选择文件").setInputFiles(demo().contract);
  await expect(anybody.getByText("文件真实，未被改动")).toBeVisible();
  await shoot(anybody, "verify.png");
});
