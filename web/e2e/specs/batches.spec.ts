import { accessible, expect, test } from "../lib/test.ts";
import { ask, beginBatch, documentType, downloadSheet, fileServer, pause, run, sealFor, selectForSealing } from "../lib/office.ts";

test("a run says what it waits for, its failed rows are done again, and the table comes back; DOC-2, DOC-5", async ({ people }) => {
  test.setTimeout(180_000);
  const admin = await people.signedIn("supervisor");
  const buyer = await people.signedIn("buyer");
  const server = await fileServer(admin, "e2e-rows");
  const type = await documentType(admin, "ER", { store: server.name, creators: [] });
  const others = (await ask<{ id: string; name: string }[]>(admin, "/departments")).filter((d) => d.name === "法务部").map((d) => d.id);
  await server.down();
  const keys = [1, 2, 3].map((n) => `ER-${run}-${n}`);
  await beginBatch(buyer, type.label, ...keys);
  await expect(buyer.getByText("单据存储服务器没有应答")).toBeVisible();
  await accessible(buyer);

  // Meanwhile the department loses the right to make such documents.
  await pause(buyer);
  await type.set({ creators: others });
  await server.up();
  await buyer.getByRole("button", { name: "继续" }).click();
  await expect(buyer.getByText("3 行没有完成；原因见下表，可以重做。")).toBeVisible();
  await expect(buyer.getByRole("row").filter({ hasText: "失败" })).toHaveCount(3);
  await accessible(buyer);
  const failed = await downloadSheet(buyer, buyer.getByRole("link", { name: "下载结果表" }));
  expect(failed[0]!.slice(-4)).toEqual(["编号", "状态", "链接", "错误"]);
  for (const [i, key] of keys.entries()) {
    expect([failed[i + 1]![0], failed[i + 1]!.at(-3)]).toEqual([key, "失败"]);
    expect(failed[i + 1]!.at(-1)).not.toBe("");
  }

  await type.set({ creators: [] });
  await buyer.getByRole("button", { name: "重做失败的 3 行" }).click();
  await expect(buyer.getByText("完成 3")).toBeVisible({ timeout: 30_000 });
  await expect(buyer.getByRole("button", { name: /^重做失败/ })).toHaveCount(0);
  const done = await downloadSheet(buyer, buyer.getByRole("link", { name: "下载结果表" }));
  expect(done.slice(1).map((r) => [r[0], r.at(-3)])).toEqual(keys.map((k) => [k, "完成"]));
  expect(new Set(done.slice(1).map((r) => r.at(-4)))).toHaveProperty("size", 3);
  expect(done[1]!.at(-4)).toMatch(/^ER-/);
  await buyer.getByRole("link", { name: done[1]!.at(-4)! }).click();
  await expect(buyer.getByTestId("pdf")).toBeVisible();
  await type.end();
});

test("sealing many with a seal whose use is approved: asked, refused with a reason, asked again, approved; PLT-24", async ({ people }) => {
  test.setTimeout(180_000);
  const [admin, applicant, buyer, finance] = [await people.signedIn("supervisor"), await people.signedIn("sealer"), await people.signedIn("buyer"), await people.signedIn("finance")];
  const type = await documentType(admin, "EA", { creators: [] });
  const seal = await sealFor({ applicant, admin, holder: finance }, "finance", true);
  await beginBatch(buyer, type.label, `EA-${run}-1`, `EA-${run}-2`);
  await expect(buyer.getByText("完成 2")).toBeVisible({ timeout: 30_000 });

  const dialog = finance.getByRole("dialog");
  const apply = async (reason: string) => {
    await dialog.getByRole("button", { name: "申请批准" }).click();
    await dialog.getByLabel("用印事由").fill(reason);
    await accessible(finance);
    await dialog.getByRole("button", { name: "申请批准" }).click();
    await expect(dialog.getByText("用印申请已提交")).toBeVisible();
    await finance.keyboard.press("Escape");
  };
  await selectForSealing(finance, `EA-${run}`, 2);
  await dialog.getByText(seal.number).click();
  await dialog.getByLabel("印章密码").fill(seal.password);
  await dialog.getByRole("button", { name: "解锁并盖章" }).click();
  await expect(dialog.getByText("用印尚未批准")).toBeVisible();
  await apply("十一月订单");
  await expect(finance.getByText("待审批")).toBeVisible();

  // The approver learns of it, and refuses with a reason.
  await admin.goto("/inbox");
  await expect(admin.getByText(/为 2 份文件盖章，事由：十一月订单/).first()).toBeVisible();
  await admin.getByRole("link", { name: "打开印章" }).first().click();
  await admin.getByRole("button", { name: "不批准 财务员己" }).click();
  await admin.getByRole("dialog").getByLabel("原因").fill("金额与合同不符");
  await admin.getByRole("dialog").getByRole("button", { name: "不批准" }).click();
  await expect(admin.getByRole("row").filter({ hasText: "十一月订单" }).getByText("金额与合同不符")).toBeVisible();
  await expect(finance.getByText("原因：金额与合同不符")).toBeVisible();

  // Asked again for the same selection; what is approved is sealed.
  await finance.getByRole("button", { name: "恢复选择" }).click();
  await apply("金额已核对");
  const phone = await people.signedIn("supervisor", "phone");
  await phone.goto(`/seals/${seal.id}`);
  await accessible(phone);
  await phone.getByRole("button", { name: /^批准 财务员己/ }).click();
  await expect(phone.getByText("已批准用印")).toBeVisible();
  await expect(finance.getByText("已批准", { exact: true })).toBeVisible();
  await finance.getByRole("button", { name: "恢复选择" }).last().click();
  await expect(dialog.getByRole("radio", { name: new RegExp(seal.number) })).toBeChecked();
  await dialog.getByLabel("印章密码").fill(seal.password);
  await dialog.getByRole("button", { name: "解锁并盖章" }).click();
  await expect(finance).toHaveURL(/\/batches\//);
  await expect(finance.getByText("完成 2")).toBeVisible({ timeout: 30_000 });
  await seal.end();
  await type.end();
});

test("a run whose unlocking is over asks for the password again and goes on; DOC-7, PLT-24", async ({ people }) => {
  test.setTimeout(180_000);
  const [admin, applicant, buyer, finance] = [await people.signedIn("supervisor"), await people.signedIn("sealer"), await people.signedIn("buyer"), await people.signedIn("finance")];
  const server = await fileServer(admin, "e2e-seals");
  const type = await documentType(admin, "EU", { store: server.name, creators: [] });
  const seal = await sealFor({ applicant, admin, holder: finance }, "finance");
  await beginBatch(buyer, type.label, `EU-${run}-1`, `EU-${run}-2`);
  await expect(buyer.getByText("完成 2")).toBeVisible({ timeout: 30_000 });

  await server.down();
  const dialog = finance.getByRole("dialog");
  await selectForSealing(finance, `EU-${run}`, 2);
  await dialog.getByText(seal.number).click();
  await dialog.getByLabel("印章密码").fill(seal.password);
  await dialog.getByRole("button", { name: "解锁并盖章" }).click();
  await expect(finance.getByText("单据存储服务器没有应答")).toBeVisible();

  // While the run is stopped the seal is taken out of use: its rows fail, and the run lets go of the key.
  await pause(finance);
  await server.up();
  await admin.goto(`/seals/${seal.id}`);
  await admin.getByRole("button", { name: "停用" }).click();
  await admin.getByRole("dialog").getByLabel("原因").fill("密码可能泄露");
  await admin.getByRole("dialog").getByRole("button", { name: "停用" }).click();
  await expect(admin.getByRole("alert").getByText("原因：密码可能泄露")).toBeVisible();
  await finance.getByRole("button", { name: "继续" }).click();
  await expect(finance.getByText("2 行没有完成；原因见下表，可以重做。")).toBeVisible();
  await expect(finance.getByRole("row").filter({ hasText: "印章不在使用中" })).toHaveCount(2);
  await admin.getByRole("button", { name: "恢复" }).click();
  await admin.getByRole("dialog").getByLabel("原因").fill("已核实");
  await admin.getByRole("dialog").getByRole("button", { name: "恢复" }).click();
  await expect(admin.getByText("使用中")).toBeVisible();

  await finance.getByRole("button", { name: "重做失败的 2 行" }).click();
  await expect(finance.getByRole("heading", { name: "请再次输入印章密码" })).toBeVisible();
  await expect(finance.getByText("请重新输入印章密码以继续")).toBeVisible();
  await accessible(finance);
  await finance.getByLabel("印章密码").fill("not-its-password");
  await finance.getByRole("button", { name: "解锁并继续" }).click();
  await expect(finance.getByText("密码不对")).toBeVisible();
  await finance.getByLabel("印章密码").fill(seal.password);
  await finance.keyboard.press("Enter");
  await expect(finance.getByText("完成 2")).toBeVisible({ timeout: 30_000 });
  await expect(finance.getByRole("heading", { name: "请再次输入印章密码" })).toHaveCount(0);
  await seal.end();
  await type.end();
});
