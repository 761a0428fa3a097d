import { expect } from "./test.ts";
import type { Page } from "@playwright/test";

/** Opens a case from the queue. */
export async function open(page: Page, number: string) {
  await page.goto("/");
  await page.getByRole("searchbox").fill(number);
  await page.keyboard.press("Enter");
  await page.getByRole("row").filter({ hasText: number }).getByRole("link").click();
  await expect(page.getByText(number).first()).toBeVisible();
}

export async function completeTerms(page: Page) {
  await page.locator("#terms_pressureLevel").getByText("低压", { exact: false }).click();
  await page.locator("#terms_pricePlan").fill("非居民用气");
  await page.locator("#terms_price").fill("3.86");
  await page.locator("#terms_accountNumber").fill("1000200099");
  await page.locator(".submit-bar").getByRole("button").click();
}

export type Fault = { title: string; phrase: string };

/** Judges everything qualified, but for the faults. */
export async function judge(page: Page, faults: Fault[]) {
  await page.getByRole("link", { name: "进入审核台" }).click();
  const cards = page.locator("li.subject");
  await expect(cards.first()).toBeVisible();
  for (const card of await cards.all()) {
    const title = await card.getByRole("heading").innerText();
    const fault = faults.find((f) => f.title === title);
    await card.getByRole("button", { name: fault ? "✗ 不合格" : "✓ 合格" }).click();
    if (fault) await card.getByRole("button", { name: `+ ${fault.phrase}` }).click();
  }
  await page.getByRole("button", { name: "提交审核结论" }).click();
  await expect(page).toHaveURL("/");
}
