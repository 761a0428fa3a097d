import { join } from "node:path";
import { expect, account, textDuring, type Account } from "./test.ts";
import type { Locator, Page } from "@playwright/test";
import { runFolder } from "./chromium.ts";

const portrait = () => join(runFolder(), "portrait.jpg");

/** Anything that goes for a scan. */
export const scan = (name: string, buffer: Buffer) => ({ name, mimeType: "application/pdf", buffer });

/** An entry of a form, by section and name. */
export const entry = (page: Page, section: string, name: string) => page.locator(`#${section}_${name}`);

/** Picks one of a few answers that stand side by side. */
export const pick = (page: Page, section: string, name: string, answer: string) => entry(page, section, name).getByText(answer, { exact: true }).click();

export async function upload(scope: Page | Locator, label: string, file: string | { name: string; mimeType: string; buffer: Buffer }) {
  await scope.locator(`input[type=file][aria-label="${label}"]:not([capture])`).setInputFiles(file);
}

/** Begins a contract as an agent and returns the address of its page. */
export async function startContract(page: Page): Promise<string> {
  await page.getByRole("link", { name: "发起合同" }).click();
  await page.getByText("社会组织经办人").click();
  await page.getByRole("button", { name: "开始办理" }).click();
  await expect(page).toHaveURL(/\/cases\//);
  await expect(page.locator("#section-identity")).toBeVisible();
  return page.url();
}

/** A number of a resident identity card with its check digit (GB 11643). */
export function cardNumber(serial: number): string {
  const body = `11010519900307${String(serial).padStart(3, "0")}`;
  const sum = [...body].reduce((s, d, i) => s + Number(d) * (2 ** (17 - i) % 11), 0);
  return body + "10X98765432"[sum % 11];
}

export async function fillIdentity(page: Page, who: Account, uscc: string, serial = 104) {
  await pick(page, "identity", "useType", "商业");
  await entry(page, "identity", "name").fill(who.name);
  await entry(page, "identity", "document").selectOption({ label: "居民身份证" });
  await entry(page, "identity", "number").fill(cardNumber(serial));
  await page.getByLabel("长期有效").check();
  await entry(page, "identity", "mobile").fill(who.mobile);
  await entry(page, "identity", "uscc").fill(uscc);
  await entry(page, "identity", "legalRep").fill(account(who.login.replace("agent", "boss")).name);
  await upload(page, "证件人像面照片", portrait());
  await expect(page.getByText("portrait.jpg")).toBeVisible();
  await upload(page, "证件另一面照片", portrait());
  await upload(page, "授权委托书", portrait());
  await expect(page.getByText("portrait.jpg")).toHaveCount(3);
}

/** Consents when asked, and holds the face to the camera. */
export async function holdFace(page: Page) {
  const consent = page.getByRole("button", { name: "同意并继续" });
  const begin = page.getByRole("button", { name: "开始拍摄" });
  await expect(consent.or(begin)).toBeVisible();
  if (await consent.isVisible()) await consent.click();
  await begin.click();
  await expect(page.getByTestId("face-video")).toBeVisible();
}

export async function fillBasic(page: Page, who: Account) {
  const values = { company: who.organisation, companyAddress: "示例市和平路 88 号", contact: who.name, contactPhone: who.mobile, email: `${who.login}@demo.invalid`, bank: "示例银行示例支行", bankAccount: "6222000000000099" };
  for (const [name, value] of Object.entries(values)) await entry(page, "basic", name).fill(value);
  await pick(page, "basic", "invoice", "增值税普通发票");
  await pick(page, "basic", "billing", "短信");
}

/** Gives every material that is still missing a file; returns their titles. */
export async function giveMaterials(page: Page, file: { name: string; mimeType: string; buffer: Buffer }): Promise<string[]> {
  const rows = page.locator("#materials .material");
  const titles: string[] = [];
  for (const row of await rows.all()) {
    if ((await row.locator(".field-required").count()) === 0) continue;
    const title = (await row.getByRole("heading").innerText()).replace(/\s*\*$/, "");
    await upload(row, title, { ...file, name: `${title}.pdf` });
    await expect(row.getByText(`${title}.pdf`)).toBeVisible();
    titles.push(title);
  }
  return titles;
}

export async function fillContract(page: Page, start: string) {
  await entry(page, "contract", "gasAddress").fill("示例市和平路 88 号 1 层");
  const appliances = [["中餐燃气炒菜灶（双眼）", "9.0", "2"], ["燃气蒸箱", "3.2", "1"]] as const;
  for (const [i, [name, flow, count]] of appliances.entries()) {
    await page.getByRole("button", { name: "添加一行" }).click();
    await entry(page, "contract", `appliances_${i}_name`).fill(name);
    await entry(page, "contract", `appliances_${i}_flow`).fill(flow);
    await entry(page, "contract", `appliances_${i}_count`).fill(count);
  }
  await entry(page, "contract", "monthlyConsumption").fill("2600");
  await entry(page, "contract", "termYears").fill("3");
  await entry(page, "contract", "startDate").fill(start);
}

export async function handIn(page: Page, action: string) {
  await page.locator(".submit-bar").getByRole("button", { name: action }).click();
}

/** Turns the pages of the contract up to the end of the last one. */
export async function readToTheEnd(page: Page) {
  const done = page.getByRole("button", { name: "我已阅读全文，继续" });
  await expect(page.locator(".pdf-pages canvas").first()).toBeVisible();
  await expect(done).toBeDisabled();
  const pages = page.locator(".pdf-pages > *");
  for (let i = 0; i < (await pages.count()); i++) {
    await pages.nth(i).scrollIntoViewIfNeeded();
    await expect(pages.nth(i).locator("canvas")).toBeVisible();
  }
  await page.locator(".pdf-pages").evaluate((e) => e.scrollTo(0, e.scrollHeight));
  await expect(done).toBeEnabled();
  await done.click();
}

/** Writes something with the pointer that no two people would take for nothing. */
export async function drawSignature(page: Page) {
  const pad = page.getByTestId("signature");
  await pad.scrollIntoViewIfNeeded();
  const box = (await pad.boundingBox())!;
  for (let stroke = 0; stroke < 3; stroke++) {
    const x = box.x + box.width * (0.15 + 0.25 * stroke);
    await page.mouse.move(x, box.y + box.height * 0.3);
    await page.mouse.down();
    for (let i = 1; i <= 12; i++) await page.mouse.move(x + i * 5, box.y + box.height * (0.5 + 0.25 * Math.sin(i + stroke)));
    await page.mouse.up();
  }
}

export async function signContract(page: Page, who: Account) {
  await drawSignature(page);
  const code = await textDuring(page, who.mobile, /(?<=验证码是 )\d{6}/, () => page.getByRole("button", { name: "获取验证码" }).click());
  await page.getByLabel("短信验证码").fill(code);
  await page.getByText("我已阅读合同全文，愿意签署").click();
  await page.getByRole("button", { name: "签署合同" }).click();
}

/** Chooses both seals of the company and makes the instruction. */
export async function instructSeals(page: Page) {
  for (const name of ["contractSeal", "legalRepSeal"]) {
    const choice = entry(page, "instruct-seals", name);
    await expect(choice.locator("option")).not.toHaveCount(1);
    await choice.selectOption({ index: 1 });
  }
  await page.getByRole("button", { name: "发起盖章" }).click();
  await expect(page.getByText(/^电子盖章指令 · 摘要/)).toBeVisible();
}

export const sealHalf = (page: Page, title: string) => page.getByRole("region", { name: title });

export async function unlock(page: Page, title: string, password: string) {
  const half = sealHalf(page, title);
  await half.getByLabel("印章密码", { exact: true }).fill(password);
  await half.getByRole("button", { name: "解锁" }).click();
}
