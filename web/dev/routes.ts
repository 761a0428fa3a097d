import type { IncomingMessage, ServerResponse } from "node:http";
import { applicant, caseOf, faults, seals, staff, states, t, type Stored } from "./data.ts";
import { samplePdf } from "./pdf.ts";

type Body = Record<string, unknown>;
type Reply = { status?: number; body?: unknown; type?: string; headers?: Record<string, string> };
type Handler = (m: string[], body: Body, req: IncomingMessage) => Reply | unknown;

const cases: Stored[] = states.map((state, i) => ({ id: `case_${String(i + 1).padStart(4, "0")}`, state, version: 1, drafts: {}, revisions: {}, uploaded: {} }));
const files = new Map<string, Body & { bytes: Buffer }>();
let session: typeof staff | null = null;
let nextFile = 100;
let consents: Body[] = [];
const inbox = [
  { id: "m1", at: new Date(Date.now() - 3_600_000).toISOString(), title: t("材料需要补正", "Materials need correction"), body: t("场所产权证明：租赁合同缺少出租人同意书，请补充。", "Proof of premises: the owner's consent is missing."), case: "case_0009", readAt: null as string | null },
  { id: "m2", at: new Date(Date.now() - 86_400_000).toISOString(), title: t("合同已生效", "Contract in force"), body: t("合同 RQ-2026-000011 已完成合章并生效。", "Contract RQ-2026-000011 is in force."), case: "case_0011", readAt: "2026-11-21T08:00:00Z" },
];
const archive = Array.from({ length: 12 }, (_, i) => ({ id: `d${i + 1}`, number: `RQ-2026-0000${10 + i}`, kind: "contract", title: t("燃气供用合同（商业）", "Gas-supply contract"), state: i === 3 ? "superseded" : i === 5 ? "voided" : "effective", party: i % 3 ? "样例餐饮管理有限公司" : "示范酒店有限公司", address: `样例市样例区样例路 ${i + 1} 号`, effectiveAt: `2026-0${1 + (i % 9)}-15T00:00:00Z`, expiresAt: `2027-0${1 + (i % 9)}-14T00:00:00Z`, case: "case_0011" }));
const settings: Record<string, unknown> = {
  materials: [{ name: "licence", title: t("营业执照", "Business licence"), help: t("", ""), categories: [], useTypes: [], required: true, accept: ["image/jpeg", "application/pdf"] }, { name: "premises", title: t("场所产权证明或租赁合同", "Ownership proof or lease"), help: t("租赁的，另附出租人同意书", "With the owner's consent if leased"), categories: [], useTypes: ["commercial"], required: true, accept: ["image/jpeg", "application/pdf"] }, { name: "power", title: t("授权委托书", "Power of attorney"), help: t("", ""), categories: ["agent"], useTypes: [], required: true, accept: ["application/pdf"] }],
  appliances: [{ id: "a", name: "双眼中餐灶", model: "ZCT-2", ratedFlow: 2.4 }, { id: "b", name: "单门蒸箱", model: "ZX-1", ratedFlow: 1.8 }],
  templates: [{ id: "gas-commercial", title: t("燃气供用合同（商业）", "Commercial contract"), useType: "commercial", version: 3, body: "# 燃气供用合同\n\n供气方：{{operator.name}}\n用气方：{{applicant.company}}\n" }],
  policy: { faceAssurance: "officer", precheck: false },
};
let phrases = [{ id: "p1", text: t("照片不清晰，请重新拍摄", "Picture unclear, please take it again") }, { id: "p2", text: t("缺少签字或盖章", "Signature or seal missing") }, { id: "p3", text: t("证件已过有效期", "Document expired") }];
const pdf = samplePdf([["燃气供用合同", "合同编号：RQ-2026-000018", "供气方：样例市燃气有限公司", "用气方：样例餐饮管理有限公司", ...Array.from({ length: 18 }, (_, i) => `第${i + 1}条　双方应当遵守国家和本市燃气管理的有关规定。`)], ["第二章　供气与计量", "（样例条款）"], ["第三章　价款与结算", "（样例条款）"], ["签署页", "供气方（盖章）：", "用气方（盖章）：", "法定代表人（签章）："]]);

const no = (status: number, code: string, more: Body = {}): Reply => ({ status, type: "application/problem+json", body: { type: "about:blank", title: code, status, code, requestId: "req_sample", ...more } });
const find = (id: string) => cases.find((c) => c.id === id);
const isStaff = () => session === staff;
const rows = () => cases.map((c) => caseOf(c, isStaff()));

function act(c: Stored, name: string, body: Body): Reply | unknown {
  const view = caseOf(c, isStaff());
  const action = view.actions.find((a) => a.name === name) ?? (name === "read" ? view.actions[0] : undefined);
  if (!action) return no(409, "not-open", { params: { open: view.actions.map((a) => a.name) } });
  const wrong = action.submits.flatMap((s) => faults(s, { ...view.sections.find((x) => x.id === s)?.data, ...c.drafts[s] }).map((f) => ({ ...f, pointer: `/${s}${f.pointer}` })));
  if (c.state === "basic") wrong.push(...view.materials.filter((m) => m.required && !m.files.length).map((m) => ({ pointer: `/materials/${m.name}`, code: "missing" })));
  if (wrong.length) return no(422, "invalid", { errors: wrong });
  if (typeof body.password === "string" && body.password !== "sample-1") return no(422, "wrong-password", { params: { triesLeft: 4 } });
  c.version++;
  if (!["remind", "withdraw", "unlock-contract-seal"].includes(name)) c.state = states[Math.min(states.length - 1, states.indexOf(c.state) + (name === "judge" ? 2 : c.state === "correction" ? -1 : 1))]!;
  return { case: caseOf(c, isStaff()), result: name === "verify-face" ? { outcome: "review", triesLeft: 4 } : { outcome: "done" } };
}

const timeline = (c: Stored) => Array.from({ length: 2 + states.indexOf(c.state) }, (_, i) => ({ seq: i + 1, at: new Date(Date.now() - (12 - i) * 3_600_000).toISOString(), kind: "action", title: i ? t(`完成：${["发起", "提交身份资料", "人脸核验", "提交基础资料", "提交合同资料", "阅读合同", "签署", "加盖印章", "审核", "补正", "合章", "生效"][i] ?? ""}`, `Step ${i} done`) : t("发起办件", "Case begun"), actor: { name: i === 8 ? "李样例" : "张样例", role: "applicant", org: i === 8 ? "样例市燃气有限公司" : "样例餐饮管理有限公司" }, detail: { address: "192.0.2.10" }, hash: "b1946ac92492d2347c6235b4d2611184" + i }));

const routes: [RegExp, Handler][] = [
  [/^GET \/sessions\/current$/, () => session ?? no(401, "unauthenticated")],
  [/^POST \/sessions$/, (_, b) => (b.password === "wrong" ? no(401, "bad-credentials") : (session = String(b.login).startsWith("staff") ? staff : applicant))],
  [/^POST \/sessions\/sms-codes$/, () => ({ status: 204 })],
  [/^POST \/people$/, () => (session = applicant)],
  [/^DELETE \/sessions\/current$/, () => ((session = null), { status: 204 })],
  [/^GET \/sessions$/, () => [{ id: "ses_1", createdAt: new Date().toISOString(), lastSeenAt: new Date().toISOString(), address: "192.0.2.10", agent: "Chromium · Linux", current: true }, { id: "ses_2", createdAt: "2026-11-20T02:00:00Z", lastSeenAt: "2026-11-21T02:00:00Z", address: "192.0.2.44", agent: "Android", current: false }]],
  [/^PUT \/sessions\/current\/org$/, () => session],
  [/^POST \/people\/me\/totp$/, () => ({ secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/Cinnabar:sample?secret=JBSWY3DPEHPK3PXP&issuer=Cinnabar" })],
  [/^GET \/people\/me$/, () => session?.person],
  [/^GET \/consents$/, () => consents],
  [/^POST \/consents$/, (_, b) => ((consents = [{ ...b, givenAt: new Date().toISOString() }]), { status: 204 })],
  [/^GET \/operators/, () => [{ id: "org_gas", name: "样例市燃气有限公司" }, { id: "org_gas2", name: "示范县燃气有限公司" }]],
  [/^GET \/procedures\/gas-contract$/, () => ({ id: "gas-contract", version: 1, title: t("燃气供用合同签约", "Gas-supply contract"), mayStart: true, roles: [], stages: caseOf(cases[0]!, false).stages, states: rows().map((c) => c.state), actions: [], sections: [], diagram: "" })],
    [/^GET \/cases\?.*open=false/, () => ({ items: rows().filter((c) => c.state.final), next: "" })],
  [/^GET \/cases\?/, () => ({ items: rows().filter((c) => !c.state.final), next: "" })],
  [/^POST \/cases$/, () => ({ status: 201, body: caseOf(cases[0]!, false) })],
  [/^GET \/cases\/([^/]+)$/, (m) => { const c = find(m[1]!); return c ? caseOf(c, isStaff()) : no(404, "not-found"); }],
  [/^GET \/cases\/([^/]+)\/timeline$/, (m) => ({ items: timeline(find(m[1]!)!) })],
  [/^PUT \/cases\/([^/]+)\/drafts\/(\w+)$/, (m, b, req) => { const c = find(m[1]!)!; const s = m[2]!; const rev = c.revisions[s] ?? 0; if (req.headers["if-match"] !== `"${rev}"`) return no(412, "stale"); c.drafts[s] = b.data as Body; c.revisions[s] = rev + 1; return { revision: rev + 1, errors: faults(s, b.data as Body) }; }],
  [/^PUT \/cases\/([^/]+)\/materials\/(\w+)$/, (m, b) => { const c = find(m[1]!)!; c.uploaded[m[2]!] = (b.files as string[]).map((id) => { const f = files.get(id); return { id, name: String(f?.name ?? id), size: Number(f?.size ?? 1000), mime: String(f?.mime ?? "application/pdf"), url: `/api/v1/files/${id}/content` }; }); return caseOf(c, false).materials.find((x) => x.name === m[2]); }],
  [/^POST \/cases\/([^/]+)\/actions\/([\w-]+)$/, (m, b) => act(find(m[1]!)!, m[2]!, b)],
  [/^POST \/cases\/[^/]+\/face-checks$/, () => ({ check: "chk_1", nonce: "n", steps: ["turn-left", "nod"], expiresAt: new Date(Date.now() + 60_000).toISOString() })],
  [/^POST \/cases\/[^/]+\/unmask$/, () => ({ value: "110101199001011237" })],
  [/^POST \/cases\/[^/]+\/(confirmations|links|assignment)$/, () => ({ status: 204 })],
  [/^GET \/files\/([^/]+)$/, (m) => { const f = files.get(m[1]!); return f ? { ...f, bytes: undefined, state: "ready" } : { id: m[1], name: "身份证照片面.jpg", size: 210_000, mime: "image/jpeg", state: "ready" }; }],
  [/^GET \/files\/([^/]+)\/content/, (m) => { const f = files.get(m[1]!); return f ? { type: String(f.mime), body: f.bytes } : m[1] === "f2" || m[1] === "f1" ? { type: "image/svg+xml", body: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400"><rect width="600" height="400" fill="#eef1ec"/><rect x="24" y="24" width="552" height="352" fill="none" stroke="#a33" stroke-width="4"/><text x="300" y="110" font-size="44" text-anchor="middle">样例证照</text><text x="80" y="200" font-size="24">名称：样例餐饮管理有限公司</text><text x="80" y="250" font-size="24">代码：91110000MA0000000X</text></svg>' } : { type: "application/pdf", body: pdf }; }],
  [/^GET \/documents\/[^/]+\/content/, () => ({ type: "application/pdf", body: pdf })],
  [/^GET \/documents/, () => ({ items: archive, next: "", total: archive.length })],
  [/^GET \/cases\/[^/]+\/seals/, () => seals.map((s, i) => ({ ...s, held: i !== 1 }))],
  [/^GET \/seals$/, () => seals], [/^GET \/seals\/[^/]+\/log$/, () => [{ at: "2026-11-21T06:00:00Z", what: "合同盖章", actor: "张样例", document: "RQ-2026-000011", digest: "9f2c4be1a07d" }]],
  [/^POST \/seals\/preview$/, () => ({ type: "image/svg+xml", body: decodeURIComponent(seals[0]!.picture.slice(19)) })], [/^POST \/seals/, () => seals[2]], [/^PUT \/seals/, () => ({ status: 204 })],
  [/^GET \/inbox/, (_, __, req) => ({ items: req.url?.includes("unread") ? inbox.filter((m) => !m.readAt) : inbox, next: "" })],
  [/^PUT \/inbox/, () => (inbox.forEach((m) => (m.readAt = new Date().toISOString())), { status: 204 })],
  [/^GET \/phrases/, () => phrases], [/^PUT \/phrases/, (_, b) => (phrases = (b.items ?? b) as typeof phrases)],
  [/^GET \/settings\/(\w+)/, (m) => settings[m[1]!] ?? []], [/^POST \/settings\/templates\/preview/, () => ({ type: "application/pdf", body: pdf })], [/^PUT \/settings\/(\w+)/, (m, b) => (settings[m[1]!] = b.items ?? b)],
  [/^GET \/organisations\/[^/]+$/, () => ({ id: "org_1", name: session?.org?.name, uscc: "91110000MA0000000X", kind: session?.org?.kind })],
  [/^GET \/organisations\/[^/]+\/members$/, () => [{ person: { id: "per_1", name: "张样例", mobileMasked: "138****0000" }, roles: ["admin", "agent"] }, { person: { id: "per_2", name: "王样例", mobileMasked: "137****0000" }, roles: ["legal-rep"] }]],
  [/^GET \/organisations\/[^/]+\/api-keys$/, () => [{ id: "key_1", name: "归档系统", roles: ["clerk"], createdAt: "2026-10-01T00:00:00Z", lastUsedAt: null }]],
  [/^POST \/organisations\/[^/]+\/api-keys$/, (_, b) => ({ id: "key_2", name: b.name, roles: [], createdAt: new Date().toISOString(), secret: "sample-not-a-key" })],
  [/^POST \/verify/, () => ({ verdict: "valid", document: { number: "RQ-2026-000011", state: "in-force", title: t("燃气供用合同（商业）", "Contract"), parties: ["样例餐饮****公司", "样例市燃气有限公司"] }, signatures: [{ name: "张样例", kind: "internal", purpose: "手写签名", at: "2026-11-20T03:00:00Z", timestamped: true, covers: "version", digestOk: true, chainOk: true }, { name: "样例餐饮管理有限公司合同专用章", kind: "internal", purpose: "盖章", at: "2026-11-20T03:10:00Z", timestamped: true, covers: "version", digestOk: true, chainOk: true }, { name: "样例市燃气有限公司合同专用章", kind: "internal", purpose: "合章", at: "2026-11-20T06:00:00Z", timestamped: true, covers: "whole", digestOk: true, chainOk: true }], later: [], problems: [] })],
  [/^GET \/verify\//, () => ({ number: "RQ-2026-000011", state: "in-force", parties: ["样例餐饮****公司", "样例市燃气****公司"], effectiveAt: "2026-11-20T06:00:00Z" })],
  [/^POST \/links\//, () => ({ ...(session ?? applicant), level: "link", link: { case: "case_0007", role: "legal-rep", purpose: "unlock-legal-rep-seal" } })],
  [/^GET \/demo\/accounts$/, () => [{ login: "applicant", password: "sample", name: "张样例", role: "申请人", org: "样例餐饮管理有限公司" }, { login: "staff", password: "sample", name: "李样例", role: "审核员、用印员", org: "样例市燃气有限公司" }]],
  [/^GET \/demo\/mailbox$/, () => [{ at: new Date().toISOString(), to: "sample@example.com", subject: "材料需要补正", body: "场所产权证明：租赁合同缺少出租人同意书。" }]], [/^GET \/demo\/sms$/, () => [{ at: new Date().toISOString(), to: "13800000000", body: "验证码 000000，5 分钟内有效。" }]],
];

/** tus: creation and one or more pieces. */
function tus(req: IncomingMessage, body: Buffer, path: string, res: ServerResponse): boolean {
  res.setHeader("Tus-Resumable", "1.0.0");
  if (req.method === "POST" && path === "/files") {
    const id = `up${nextFile++}`;
    const meta = Object.fromEntries(String(req.headers["upload-metadata"] ?? "").split(",").map((p) => p.split(" ")).map(([k, v]) => [k, Buffer.from(v ?? "", "base64").toString()]));
    files.set(id, { id, name: meta.filename, mime: meta.filetype, size: Number(req.headers["upload-length"]), bytes: Buffer.alloc(0) });
    res.writeHead(201, { Location: `/api/v1/files/${id}` }).end();
    return true;
  }
  const f = files.get(path.split("/")[2] ?? "");
  if (req.method !== "PATCH" || !f) return false;
  f.bytes = Buffer.concat([f.bytes, body]);
  res.writeHead(204, { "Upload-Offset": String(f.bytes.length) }).end();
  return true;
}

function send(res: ServerResponse, reply: Reply | unknown) {
  const r = reply as Reply;
  const wrapped = typeof reply === "object" && reply !== null && ("status" in reply && typeof r.status === "number" && !("procedure" in reply) || "type" in reply && "body" in reply);
  const body = wrapped ? r.body : reply;
  res.statusCode = (wrapped && r.status) || 200;
  if (body === undefined) return res.end();
  res.setHeader("Content-Type", (wrapped && r.type) || "application/json");
  res.end(Buffer.isBuffer(body) || typeof body === "string" ? body : JSON.stringify(body));
}

export function answer(req: IncomingMessage, raw: Buffer, res: ServerResponse) {
  const path = (req.url ?? "").replace(/^\/api\/v1/, "");
  if (path.startsWith("/files") && tus(req, raw, path, res)) return;
  if (path.endsWith("/events")) return void res.writeHead(200, { "Content-Type": "text/event-stream" }).write(": ready\n\n");
  const line = `${req.method} ${path}`;
  for (const [pattern, handler] of routes) {
    const m = pattern.exec(line);
    if (!m) continue;
    const json = (req.headers["content-type"] ?? "").includes("application/json") && raw.length ? (JSON.parse(raw.toString()) as Body) : {};
    return void send(res, handler(m, json, req));
  }
  send(res, no(404, "not-found"));
}
