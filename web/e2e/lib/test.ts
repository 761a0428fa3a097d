import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect, devices, type Browser, type BrowserContext, type Page } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { runFolder } from "./chromium.ts";

export { expect };

export type Account = { login: string; password: string; mobile: string; name: string; organisation: string; roles: string[]; sealPassword?: string };
type Demo = { baseUrl: string; accounts: Account[]; cases: Record<string, string>; ftp: { user: string; password: string }; trustAnchor: string; contract: string };

/** What `cinnabar demo` wrote about its samples. */
export const demo = (): Demo => JSON.parse(readFileSync(join(runFolder(), "data", "demo.json"), "utf8")) as Demo;

export function account(login: string): Account {
  const found = demo().accounts.find((a) => a.login === login);
  if (!found) throw new Error(`the demo has nobody called ${login}`);
  return found;
}

export type Device = "desktop" | "phone";

const { defaultBrowserType: _, ...pixel } = devices["Pixel 7"];
const options = { desktop: { viewport: { width: 1280, height: 800 } }, phone: pixel };

/** Opens browsers of their own for several people, and watches what their pages complain about. */
export class People {
  readonly complaints: string[] = [];
  private readonly contexts: BrowserContext[] = [];
  private readonly browser: Browser;

  constructor(browser: Browser) {
    this.browser = browser;
  }

  /** A new browser in which nobody has signed in. */
  async visitor(device: Device = "desktop", locale = "zh-CN"): Promise<Page> {
    const context = await this.browser.newContext({
      ...options[device], baseURL: demo().baseUrl, locale, timezoneId: "Asia/Shanghai", permissions: ["camera"], reducedMotion: "reduce",
    });
    this.contexts.push(context);
    const page = await context.newPage();
    this.watch(page);
    return page;
  }

  /** A new browser in which the person has signed in. */
  async signedIn(login: string, device: Device = "desktop"): Promise<Page> {
    const page = await this.visitor(device);
    await page.goto("/signin");
    await signIn(page, login, account(login).password);
    await expect(page).toHaveURL("/");
    return page;
  }

  async close() {
    for (const c of this.contexts) await c.close();
  }

  // A refused request is in the console too; whether it may be refused is for each test to say.
  private watch(page: Page) {
    page.on("console", (m) => {
      if (m.type() === "error" && !m.text().startsWith("Failed to load resource")) this.complaints.push(`${page.url()}: ${m.text()}`);
    });
    page.on("pageerror", (e) => this.complaints.push(`${page.url()}: ${e.message}`));
    page.on("response", (r) => {
      if (r.status() >= 500) this.complaints.push(`${r.request().method()} ${r.url()}: ${r.status()}`);
    });
  }
}

export async function signIn(page: Page, login: string, password: string) {
  await page.getByLabel("手机号或账号").fill(login);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.locator("form").getByRole("button", { name: "登录" }).click();
}

export const test = base.extend<{ people: People }>({
  people: async ({ browser }, use) => {
    const people = new People(browser);
    await use(people);
    await people.close();
    expect(people.complaints, "complaints of pages").toEqual([]);
  },
});

/** WCAG 2.2 AA as far as axe can see it, and nothing that can be pressed within something else that can. */
export async function accessible(page: Page) {
  await expect.soft(page.locator("a button, button a, label button"), `one within another on ${page.url()}`).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.any[0]?.message ?? ""}`).join(" | ")}`), `axe on ${page.url()}`).toEqual([]);
}

type Text = { at: string; to: string; body: string };

/** Short messages that the gateway of the demo took for a number, oldest first. */
export async function texts(page: Page, mobile: string): Promise<Text[]> {
  const answer = await page.request.get("/api/v1/demo/sms");
  return ((await answer.json()) as Text[]).filter((m) => m.to === mobile);
}

/** What comes in at a number while something is done, first match of the pattern. */
export async function textDuring(page: Page, mobile: string, pattern: RegExp, action: () => Promise<void>): Promise<string> {
  const before = (await texts(page, mobile)).length;
  await action();
  let found: string | undefined;
  await expect.poll(async () => {
    found = (await texts(page, mobile)).slice(before).map((m) => pattern.exec(m.body)?.[0]).find(Boolean);
    return found;
  }, `a message to ${mobile} with ${pattern}`).toBeTruthy();
  return found!;
}
