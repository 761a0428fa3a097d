import type { Case, CaseAction, CaseDocument, FieldError, Material, Seal, Section, Session, Text } from "../src/lib/api/types.ts";

// Sample persons and organisations for development; nobody here exists.

export const t = (zh: string, en: string): Text => ({ zh, en });
const field = (zh: string, en: string, kind: string, more: object = {}) => ({ type: "string", title: zh, "x-title-en": en, "x-kind": kind, ...more });
const option = (c: string, zh: string, en: string) => ({ const: c, title: zh, "x-title-en": en });
const choice = (zh: string, en: string, list: object[]) => field(zh, en, "choice", { oneOf: list });
const when = (name: string, values: string[], properties: object, required: string[] = []) => ({ if: { properties: { [name]: { enum: values } }, required: [name] }, then: { properties, required } });

const identity = {
  schema: {
    type: "object", unevaluatedProperties: false,
    properties: {
      name: field("姓名", "Name", "name"),
      document: choice("证件类型", "Document", [option("resident-id", "居民身份证", "Resident identity card"), option("hk-macao-permit", "港澳居民来往内地通行证", "Hong Kong and Macao permit"), option("taiwan-permit", "台湾居民来往大陆通行证", "Taiwan permit"), option("passport", "护照", "Passport")]),
      number: field("证件号码", "Document number", "id-number", { "x-personal": true, description: "与证件一致，末位可为 X", "x-description-en": "As on the document" }),
      expires: field("证件有效期至", "Valid until", "expiry"),
      mobile: field("手机号", "Mobile", "mobile", { "x-personal": true }),
      company: field("单位名称", "Organisation", "text"),
      uscc: field("统一社会信用代码", "Unified social credit code", "uscc"),
      front: field("证件照片面", "Document, picture side", "file", { "x-accept": ["image/jpeg", "image/png"] }),
    },
    required: ["name", "document", "number", "expires", "mobile", "company", "uscc", "front"],
    allOf: [when("document", ["passport", "taiwan-permit", "hk-macao-permit"], { born: field("出生日期", "Date of birth", "date") }, ["born"])],
  },
  ui: { "ui:order": ["name", "document", "number", "born", "expires", "mobile", "company", "uscc", "front"], expires: { "ui:widget": "expiry" }, born: { "ui:widget": "date" }, front: { "ui:widget": "file" } },
};
const basic = {
  schema: {
    type: "object",
    properties: {
      address: field("单位地址", "Address", "address"), licence: field("营业执照编号", "Licence number", "text"), contact: field("联系人", "Contact", "name"), phone: field("联系电话", "Phone", "mobile", { "x-personal": true }),
      bank: field("开户银行", "Bank", "text"), account: field("银行账号", "Account", "account", { "x-personal": true }), invoice: { type: "boolean", title: "需要增值税专用发票", "x-title-en": "Needs a VAT invoice", "x-kind": "bool" },
    },
    required: ["address", "licence", "contact", "phone", "bank", "account"],
    allOf: [{ if: { properties: { invoice: { enum: [true] } }, required: ["invoice"] }, then: { properties: { taxAddress: field("开票地址", "Billing address", "address") }, required: ["taxAddress"] } }],
  },
  ui: { "ui:order": ["address", "licence", "contact", "phone", "bank", "account", "invoice", "taxAddress"] },
};
const contract = {
  schema: {
    type: "object",
    properties: {
      gasAddress: field("用气地址", "Gas-use address", "address"),
      useType: choice("用气性质", "Use type", [option("commercial", "商业", "Commercial"), option("industrial", "工业", "Industrial"), option("public", "公共服务", "Public")]),
      appliances: { type: "array", title: "燃气具", "x-title-en": "Appliances", "x-kind": "list", minItems: 1, maxItems: 20, items: { type: "object", properties: { model: choice("型号", "Model", [option("a", "双眼中餐灶（2.4 m³/h）", "Two-burner range (2.4 m³/h)"), option("b", "单门蒸箱（1.8 m³/h）", "Steamer (1.8 m³/h)"), option("c", "容积式热水炉（3.5 m³/h）", "Boiler (3.5 m³/h)"), option("d", "炸炉（1.2 m³/h）", "Fryer (1.2 m³/h)")]), count: { type: "integer", title: "数量", "x-title-en": "Count", "x-kind": "integer", minimum: 1 } }, required: ["model", "count"] } },
      monthly: { type: "integer", title: "预计月用气量（m³）", "x-title-en": "Expected monthly consumption (m³)", "x-kind": "integer", minimum: 1 },
      start: field("开始供气日期", "Start date", "date"), years: choice("合同期限", "Term", [option("1", "一年", "One year"), option("3", "三年", "Three years")]),
    },
    required: ["gasAddress", "useType", "appliances", "monthly", "start", "years"],
  },
  ui: { "ui:order": ["gasAddress", "useType", "appliances", "monthly", "start", "years"], start: { "ui:widget": "date" } },
};
const full = {
  identity: { name: "张样例", document: "resident-id", number: "11010119********1X", expires: "long-term", mobile: "138****0000", company: "样例餐饮管理有限公司", uscc: "91110000MA0000000X", front: "f1" },
  basic: { address: "样例市样例区样例路 1 号", licence: "110000000000001", contact: "张样例", phone: "138****0000", bank: "样例银行样例支行", account: "6222****0001", invoice: false },
  contract: { gasAddress: "样例市样例区美食街 8 号", useType: "commercial", appliances: [{ model: "a", count: 4 }, { model: "b", count: 2 }], monthly: 1800, start: "2026-12-15", years: "1" },
};

const minutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString();
const file = (id: string, name: string, mime = "application/pdf", size = 482_113) => ({ id, name, mime, size, url: `/api/v1/files/${id}/content`, pages: 1 });

export const states = ["identity", "face", "basic", "contract", "reading", "signing", "sealing", "review", "correction", "countersigning", "in-force"] as const;
export type State = (typeof states)[number];
const stateText: Record<State, [Text, string, string]> = {
  identity: [t("填写身份资料", "Identity data"), "identity", "applicant"], face: [t("人脸核验", "Face verification"), "identity", "applicant"], basic: [t("填写基础资料", "Basic data"), "basic", "applicant"], contract: [t("填写合同资料", "Contract data"), "contract", "applicant"],
  reading: [t("待阅读合同", "To be read"), "sign", "applicant"], signing: [t("待签名", "To be signed"), "sign", "applicant"], sealing: [t("待盖章", "To be sealed"), "seal", "applicant"], review: [t("审核中", "Under review"), "review", "reviewer"],
  correction: [t("待补正", "To be corrected"), "review", "applicant"], countersigning: [t("待合章", "To be countersealed"), "effect", "sealer"], "in-force": [t("已生效", "In force"), "effect", ""],
};
const stages: [string, Text, Text][] = [
  ["identity", t("身份核验", "Identity"), t("本人身份证件、统一社会信用代码，手机摄像头", "Identity document, credit code, a camera")], ["basic", t("基础资料", "Basic data"), t("营业执照、场所证明、安全承诺书的照片或 PDF", "Licence, proof of premises, safety undertaking")], ["contract", t("合同资料", "Contract data"), t("用气地址、燃气具型号和数量", "Gas-use address, appliances")],
  ["sign", t("签名", "Signature"), t("能接收短信的本人手机", "Your own phone")], ["seal", t("盖章", "Seals"), t("合同专用章和法定代表人章的密码", "The passwords of both seals")], ["review", t("审核", "Review"), t("燃气公司审核材料", "The gas company reviews")], ["effect", t("生效", "In force"), t("燃气公司合章", "The gas company counterseals")],
];
const roleText: Record<string, Text> = { applicant: t("申请人", "Applicant"), reviewer: t("审核员", "Reviewer"), sealer: t("用印员", "Sealer") };

const action = (name: string, zh: string, en: string, more: Partial<CaseAction> = {}): CaseAction => ({ name, title: t(zh, en), submits: [], primary: true, danger: false, form: null, step: null, ...more });
const reasonForm = { schema: { type: "object", properties: { reason: field("原因", "Reason", "long-text") }, required: ["reason"] }, ui: { reason: { "ui:widget": "textarea" } } };
const withdraw = action("withdraw", "撤回申请", "Withdraw", { primary: false, danger: true, confirm: t("撤回后本次办理结束，资料会保留以便重新发起。", "This ends the case; its data stay for a new one."), form: reasonForm });
const remind = action("remind", "催办", "Remind", { primary: false });

const actionsOf: Record<State, CaseAction[]> = {
  identity: [action("identify", "提交身份资料", "Submit identity", { submits: ["identity"] }), withdraw],
  face: [action("verify-face", "人脸核验", "Verify face", { step: { name: "verify-face" } }), action("face-at-counter", "由工作人员核验", "By staff", { primary: false }), withdraw],
  basic: [action("submit-basic", "提交基础资料", "Submit basic data", { submits: ["basic"] }), withdraw], contract: [action("submit-contract", "提交合同资料", "Submit contract data", { submits: ["contract"] }), withdraw],
  reading: [action("read", "阅读合同", "Read the contract", { step: { name: "sign" } }), withdraw], signing: [action("sign", "签署合同", "Sign", { step: { name: "sign" } }), withdraw],
  sealing: [action("unlock-contract-seal", "合同章密码", "Contract seal's password", { step: { name: "unlock-seal", params: { seal: "contractSeal" } } }), action("unlock-legal-rep-seal", "法人章密码", "Representative's password", { step: { name: "unlock-seal", params: { seal: "legalRepSeal" } }, primary: false }), withdraw],
  review: [remind], correction: [action("correct", "提交补正", "Submit corrections", { submits: ["basic"] }), withdraw], countersigning: [remind],
  "in-force": [action("renew", "续签", "Renew", { primary: false }), action("void", "申请作废", "Void", { primary: false, danger: true, form: reasonForm })],
};
const staffActions: Partial<Record<State, CaseAction[]>> = { review: [action("judge", "审核", "Review", { step: { name: "judge" } })], countersigning: [action("countersign", "合章", "Countersign", { step: { name: "countersign" } })] };

const material = (name: string, zh: string, en: string, required: boolean, files: Material["files"], more: Partial<Material> = {}): Material => ({ name, title: t(zh, en), required, accept: ["image/jpeg", "image/png", "application/pdf"], maxFiles: 5, maxBytes: 20 << 20, status: files.length ? "given" : "missing", files, former: [], revision: 1, editable: false, ...more });

function materialsOf(state: State, uploaded: Record<string, Material["files"]>): Material[] {
  const at = states.indexOf(state);
  const has = at > states.indexOf("basic");
  const fix = state === "correction";
  const list = [
    material("licence", "营业执照", "Business licence", true, has ? [file("f2", "营业执照.png", "image/png")] : []),
    material("premises", "场所产权证明或租赁合同", "Ownership proof or lease", true, has ? [file("f3", "租赁合同.pdf")] : [], { help: t("租赁的，另附出租人同意书", "With the owner's consent if leased") }),
    material("safety", "安全用气承诺书", "Safety undertaking", true, has ? [file("f4", "安全承诺书.pdf")] : []),
    material("alarm", "燃气报警器安装证明", "Alarm proof", false, []),
  ];
  return list.map((m) => {
    const files = uploaded[m.name] ?? m.files;
    const bad = fix && m.name === "premises";
    return { ...m, files, former: state === "review" && m.name === "premises" ? [file("f3", "租赁合同（旧）.pdf")] : [], changed: state === "review" && m.name === "premises", editable: state === "basic" || bad, status: bad ? "unqualified" : fix ? "qualified" : files.length ? "given" : "missing", reason: bad ? "租赁合同缺少出租人同意书，请补充。" : undefined };
  });
}

export type Stored = { id: string; state: State; version: number; drafts: Record<string, Record<string, unknown>>; revisions: Record<string, number>; uploaded: Record<string, Material["files"]> };

export function faults(section: string, data: Record<string, unknown>): FieldError[] {
  const required = (({ identity, basic, contract }) as Record<string, { schema: { required: string[] } }>)[section]?.schema.required ?? [];
  const out: FieldError[] = required.filter((r) => data[r] === undefined || data[r] === "").map((r) => ({ pointer: `/${r}`, code: "missing" }));
  if (typeof data.uscc === "string" && data.uscc.length !== 18) out.push({ pointer: "/uscc", code: "checksum" });
  if (typeof data.mobile === "string" && !/^1[\d*]{10}$/.test(data.mobile)) out.push({ pointer: "/mobile", code: "malformed" });
  return out;
}

export function caseOf(s: Stored, staff: boolean): Case {
  const at = states.indexOf(s.state);
  const [title, stage, waits] = stateText[s.state];
  const stageAt = stages.findIndex(([id]) => id === stage);
  const section = (id: "identity" | "basic" | "contract", zh: string, en: string, when: State): Section => {
    const editable = !staff && (s.state === when || (s.state === "correction" && id === "basic"));
    const data = at > states.indexOf(when) ? full[id] : null;
    const draft = s.drafts[id] ?? null;
    const wrong = faults(id, draft ?? data ?? {});
    return { id, title: t(zh, en), ...{ identity, basic, contract }[id], data, draft, former: id === "basic" && s.state === "review" ? { ...full.basic, licence: "110000000000000" } : null, revision: s.revisions[id] ?? 0, editable, complete: !wrong.length, errors: editable ? wrong : [], judged: null };
  };
  const docs: CaseDocument[] = at >= states.indexOf("reading") ? [{ id: "d1", kind: "contract", title: t("燃气供用合同（商业）", "Gas-supply contract (commercial)"), number: "RQ-2026-000018", version: 1, state: s.state === "in-force" ? "effective" : at > 6 ? "sealed" : at > 5 ? "signed" : "draft", pages: 4, sha256: "9f2c4be1a07d5533c1e80aa1f0b7d8e64c2f1b9a3d5e7f60718293a4b5c6d7e8", url: "/api/v1/documents/d1/content", signatures: at > 5 ? [{ field: "applicant", name: "张样例", at: minutes(-90) }] : [], createdAt: minutes(-200) }] : [];
  return {
    operator: "op_1", id: s.id, number: `RQ20261122-${s.id.slice(-4)}`, procedure: { id: "gas-contract", title: t("燃气供用合同签约", "Gas-supply contract") }, title: "样例餐饮管理有限公司", state: { id: s.state, title, stage, final: s.state === "in-force" }, version: s.version,
    waitsFor: waits ? [{ id: waits, title: roleText[waits]! }] : [], deadline: s.state === "in-force" ? null : minutes(60 * (9 + at * 11)), createdAt: minutes(-3000), updatedAt: minutes(-30 - at * 50), assignee: at % 2 ? { id: "per_staff", name: "李样例" } : null,
    roles: [staff ? "reviewer" : "applicant"], stages: stages.map(([id, title, needs], i) => ({ id, title, needs, status: i < stageAt || s.state === "in-force" ? "done" : i === stageAt ? "current" : "later" })),
    parties: [{ role: "applicant", title: t("用气方", "Customer"), name: "样例餐饮管理有限公司", org: true }, { role: "operator", title: t("供气方", "Supplier"), name: "样例市燃气有限公司", org: true }],
    handler: { name: "李样例", phone: "010-0000 0000", org: "样例市燃气有限公司" }, expectedAt: minutes(4000), facts: s.state === "sealing" ? { sealing: { digest: "9f2c4be1a07d5533", seals: { contractSeal: "seal_1", legalRepSeal: "seal_2" } } } : s.state === "signing" ? { read: "9f2c4be1a07d5533c1e80aa1f0b7d8e64c2f1b9a3d5e7f60718293a4b5c6d7e8" as never } : {}, deadlines: s.state === "in-force" ? [] : [{ name: "step", title: t("本步骤截止", "This step is due"), due: minutes(60 * (9 + at * 11)) }],
    assurance: at > 1 ? { level: "officer", text: t("人脸比对通过，并由工作人员确认；单位信息未经登记机关核对。", "Face match confirmed by an officer; the organisation is not compared with a registry.") } : null,
    sections: [section("identity", "身份资料", "Identity", "identity"), section("basic", "基础资料", "Basic data", "basic"), section("contract", "合同资料", "Contract data", "contract")],
    materials: at >= 2 ? materialsOf(s.state, s.uploaded) : [], documents: docs, actions: (staff ? staffActions[s.state] : actionsOf[s.state]) ?? [],
  };
}

const picture = (text: string, square: boolean) => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120"><g fill="none" stroke="#c3272b" stroke-width="4">${square ? '<rect x="6" y="6" width="108" height="108"/>' : '<circle cx="60" cy="60" r="54"/>'}</g><text x="60" y="${square ? 72 : 66}" text-anchor="middle" font-size="${square ? 34 : 15}" fill="#c3272b" font-family="serif">${text}</text></svg>`)}`;
export const seals: Seal[] = [
  { id: "seal_1", kind: "contract", title: "样例餐饮管理有限公司合同专用章", org: "org_1", holder: { id: "per_1", name: "张样例" }, state: "in-use", picture: picture("合同专用章", false), certificate: { subject: "CN=样例餐饮管理有限公司", notAfter: minutes(500_000), policy: "internal" }, usable: true },
  { id: "seal_2", kind: "legal-rep", title: "王样例（法定代表人）", org: "org_1", holder: { id: "per_2", name: "王样例" }, state: "in-use", picture: picture("王样例印", true), certificate: { subject: "CN=王样例", notAfter: minutes(500_000) }, usable: true },
  { id: "seal_3", kind: "official", title: "样例餐饮管理有限公司", org: "org_1", holder: { id: "per_1", name: "张样例" }, state: "applied", picture: picture("样例公司", false), usable: false },
];
const customer = { id: "org_1", name: "样例餐饮管理有限公司", kind: "customer" as const, roles: ["admin", "agent"] };
const operator = { id: "org_gas", name: "样例市燃气有限公司", kind: "operator" as const, roles: ["reviewer", "sealer", "supervisor", "admin"] };
const base = { id: "ses_1", level: "password" as const, totpEnabled: false, expiresAt: minutes(600) };
export const applicant: Session = { ...base, person: { id: "per_1", name: "张样例", mobileMasked: "138****0000", email: "sample@example.com" }, org: customer, orgs: [customer] };
export const staff: Session = { ...base, person: { id: "per_staff", name: "李样例", mobileMasked: "139****0000" }, org: operator, orgs: [operator] };
