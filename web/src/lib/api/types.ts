/** The API's shapes under the names that the pages use. They are made from docs/openapi.yaml: `npm run generate`. */
import type { components } from "../api.gen.ts";

type Shapes = components["schemas"];

/** A generated shape in which some properties, which OpenAPI leaves open, are known better. */
type With<T, More> = Omit<T, keyof More> & More;

export type Lang = Shapes["PersonView"]["language"];
export type Text = Shapes["Text"];
export type Page<T> = { items: T[]; next?: string; total?: number };
export type FieldError = Shapes["Field"];
/** What the server says; what has no answer of the server at all has nothing but code and status. */
export type Problem = Pick<Shapes["Problem"], "code" | "status"> & Partial<Shapes["Problem"]>;

export type OrgRef = Shapes["MembershipView"];
export type OrgView = Shapes["OrgView"];
/** Acting for oneself, there is no organisation. */
export type Session = With<Shapes["SessionView"], { org: OrgRef | null }>;
export type SignInAnswer = With<Shapes["SignInView"], { org: OrgRef | null }>;
export type SessionRow = Shapes["SessionRow"];
export type Consent = Shapes["ConsentView"];
export type FailedMessage = Shapes["MessageView"];
export type ConsentText = Shapes["ConsentTextView"];
export type Member = Shapes["MemberView"];
export type Invitation = Shapes["InvitationView"];
export type PersonRef = Shapes["PersonRef"];
export type ApiKey = Shapes["KeyView"];
export type Webhook = Shapes["WebhookView"];
export type Delivery = Shapes["DeliveryView"];
export type DeliveryLog = With<Shapes["DeliveryLogView"], { payload: unknown }>;
export type DeliveryAttempt = Shapes["AttemptView"];
export type IndexDatabase = Shapes["DatabaseView"];
export type DocumentStore = Shapes["StoreView"];
export type HostKey = Shapes["HostKeyView"];
export type FtpAccount = Shapes["FTPAccount"];
export type FtpWaitingFile = Shapes["Waiting"];
export type Device = Shapes["DeviceView"];
export type DeviceCode = Shapes["DeviceCodeView"];
export type Finger = Shapes["FingerView"];
export type FingerVerdict = Shapes["FingerVerdict"];
export type Capture = Shapes["CaptureView"];
export type FaceDevice = Shapes["FaceDeviceView"];
export type FaceChallenge = Shapes["FaceChallengeView"];
export type Customer = Shapes["CustomerRef"];
export type Operator = Shapes["OperatorRow"];

export type JsonSchema = Record<string, unknown>;
type Form = { schema: JsonSchema; ui: JsonSchema };
export type Procedure = Shapes["Procedure"];
export type ProcedureRow = Shapes["ProcedureRow"];
export type Titled = Shapes["Titled"];

export type CaseState = Shapes["CaseState"];
export type CaseRow = Shapes["CaseRow"];
export type Stage = Shapes["StageView"];
export type Verdict = "" | "qualified" | "unqualified";
export type Section = With<Shapes["SectionView"], Form & { data: Record<string, unknown> | null }>;
export type CaseFile = Shapes["FileView"];
export type Material = Shapes["MaterialView"];
export type CaseDocument = Shapes["DocumentView"];
export type CaseAction = With<Shapes["ActionView"], { form?: Form; step?: { name: string; params?: Record<string, unknown> } }>;
export type Case = With<Shapes["Case"], { sections: Section[]; actions: CaseAction[]; facts: Record<string, Record<string, unknown>> }>;
export type TimelineEntry = Shapes["TimelineEntry"];
export type ActionResult = { case: Case; result: With<Shapes["Result"], { detail?: Record<string, unknown> }> };
export type FaceCheck = Shapes["FaceAnswerBody"];
export type Unread = Omit<Shapes["UnreadAnswerBody"], "$schema">;
export type FileInfo = Shapes["FileView"];

export type Seal = Shapes["SealView"];
/** A seal as it may be used in one case. */
export type CaseSeal = Shapes["CaseSeal"];
export type CaseSeals = Shapes["CaseSeals"];
export type SealState = Seal["state"];
export type SealEvent = Shapes["SealEvent"];
export type SealGrant = Shapes["GrantView"];
export type SealApprovalDocuments = Shapes["ApprovalDocuments"];
export type SealApproval = Shapes["ApprovalView"];

export type ArchiveRow = Shapes["DocumentRow"];
export type ImportAnswer = Shapes["ImportAnswerBody"];
export type InboxItem = Shapes["InboxItem"];
export type Phrase = Shapes["PhraseView"];
/** Left out lists mean: every category, every type of use, pictures and PDF. */
export type AskedMaterial = Shapes["AskedMaterial"];
/** The rated flow is a decimal in m³/h. */
export type Appliance = Shapes["Appliance"];
export type Policy = Shapes["PolicyView"];
export type Template = Shapes["TemplateView"];

export type VerifySignature = Shapes["ReportSignature"];
export type VerifyReport = Shapes["Report"];
export type VerifyToken = Shapes["TokenView"];

/** An enterprise document in a list, and with its route. */
export type EDocument = Shapes["EDocument"];
export type EDocumentDetail = With<Shapes["EDocumentDetail"], { data?: DocumentDraft }>;
export type DocumentDraft = Shapes["Draft"];
export type DocumentType = Shapes["Type"];
export type DocumentRoute = Shapes["Route"];
export type DocumentPart = Shapes["Part"];
export type WantedPart = Shapes["Wanted"];
export type TypeForm = With<Shapes["TypeForm"], { schema: JsonSchema; uiSchema: JsonSchema }>;
export type Department = Shapes["DepartmentView"];
export type SheetProposal = Shapes["SheetProposal"];
export type SheetMapping = Shapes["Mapping"];
export type SheetCheck = Shapes["SheetCheck"];
export type SheetFinding = Shapes["Finding"];
export type Batch = Shapes["BatchView"];
export type BatchRow = Shapes["BatchRow"];
export type BatchEvent = Pick<Batch, "id" | "state" | "total" | "done" | "failed">;

/** Of the demonstration only, which the published API does not have. */
export type DemoAccount = { login: string; password: string; name: string; role: string; org?: string; sealPassword?: string };
export type DemoMail = { at: string; to: string; subject?: string; body: string };
