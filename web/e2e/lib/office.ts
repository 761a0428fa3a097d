import { randomUUID } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import type { Locator, Page } from "@playwright/test";
import { account, demo, expect } from "./test.ts";

/** Numbers that no other run of this demo has used. */
export const run = Date.now().toString(36).toUpperCase();

const TITLES = "订单号,供应商,订单日期,货物名称及规格,数量,金额（元）,交货地点,联系人,备注";
const row = (key: string) => `${key},示例市样本供货有限公司,2026-11-20,法兰球阀 DN80,7,1200.50,示例市建设路 1 号仓库,采购员戊,浏览器测试`;

/** A spreadsheet of orders, one for each key. */
export const orders = (...keys: string[]) => ({ name: "orders.csv", mimeType: "text/csv", buffer: Buffer.from(`\ufeff${[TITLES, ...keys.map(row)].join("\r\n")}\r\n`) });

/** Makes a change by the API, as whoever is signed in on the page: what a test needs but does not test. */
export async function change<T = unknown>(page: Page, method: "POST" | "PUT", path: string, data: unknown, etag?: string): Promise<T> {
  const answer = await page.request.fetch(`/api/v1${path}`, { method, data, headers: { "Idempotency-Key": randomUUID(), ...(etag ? { "If-Match": etag } : {}) } });
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  const body = await answer.text();
  return (body ? JSON.parse(body) : undefined) as T;
}

export const ask = async <T>(page: Page, path: string) => (await (await page.request.get(`/api/v1${path}`)).json()) as T;

/** An outside file server that can be out of reach: the demo's FTP server, in the inbox of a department, where a type has a folder of its own. */
export async function fileServer(admin: Page, name: string) {
  const { user, password } = demo().ftp;
  const store = (address: string) => ({ kind: "ftp", address, user, password, folder: "inbox" });
  await change(admin, "POST", "/document-stores", { name, ...store(process.env.CINNABAR_FTP!) });
  return {
    name,
    down: () => change(admin, "PUT", `/document-stores/${name}`, store("127.0.0.1:9")), // discards what comes, if anything listens
    up: () => change(admin, "PUT", `/document-stores/${name}`, store(process.env.CINNABAR_FTP!)),
  };
}

type DocumentType = { id: string; title: { zh: string; en: string }; prefix: string; routes: unknown[]; [more: string]: unknown };

/** A type of documents like the order, with what is given; closed again by end. */
export async function documentType(admin: Page, id: string, more: Record<string, unknown>) {
  const put = async (items: (old: DocumentType[]) => DocumentType[]) => {
    const answer = await admin.request.get("/api/v1/document-types");
    const { items: old } = (await answer.json()) as { items: DocumentType[] };
    await change(admin, "PUT", "/document-types", { items: items(old) }, answer.headers().etag);
  };
  const set = (fields: Record<string, unknown>) => put((old) => old.map((t) => (t.id === id ? { ...t, ...fields } : t)));
  await put((old) => [...old, { ...old.find((t) => t.id === "PO")!, id, prefix: id, title: { zh: `浏览器测试单 ${id}`, en: id }, ...more }]);
  return { id, label: `浏览器测试单 ${id} (${id})`, set, end: () => set({ closed: true }) };
}

/** Begins a run that makes an order of each key, and shows its page. */
export async function beginBatch(page: Page, type: string, ...keys: string[]) {
  await page.goto("/documents/batch");
  await page.getByLabel("单据类型").selectOption({ label: type });
  await page.locator("input[type=file]").first().setInputFiles(orders(...keys));
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("button", { name: "检查数据" }).click();
  await page.getByRole("button", { name: `开始制作 ${keys.length} 份` }).click();
  await expect(page).toHaveURL(/\/batches\//);
}

/** A run that waits tries again by itself; one that is paused stays as it is. */
export const pause = (page: Page) => change(page, "POST", `/batches/${new URL(page.url()).pathname.split("/").pop()}/pause`, {});

/** A contract seal of the gas company for somebody, until it is ended. */
export async function sealFor(people: { applicant: Page; admin: Page; holder: Page }, login: string, needsApproval = false) {
  const { org } = await ask<{ org: { id: string } }>(people.holder, "/sessions/current");
  const members = await ask<{ person: { id: string; name: string } }[]>(people.holder, `/organisations/${org.id}/members`);
  const holder = members.find((m) => m.person.name === account(login).name)!.person.id;
  const number = String(Date.now()).padStart(13, "0").slice(-13);
  const { id } = await change<{ id: string }>(people.applicant, "POST", "/seals", { org: org.id, kind: "contract", holder, number, needsApproval });
  await change(people.admin, "POST", `/seals/${id}/approve`, { reason: "浏览器测试" });
  const password = `yinzhang-${randomUUID()}`;
  await change(people.holder, "PUT", `/seals/${id}/password`, { next: password });
  return { id, number, password, end: () => change(people.admin, "POST", `/seals/${id}/revoke`, { reason: "测试结束" }) };
}

/** Opens the window in which the documents of these keys are sealed at once. */
export async function selectForSealing(page: Page, words: string, count: number) {
  await page.goto(`/documents?view=waiting&q=${words}`);
  await expect(page.getByText(`共 ${count} 项`)).toBeVisible();
  await page.getByRole("checkbox", { name: "选择已显示的全部" }).check();
  await page.getByRole("button", { name: `批量盖章（${count}）` }).click();
}

/** The texts of a spreadsheet that a link leads to, row by row. */
export async function downloadSheet(page: Page, link: Locator): Promise<string[][]> {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const stream = await file.createReadStream();
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  const xml = unpack(Buffer.concat(parts), "xl/worksheets/sheet1.xml").toString();
  return [...xml.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map((r) => [...r[1]!.matchAll(/<c [^>]*?(?:\/>|>(.*?)<\/c>)/gs)].map((c) => (c[1] ?? "").replace(/<[^>]*>/g, "")));
}

/** One file of a ZIP, by its central directory (APPNOTE 4.3.12). */
function unpack(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50; ) {
    const [packed, names, extra, comment, from] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    if (zip.toString("utf8", at + 46, at + 46 + names) === name) {
      const data = from + 30 + zip.readUInt16LE(from + 26) + zip.readUInt16LE(from + 28);
      const body = zip.subarray(data, data + packed);
      return zip.readUInt16LE(at + 10) === 0 ? body : inflateRawSync(body);
    }
    at += 46 + names + extra + comment;
  }
  throw new Error(`${name} is not in the file`);
}
