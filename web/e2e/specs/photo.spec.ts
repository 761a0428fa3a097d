import { launchOptions } from "../lib/chromium.ts";
import { account, expect, test } from "../lib/test.ts";
import * as applicant from "../lib/applicant.ts";

test.use({ launchOptions: launchOptions("photo.y4m") });

test("a picture of the right person, moved before the camera, is refused and why is said; GAS-3", async ({ people }) => {
  test.setTimeout(120_000);
  const phone = await people.signedIn("agent3", "phone");
  await applicant.startContract(phone);
  await applicant.fillIdentity(phone, account("agent3"), "91350100MA0000003X", 105);
  await applicant.handIn(phone, "提交身份信息");
  await applicant.holdFace(phone);
  await expect(phone.getByText("未能确认是本人").or(phone.getByText("这次没有成功"))).toBeVisible({ timeout: 40_000 });
  await expect(phone.getByText(/还可以尝试 \d 次/)).toBeVisible();
  await expect(phone.getByText(/像是照片或屏幕/).first()).toBeVisible();
  await expect(phone.getByText("人脸核验").first()).toBeVisible();
});
