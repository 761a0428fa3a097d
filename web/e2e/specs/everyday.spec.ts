import type { Locator, Page } from "@playwright/test";
import { account, accessible, demo, expect, signIn, test, textDuring } from "../lib/test.ts";
import * as applicant from "../lib/applicant.ts";

test("a wrong password is refused without saying what was wrong", async ({ people }) => {
  const page = await people.visitor();
  await page.goto("/signin");
  await accessible(page);
  await signIn(page, "agent1", "not-the-password");
  await expect(page.getByText("账号或密码不对")).toBeVisible();
  await expect(page).toHaveURL(/\/signin/);
  await signIn(page, "nobody-at-all", "not-the-password");
  await expect(page.getByText("账号或密码不对")).toBeVisible();
});

test("the whole page turns English and stays so", async ({ people }) => {
  const page = await people.signedIn("agent3");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", /^en/);
  await expect(page.getByRole("link", { name: /Start/ }).first()).toBeVisible();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", /^en/);
  await page.getByRole("link").filter({ hasText: demo().cases["signing"]! }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Gas-supply contract");
  await accessible(page);
  await page.getByRole("button", { name: "中文" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("燃气业务电子签约");
});

/** Moves on with the Tab key as far as something, as people without a mouse do. */
async function tabTo(page: Page, to: Locator) {
  await expect(to).toBeVisible();
  for (let i = 0; i < 80; i++) {
    if (await to.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${to}`);
}

test("signing in and filling in a form needs no mouse", async ({ people }) => {
  const page = await people.visitor();
  await page.goto("/signin");
  await tabTo(page, page.getByLabel("手机号或账号"));
  await page.keyboard.type("agent3");
  await tabTo(page, page.getByLabel("密码", { exact: true }));
  await page.keyboard.type(account("agent3").password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/");
  await tabTo(page, page.getByRole("link", { name: "发起合同" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("radio", { name: /个体经营户负责人/ }));
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("button", { name: "开始办理" }));
  await page.keyboard.press("Enter");
  await tabTo(page, applicant.entry(page, "identity", "name"));
  await page.keyboard.type("经办人三");
  await tabTo(page, applicant.entry(page, "identity", "mobile"));
  await page.keyboard.type("123");
  await page.keyboard.press("Tab");
  await expect(page.locator("#identity_mobile__error")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "提交身份信息" }));
  await page.keyboard.press("Enter");
  const summary = page.getByRole("link", { name: /证件号码/ });
  await tabTo(page, summary);
  await page.keyboard.press("Enter");
  await expect(applicant.entry(page, "identity", "number")).toBeFocused();
});

test("a draft goes on on another device, and over a reload; GAS-5", async ({ people }) => {
  const number = demo().cases["basic"]!;
  const desk = await people.signedIn("agent2");
  await desk.getByRole("link").filter({ hasText: number }).click();
  await applicant.entry(desk, "basic", "bank").fill("示例银行东城支行");
  await expect(desk.getByText(/^草稿已保存/)).toBeVisible();
  const phone = await people.signedIn("agent2", "phone");
  await phone.getByRole("link").filter({ hasText: number }).click();
  await expect(applicant.entry(phone, "basic", "bank")).toHaveValue("示例银行东城支行");
  await applicant.entry(phone, "basic", "bankAccount").fill("6222000000000077");
  await expect(phone.getByText(/^草稿已保存/)).toBeVisible();
  await desk.reload();
  await expect(applicant.entry(desk, "basic", "bank")).toHaveValue("示例银行东城支行");
  await expect(applicant.entry(desk, "basic", "bankAccount")).toHaveValue("6222000000000077");
});

type Told = { state: { id: string }; documents: { sha256: string; state: string }[] };

test("a wrong seal password is said, is counted, and changes nothing; who does not agree declines; GAS-8, PLT-21", async ({ people }) => {
  const agent = account("agent2");
  const page = await people.signedIn("agent2");
  await page.getByRole("link").filter({ hasText: demo().cases["sealing"]! }).click();
  await applicant.instructSeals(page);
  const id = new URL(page.url()).pathname.split("/").pop()!;
  const told = async () => (await (await page.request.get(`/api/v1/cases/${id}`)).json()) as Told;
  const count = async () => ((await (await page.request.get(`/api/v1/cases/${id}/seals?for=contractSeal`)).json()) as { items: { tries: number }[] }).items[0]!.tries;
  const before = await told();
  const tried = await count();
  await applicant.unlock(page, "合同章密码", "not-its-password");
  await expect(applicant.sealHalf(page, "合同章密码").getByText("密码不对")).toBeVisible();
  await expect(page.getByText("再输错 4 次将锁定")).toBeVisible();
  expect(await count()).toBe(tried + 1);
  const after = await told();
  expect(after.state.id).toBe("sealing");
  expect(after.documents).toEqual(before.documents);
  await applicant.unlock(page, "合同章密码", agent.sealPassword!);
  await expect(page.getByText("已解锁，等待另一枚")).toBeVisible();

  await test.step("the legal representative declines on their own phone, with a reason", async () => {
    const link = await textDuring(page, account("boss2").mobile, /http\S+\/l\/[\w-]+/, () => page.getByRole("button", { name: "请法定代表人在自己的手机上输入" }).first().click());
    const theirs = await people.visitor("phone");
    await theirs.goto(link);
    await theirs.getByRole("button", { name: "不同意，说明原因" }).click();
    const dialog = theirs.getByRole("dialog");
    await accessible(theirs);
    await dialog.getByRole("button", { name: "拒绝盖章" }).click();
    await expect(dialog.getByLabel("原因")).toHaveAttribute("aria-invalid", "true");
    await dialog.getByLabel("原因").fill("合同期限应为一年");
    await dialog.getByRole("button", { name: "拒绝盖章" }).click();
    await expect(theirs.getByText("您已拒绝盖章")).toBeVisible();
    await expect(page.locator("#section-contract")).toBeVisible();
    await expect(page.getByText("合同期限应为一年").first()).toBeVisible();
    expect((await told()).state.id).toBe("contract");
  });
});
