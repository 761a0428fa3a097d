import { chromium, devices } from "@playwright/test";
const base = process.env.BASE ?? "http://127.0.0.1:4199";
const only = process.argv.slice(2);
const pages = {
  signin: ["/signin", null], home: ["/", "applicant"], start: ["/start", "applicant"], c1: ["/cases/case_0001", "applicant"], c2: ["/cases/case_0002", "applicant"], c3: ["/cases/case_0003", "applicant"], c4: ["/cases/case_0004", "applicant"], c5: ["/cases/case_0005", "applicant"], c6: ["/cases/case_0006", "applicant"], c7: ["/cases/case_0007", "applicant"], c8: ["/cases/case_0008", "applicant"], c9: ["/cases/case_0009", "applicant"], c11: ["/cases/case_0011", "applicant"],
  queue: ["/", "staff"], desk: ["/cases/case_0008/desk", "staff"], c10s: ["/cases/case_0010", "staff"], seals: ["/seals", "applicant"], seal1: ["/seals/seal_1", "applicant"], sealnew: ["/seals/new", "applicant"], archive: ["/archive", "staff"], inbox: ["/inbox", "applicant"], account: ["/account", "applicant"], members: ["/admin/members", "staff"], materials: ["/admin/materials", "staff"], templates: ["/admin/templates", "staff"], verify: ["/verify", null], token: ["/v/abc", null], link: ["/l/abc", null], help: ["/help", null], accounts: ["/demo/accounts", null], mailbox: ["/demo/mailbox", null], nf: ["/nowhere", null], apikeys: ["/admin/apiKeys", "staff"], policy: ["/admin/policy", "staff"],
};
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run", "--font-render-hinting=none", "--force-color-profile=srgb", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"] });
const kinds = { d: { viewport: { width: 1280, height: 800 } }, p: { ...devices["Pixel 7"] } };
for (const [kind, opts] of Object.entries(kinds)) {
  if (process.env.KIND && process.env.KIND !== kind) continue;
  for (const [name, [path, who]] of Object.entries(pages)) {
    if (only.length && !only.includes(name)) continue;
    const ctx = await browser.newContext({ ...opts, locale: process.env.LOC ?? "zh-CN", timezoneId: "Asia/Shanghai", permissions: ["camera"], reducedMotion: "reduce" });
    const page = await ctx.newPage();
    page.on("console", (m) => ["error", "warning"].includes(m.type()) && console.log(kind, name, m.type(), m.text().slice(0, 300)));
    page.on("pageerror", (e) => console.log(kind, name, "PAGEERROR", e.message.slice(0, 400)));
    await page.request.delete(base + "/api/v1/sessions/current");
    if (who) await page.request.post(base + "/api/v1/sessions", { data: { method: "password", login: who, password: "x" } });
    await page.goto(base + path);
    await page.waitForTimeout(Number(process.env.WAIT ?? 1500));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) console.log(kind, name, "OVERFLOW", over);
    await page.screenshot({ path: `/tmp/shots/${kind}-${name}.png`, fullPage: !!process.env.FULL });
    await ctx.close();
  }
}
await browser.close();
