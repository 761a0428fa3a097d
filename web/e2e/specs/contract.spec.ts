import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { account, accessible, demo, expect, test, textDuring } from "../lib/test.ts";
import * as applicant from "../lib/applicant.ts";
import * as staff from "../lib/staff.ts";

/** A day of next week as forms hold it. */
const nextWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);

const present = (program: string) => {
  try {
    execFileSync("which", [program]);
    return true;
  } catch {
    return false;
  }
};

/** The same file with one byte of a page's content changed. */
function altered(pdf: Buffer): Buffer {
  const out = Buffer.from(pdf);
  const at = Math.floor(out.length / 4);
  out[at] = out[at]! ^ 1;
  return out;
}

test("a company signs, corrects, and holds a contract in force; GAS-1 to GAS-14", async ({ people }, info) => {
  test.setTimeout(240_000);
  const agent = account("agent1");
  const boss = account("boss1");
  const scan = applicant.scan("材料.pdf", readFileSync(demo().contract));
  const phone = await people.signedIn("agent1", "phone");
  let number = "";
  let address = "";

  await test.step("identity: data, pictures, consent, face", async () => {
    address = await applicant.startContract(phone);
    await accessible(phone);
    await applicant.fillIdentity(phone, agent, "91350100MA0000001P");
    await applicant.handIn(phone, "提交身份信息");
    await applicant.holdFace(phone);
    await expect(phone.getByText("人工核验身份").first()).toBeVisible({ timeout: 40_000 });
    number = (await phone.getByText(/^RQ-\d{8}-\d{6}$/).first().innerText()).trim();
  });

  const reviewer = await people.signedIn("reviewer");
  await test.step("an officer compares both pictures and confirms", async () => {
    await staff.open(reviewer, number);
    await expect(reviewer.getByLabel("查看原因")).toBeVisible();
    await expect(reviewer.getByAltText("证件照片")).toHaveCount(0); // not before a reason is recorded
    await reviewer.getByLabel("查看原因").fill("核对人像");
    await reviewer.getByRole("button", { name: "查看", exact: true }).click();
    await expect(reviewer.getByAltText("证件照片")).toBeVisible();
    await expect(reviewer.getByAltText("现场影像")).toBeVisible();
    await reviewer.getByText("比对现场影像与证件照片", { exact: true }).click();
    await reviewer.locator("#confirm-face_reason").fill("照片与影像为同一人");
    await reviewer.getByRole("button", { name: /确认/ }).click();
  });

  await test.step("basic data and materials, without loading the page again", async () => {
    await expect(phone.locator("#section-basic")).toBeVisible();
    await applicant.fillBasic(phone, agent);
    await applicant.giveMaterials(phone, scan);
    await applicant.handIn(phone, "提交基础资料");
    await expect(phone.locator("#section-contract")).toBeVisible();
  });

  await test.step("contract data with appliances", async () => {
    await applicant.fillContract(phone, nextWeek());
    await applicant.handIn(phone, "提交合同资料");
    await expect(phone.getByText("燃气公司填写供气条件").first()).toBeVisible();
  });

  await test.step("the clerk completes the terms", async () => {
    const clerk = await people.signedIn("clerk");
    await staff.open(clerk, number);
    await staff.completeTerms(clerk);
    await expect(clerk.getByText("阅读并签名").first()).toBeVisible();
  });

  await test.step("read to the last page, draw, confirm by a code, sign", async () => {
    await applicant.readToTheEnd(phone);
    await accessible(phone);
    await applicant.signContract(phone, agent);
    await expect(phone.getByText("申请人盖章").first()).toBeVisible();
  });

  await test.step("both seals: one password here, the other on the legal representative's phone", async () => {
    await applicant.instructSeals(phone);
    const message = textDuring(phone, boss.mobile, /http\S+\/l\/[\w-]+/, () => phone.getByRole("button", { name: "请法定代表人在自己的手机上输入" }).first().click());
    const link = await message;
    await applicant.unlock(phone, "合同章密码", agent.sealPassword!);
    await expect(phone.getByText("已解锁，等待另一枚")).toBeVisible();
    const theirs = await people.visitor("phone");
    await theirs.goto(link);
    await expect(theirs.locator(".pdf-pages canvas").first()).toBeVisible();
    await theirs.getByLabel("印章密码", { exact: true }).fill(boss.sealPassword!);
    await theirs.getByRole("button", { name: "解锁" }).click();
    await expect(theirs.getByText("已收到您的密码")).toBeVisible();
    await expect(phone.getByText("审核中").first()).toBeVisible();
  });

  const fault = { title: "安全用气承诺书", phrase: "缺少公章" };
  await test.step("the reviewer finds one material unqualified", async () => {
    await staff.open(reviewer, number);
    await staff.judge(reviewer, [fault]);
  });

  await test.step("the applicant sees exactly that, and corrects it", async () => {
    await expect(phone.getByText("退回补正").first()).toBeVisible();
    await expect(phone.getByText(/^退回原因：/)).toHaveText([`退回原因：${fault.phrase}`]);
    const row = phone.locator("#material-safety");
    await row.getByRole("button", { name: /移除/ }).click();
    await applicant.upload(row, fault.title, { ...scan, name: "补正.pdf" });
    await expect(row.getByText("补正.pdf")).toBeVisible();
    await applicant.handIn(phone, "提交补正");
    await expect(phone.getByText("审核中").first()).toBeVisible();
  });

  await test.step("the reviewer finds everything qualified", async () => {
    await staff.open(reviewer, number);
    await staff.judge(reviewer, []);
  });

  await test.step("the gas company countersigns", async () => {
    const sealer = await people.signedIn("sealer");
    await staff.open(sealer, number);
    await sealer.getByLabel("印章密码", { exact: true }).fill(account("sealer").sealPassword!);
    await sealer.getByRole("button", { name: "合章并生效" }).click();
    await expect(sealer.getByText("合同生效").first()).toBeVisible();
  });

  const file = info.outputPath("contract.pdf");
  await test.step("the applicant is told and downloads the contract", async () => {
    await expect(phone.getByText("合同生效").first()).toBeVisible();
    await phone.goto("/inbox");
    await expect(phone.getByText(number).first()).toBeVisible();
    await accessible(phone);
    await phone.goto(address);
    const download = phone.waitForEvent("download");
    await phone.getByRole("link", { name: /^下载/ }).first().click();
    await (await download).saveAs(file);
  });

  await test.step("anybody verifies it; a changed copy is broken", async () => {
    const anybody = await people.visitor();
    await anybody.goto("/verify");
    await accessible(anybody);
    await anybody.getByLabel("选择文件").setInputFiles(file);
    await expect(anybody.getByText("文件真实，未被改动")).toBeVisible();
    await expect(anybody.getByText("有效", { exact: true })).toBeVisible();
    await accessible(anybody);
    const changed = info.outputPath("changed.pdf");
    writeFileSync(changed, altered(readFileSync(file)));
    await anybody.getByRole("button", { name: "验证另一份" }).click();
    await anybody.getByLabel("选择文件").setInputFiles(changed);
    await expect(anybody.getByText("文件已被改动或损坏，不可信")).toBeVisible();
  });

  await test.step("another implementation agrees", () => {
    test.skip(!present("pdfsig"), "poppler-utils is not installed");
    const said = execFileSync("pdfsig", [file], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const seals = said.split("Signature #").filter((part) => part.includes("ETSI.CAdES.detached"));
    const verdicts = seals.map((part) => /Signature Validation: (.*)/.exec(part)?.[1]);
    expect(verdicts.length).toBeGreaterThanOrEqual(4);
    expect(new Set(verdicts)).toEqual(new Set(["Signature is Valid."]));
  });
});
