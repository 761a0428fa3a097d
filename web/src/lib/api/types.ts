/** The API's shapes, as /api/v1 speaks them (API.md). Times are RFC 3339 UTC strings. */

export type Lang = "zh" | "en";
export type Text = { zh: string; en: string };
export type Page<T> = { items: T[]; next?: string; total?: number };

export type FieldError = { pointer: string; code: string; params?: Record<string, unknown> };
export type Problem = {
  type?: string;
  title?: string;
  status: number;
  code: string;
  detail?: string;
  errors?: FieldError[];
  params?: Record<string, unknown>;
  requestId?: string;
};

export type OrgRef = { id: string; name: string; kind: "customer" | "operator"; roles: string[] };
export type Session = {
  id: string;
  person: { id: string; name: string; mobileMasked: string; email?: string; language?: Lang };
  org: OrgRef | null;
  orgs: OrgRef[];
  level: "password" | "sms" | "totp" | "link";
  totpEnabled: boolean;
  expiresAt: string;
  link?: { case: string; role: string; purpose: string };
};
export type SignInAnswer = Session | { totpRequired: true; pending: string };
export type SessionRow = { id: string; createdAt: string; lastSeenAt: string; address: string; agent: string; current: boolean };
export type Consent = { kind: string; givenAt: string; withdrawnAt?: string | null };
export type Member = { person: { id: string; name: string; mobileMasked?: string }; roles: string[]; joinedAt?: string };
export type ApiKey = { id: string; name: string; roles: string[]; createdAt: string; lastUsedAt?: string | null; secret?: string };

export type JsonSchema = Record<string, unknown>;
export type ProcedureRow = { id: string; title: Text; summary?: Text; version: number; mayStart: boolean };
export type StageDef = { id: string; title: Text; needs?: Text };
export type Procedure = ProcedureRow & {
  roles: { id: string; title: Text }[];
  stages: StageDef[];
  states: { id: string; title: Text; stage: string; waitsFor: string[]; final: boolean }[];
  actions: unknown[];
  sections: { id: string; title: Text; schema: JsonSchema; ui: JsonSchema }[];
  diagram: string;
};

export type Titled = { id: string; title: Text };
export type CaseState = { id: string; title: Text; stage: string; final: boolean };
export type CaseRow = {
  id: string;
  number: string;
  procedure: Titled;
  title: string;
  state: CaseState;
  version: number;
  waitsFor: Titled[];
  deadline?: string | null;
  updatedAt: string;
  createdAt: string;
  assignee?: { id: string; name: string } | null;
  unread?: boolean;
};

export type Stage = { id: string; title: Text; status: "done" | "current" | "later"; needs?: Text };
export type Section = {
  id: string;
  title: Text;
  schema: JsonSchema;
  ui: JsonSchema;
  data: Record<string, unknown> | null;
  draft?: Record<string, unknown> | null;
  /** What was handed in before, to show what changed. */
  former?: Record<string, unknown> | null;
  revision: number;
  editable: boolean;
  complete: boolean;
  errors: FieldError[];
  judged?: { material: string; verdict: Verdict; reason: string; changed: boolean } | null;
};
export type Verdict = "" | "qualified" | "unqualified";
export type CaseFile = { id: string; name: string; size: number; mime: string; sha256?: string; url: string; previewUrl?: string; pages?: number };
export type Material = {
  name: string;
  title: Text;
  help?: Text;
  required: boolean;
  accept: string[];
  maxFiles: number;
  maxBytes?: number;
  status: "missing" | "given" | "qualified" | "unqualified";
  reason?: string;
  /** Since it was judged last. */
  changed?: boolean;
  files: CaseFile[];
  /** The files that were judged last. */
  former?: CaseFile[];
  /** Set when the material is a form section that is judged. */
  section?: string;
  revision: number;
  editable: boolean;
};
export type CaseDocument = {
  id: string;
  kind: string;
  title: string | Text;
  number?: string;
  version: number;
  state: "draft" | "signed" | "sealed" | "effective" | "superseded" | "voided" | "expired";
  verifyUrl?: string;
  former?: { version: number; sha256: string; url: string }[];
  pages: number;
  sha256: string;
  url: string;
  signatures?: { field: string; name: string; at: string }[];
  createdAt: string;
};
export type CaseAction = {
  name: string;
  title: Text;
  help?: Text;
  by?: string;
  form?: { schema: JsonSchema; ui: JsonSchema } | null;
  step?: { name: string; params?: Record<string, unknown> } | null;
  /** The sections that the action hands in. */
  submits: string[];
  primary: boolean;
  danger: boolean;
  confirm?: Text | null;
  secondFactor?: boolean;
};
export type Case = CaseRow & {
  /** The organisation that runs the business. */
  operator: string;
  roles: string[];
  stages: Stage[];
  parties: { role: string; title: Text; name: string; org: boolean }[];
  handler?: { name: string; phone?: string; org?: string } | null;
  expectedAt?: string | null;
  deadlines: { name: string; title: Text; due: string }[];
  assurance?: { level: string; text: Text } | null;
  sections: Section[];
  materials: Material[];
  documents: CaseDocument[];
  actions: CaseAction[];
  from?: string;
  /** What the steps remember, without personal data. */
  facts?: Record<string, Record<string, unknown>>;
};
export type TimelineEntry = {
  seq: number;
  at: string;
  kind: string;
  title: Text;
  actor: { name: string; role?: string; title?: Text; org?: string } | null;
  detail?: Record<string, unknown> | null;
  hash?: string;
};
export type ActionResult = { case: Case; result: { outcome?: string; [key: string]: unknown } };
export type FaceCheck = { check: string; nonce: string; steps: string[]; expiresAt: string };
export type FileInfo = { id: string; name: string; size: number; mime: string; sha256?: string; state: "partial" | "checking" | "ready" | "refused"; problem?: Problem | string | null };

export type SealState = "applied" | "approved" | "in-use" | "suspended" | "revoked" | "replaced" | "refused";
export type Seal = {
  id: string;
  kind: "contract" | "legal-rep" | "official" | "name";
  title: string | Text;
  org?: string | { id: string; name: string };
  holder?: { id: string; name: string } | null;
  state: SealState;
  picture: string;
  certificate?: { subject: string; notAfter: string; policy?: string } | null;
  lockedUntil?: string | null;
  tries?: number;
  usable: boolean;
  mine?: boolean;
  mayManage?: boolean;
  /** In a case: why it cannot be used there now, and whether the caller has a password of it. */
  reason?: string;
  held?: boolean;
};
export type SealLogEntry = { seq?: number; at: string; title?: Text; what?: string; kind?: string; actor?: string | { name: string } | null; document?: string; digest?: string; reason?: string };

export type ArchiveRow = { id: string; number: string; kind: string; title: string | Text; state: string; party: string; address: string; effectiveAt?: string; expiresAt?: string; case: string };
export type InboxItem = { id: string; at: string; title: string | Text; body: string | Text; case?: string | null; readAt?: string | null };
export type Phrase = { id: string; text: string | Text };
/** Left out lists mean: every category, every type of use, pictures and PDF. */
export type AskedMaterial = { name: string; title: Text; help?: Text; categories?: string[]; useTypes?: string[]; required: boolean; accept?: string[]; maxFiles?: number };
/** The rated flow is a decimal in m³/h. */
export type Appliance = { name: string; flow: string };
export type Policy = { faceAssurance: "officer" | "alone"; precheck: boolean; supplierAddress?: string; emergencyPhone?: string };
export type Template = { id: string; title?: Text; useType: string; version?: number; own?: boolean; body: string };

export type VerifySignature = { name: string; kind: "internal" | "licensed" | "unknown"; purpose?: string; at?: string; timestamped: boolean; covers?: string; digestOk: boolean; chainOk: boolean; problems?: string[] };
export type VerifyReport = {
  verdict: "valid" | "valid-with-additions" | "broken" | "unsigned" | "unknown-signer";
  document: { number?: string; state: "in-force" | "superseded" | "voided" | "unknown"; title?: string | Text; parties?: string[] } | null;
  signatures: VerifySignature[];
  later?: { what: string; allowed: boolean }[];
  problems?: string[];
};
export type VerifyToken = { number: string; state: string; parties: string[]; effectiveAt?: string };
export type DemoAccount = { login: string; password: string; name: string; role?: string; org?: string; text?: Text; totp?: string; roles?: string[]; sealPassword?: string };
export type DemoMail = { at: string; to: string; subject?: string; body: string };
