// Package gascontract is the gas-supply contract signed online (燃气业务电子签约): a company proves who it
// is, hands in its data and materials, signs and seals the contract that is made of them; the gas
// company reviews and countersigns it. See docs/business/gas-contract.md for the diagram.
package gascontract

import (
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// ID is the procedure's id.
const ID = "gas-contract"

// Roles.
const (
	Applicant  = "applicant"
	LegalRep   = "legal-rep"
	Clerk      = "clerk"
	Reviewer   = "reviewer"
	Sealer     = "sealer"
	Supervisor = "supervisor"
)

// States.
const (
	Identity    = "identity"
	Face        = "face"
	FaceReview  = "face-review"
	Basic       = "basic"
	Contract    = "contract"
	Terms       = "terms"
	Precheck    = "precheck"
	Signing     = "signing"
	Sealing     = "sealing"
	Review      = "review"
	Returned    = "returned"
	Countersign = "countersign"
	Reopened    = "terms-returned"
	InForce     = "in-force"
	Voided      = "voided"
	Withdrawn   = "withdrawn"
	Lapsed      = "lapsed"
)

const day = 24 * time.Hour

// signatureField is where the applicant signs.
const signatureField = "applicant-signature"

// underApplicant are the states in which the case waits for the applicant.
var underApplicant = []string{Identity, Face, Basic, Contract, Signing, Sealing, Returned}

// underOfficers are those in which it waits for the gas company's people, one of whom can have it.
var underOfficers = []string{FaceReview, Terms, Precheck, Review, Reopened, Countersign}

// withdrawable are those in which the applicant can withdraw: not where a signature or seal is asked for. There one
// declines, for a reason that the others are told (PLT-21), and then may withdraw.
var withdrawable = []string{Identity, Face, Basic, Contract, Returned}

// Definition declares the procedure, top to bottom as the business runs.
func Definition() *procedure.Definition {
	return &procedure.Definition{
		ID: ID, Version: 1, Prefix: "RQ",
		Title:    text("燃气业务电子签约", "Gas-supply contract"),
		Summary:  text("单位用户在线签订供用气合同：身份核验、填报资料、签名盖章、审核合章。", "Companies sign their gas-supply contract online: identity, data, signature, seals, review, countersigning."),
		Roles:    roles(),
		Stages:   stages(),
		Sections: sections(),
		States:   states(),
		Actions:  actions(),
	}
}

func text(zh, en string) cinnabar.Text { return cinnabar.Text{Zh: zh, En: en} }

func roles() []procedure.Role {
	own := []string{Applicant, LegalRep}
	return []procedure.Role{
		{ID: Applicant, Title: text("申请人", "Applicant"), Starts: true, ForOrg: true}, // a sole proprietor's business is one, too
		{ID: LegalRep, Title: text("法定代表人", "Legal representative"), Needs: []string{"legal-rep"}},
		{ID: Clerk, Title: text("业务员", "Clerk"), Operator: true, Needs: []string{"clerk"}, ApartFrom: own, Starts: true},
		{ID: Reviewer, Title: text("审核员", "Reviewer"), Operator: true, Needs: []string{"reviewer"}, ApartFrom: own},
		{ID: Sealer, Title: text("用印员", "Sealer"), Operator: true, Needs: []string{"sealer"}, ApartFrom: own},
		{ID: Supervisor, Title: text("主管", "Supervisor"), Operator: true, Needs: []string{"supervisor"}, ApartFrom: own},
	}
}

func stages() []procedure.Stage {
	return []procedure.Stage{
		{ID: "identity", Title: text("身份核验", "Identity"), Needs: text("身份证件原件、本人手机，并能使用摄像头", "Your identity document, your mobile phone, and a camera")},
		{ID: "basic", Title: text("基础资料", "Basic data"), Needs: text("营业执照、开户信息、场所产权或租赁证明等材料的照片或扫描件", "Business licence, bank details, proof of ownership or lease, as pictures or scans")},
		{ID: "contract", Title: text("合同资料", "Contract data"), Needs: text("用气地址、燃气器具清单、预计月用气量", "Place of use, list of appliances, expected monthly consumption")},
		{ID: "sign", Title: text("签名", "Signature"), Needs: text("阅读合同全文，手写签名，手机验证码", "Read the whole contract, draw your signature, a code by SMS")},
		{ID: "seal", Title: text("盖章", "Seals"), Needs: text("合同章与法人章的印章密码；法定代表人可用自己的手机输入", "The passwords of the contract seal and the legal representative's seal; the legal representative can use their own phone")},
		{ID: "review", Title: text("审核", "Review"), Needs: text("由燃气公司逐项审核，结果会通知您", "The gas company judges each material and tells you")},
		{ID: "countersign", Title: text("合章", "Countersigning"), Needs: text("由燃气公司加盖合同章和骑缝章", "The gas company adds its seal and the straddle seal")},
		{ID: "effect", Title: text("生效归档", "In force"), Needs: text("下载合同，随时查验", "Download the contract and verify it at any time")},
	}
}

func states() []procedure.State {
	waits := func(who ...string) []string { return who }
	lapse := &procedure.Deadline{After: 30 * day, Action: "lapse", Title: text("逾期未办理将自动终止", "Ends by itself when nothing happens")}
	remind := func(after time.Duration) *procedure.Deadline {
		return &procedure.Deadline{After: after, Action: "overdue", Title: text("办理时限", "To be handled by")}
	}
	return []procedure.State{
		{ID: Identity, Title: text("填写身份信息", "Identity data"), Stage: "identity", WaitsFor: waits(Applicant), Deadline: lapse},
		{ID: Face, Title: text("人脸核验", "Face verification"), Stage: "identity", WaitsFor: waits(Applicant), Deadline: lapse},
		{ID: FaceReview, Title: text("人工核验身份", "Identity decided by an officer"), Stage: "identity", WaitsFor: waits(Reviewer), Deadline: remind(day)},
		{ID: Basic, Title: text("填报基础资料", "Basic data"), Stage: "basic", WaitsFor: waits(Applicant), Deadline: lapse},
		{ID: Contract, Title: text("填报合同资料", "Contract data"), Stage: "contract", WaitsFor: waits(Applicant), Deadline: lapse},
		{ID: Terms, Title: text("燃气公司填写供气条件", "Gas company completes the terms"), Stage: "contract", WaitsFor: waits(Clerk), Deadline: remind(2 * day)},
		{ID: Precheck, Title: text("预审", "Pre-check"), Stage: "contract", WaitsFor: waits(Reviewer), Deadline: remind(2 * day)},
		{ID: Signing, Title: text("阅读并签名", "Read and sign"), Stage: "sign", WaitsFor: waits(Applicant), Deadline: lapse},
		{ID: Sealing, Title: text("申请人盖章", "Applicant's seals"), Stage: "seal", WaitsFor: waits(Applicant, LegalRep), Deadline: lapse},
		{ID: Review, Title: text("审核中", "Under review"), Stage: "review", WaitsFor: waits(Reviewer), Deadline: remind(3 * day)},
		{ID: Returned, Title: text("退回补正", "Returned for correction"), Stage: "review", WaitsFor: waits(Applicant), Deadline: lapse},
		{ID: Countersign, Title: text("待合章", "Waits for countersigning"), Stage: "countersign", WaitsFor: waits(Sealer), Deadline: remind(2 * day)},
		{ID: Reopened, Title: text("更正供气条件", "Terms to be corrected"), Stage: "review", WaitsFor: waits(Clerk), Deadline: remind(2 * day)},
		{ID: InForce, Title: text("合同生效", "In force"), Stage: "effect", Final: true},
		{ID: Voided, Title: text("已作废", "Voided"), Stage: "effect", Final: true},
		{ID: Withdrawn, Title: text("已撤回", "Withdrawn"), Final: true},
		{ID: Lapsed, Title: text("已逾期终止", "Lapsed"), Final: true},
	}
}

// forgetFace takes back a verification of the face, begun or done.
func forgetFace() *procedure.StepRef {
	return procedure.Use(step.ForgetFace{Section: SectionIdentity, Number: "number"})
}

// everywhere are the channels for what a customer must not miss.
var everywhere = []string{"in-site", "email", "sms"}

func tell(role, template string, channels ...string) []procedure.Tell {
	return []procedure.Tell{{Role: role, Template: template, Channels: channels}}
}

func actions() []procedure.Action {
	list := []procedure.Action{
		{
			Name: "identify", Title: text("提交身份信息", "Hand in identity data"), From: []string{Identity}, By: []string{Applicant, Clerk},
			Submits: []string{SectionIdentity}, Step: procedure.Use(Identify{}), To: map[string]string{procedure.Done: Face}, Primary: true,
		},
		{
			Name: "verify-face", Title: text("人脸核验", "Verify the face"), From: []string{Face}, By: []string{Applicant}, Primary: true, Racing: true,
			Help: text("系统核验您与证件照片是否为同一人。您可以选择不使用人脸核验。", "The system checks that you are the person on the document. You can choose a way without it."),
			Step: procedure.Use(step.VerifyFace{Section: SectionIdentity, Name: "name", Number: "number", Photo: portraitField, Policy: SettingPolicy}),
			To:   map[string]string{step.FaceMatch: Basic, step.FaceDoubtful: FaceReview, step.FaceMismatch: ""},
			Tell: map[string][]procedure.Tell{step.FaceDoubtful: tell(Reviewer, "gas-face-review")},
		},
		{
			Name: "face-at-counter", Title: text("不使用人脸核验", "Without face verification"), From: []string{Face}, By: []string{Applicant, Clerk},
			Help: text("由工作人员通过视频或在营业厅核验身份。", "An officer verifies your identity by video or at the counter."),
			Step: forgetFace(),
			To:   map[string]string{procedure.Done: FaceReview}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Reviewer, "gas-face-review")},
		},
		{
			Name: "unlock-face", Title: text("允许重新人脸核验", "Allow face verification again"), From: []string{Face}, By: []string{Reviewer},
			Help: text("24 小时内失败 5 次后暂停，可由工作人员解除。", "After five failures in 24 hours it rests; an officer can end that."),
			Form: step.ReasonForm(true), Step: procedure.Use(step.UnlockFace{Section: SectionIdentity, Number: "number"}),
			To: map[string]string{procedure.Done: ""}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Applicant, "gas-face-unlocked")},
		},
		{
			Name: "confirm-face", Title: text("确认为本人", "Confirm the identity"), From: []string{FaceReview}, By: []string{Reviewer}, Primary: true,
			Form: step.AssureForm(), Step: procedure.Use(step.Assure{Level: step.ByOfficer}),
			To: map[string]string{procedure.Done: Basic}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Applicant, "gas-identity-confirmed")},
		},
		{
			Name: "refuse-face", Title: text("不是本人", "Not the same person"), From: []string{FaceReview}, By: []string{Reviewer}, Danger: true,
			Form: step.ReasonForm(true), Step: forgetFace(),
			To: map[string]string{procedure.Done: Face}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Applicant, "gas-identity-refused", everywhere...)},
		},
		{
			Name: "amend-identity", Title: text("修改身份信息", "Change the identity data"), From: []string{Face, Basic}, By: []string{Applicant, Clerk},
			Help:    text("退回身份信息，修改后重新核验。", "Back to the identity data; identity is verified anew after the change."),
			Confirm: text("修改后需要重新核验身份，已填的其他资料保留。", "Identity is verified anew after the change. What else was filled in stays."),
			Step:    forgetFace(), To: map[string]string{procedure.Done: Identity},
		},
		{
			Name: "submit-basic", Title: text("提交基础资料", "Hand in basic data"), From: []string{Basic}, By: []string{Applicant, Clerk}, Primary: true,
			Submits: []string{SectionBasic}, Materials: true, Step: procedure.Use(TakeBasic{}), To: map[string]string{procedure.Done: Contract},
		},
		{
			Name: "submit-contract", Title: text("提交合同资料", "Hand in contract data"), From: []string{Contract}, By: []string{Applicant, Clerk}, Primary: true,
			Submits: []string{SectionContract}, Step: procedure.Use(Summarise{}),
			To: map[string]string{procedure.Done: Terms}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Clerk, "gas-terms-wanted")},
		},
		{
			Name: "return-data", Title: text("退回修改", "Send back"), From: []string{Terms}, By: []string{Clerk}, Form: step.ReasonForm(true), Step: procedure.Use(step.Reason{}),
			To: map[string]string{procedure.Done: Basic}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Applicant, "gas-data-returned", everywhere...)},
		},
		{
			Name: "complete-terms", Title: text("确定供气条件并生成合同", "Complete the terms and make the contract"), From: []string{Terms}, By: []string{Clerk}, Primary: true,
			Submits: []string{SectionTerms}, Step: procedure.Use(MakeContract{}),
			To:   map[string]string{madeToSign: Signing, madeToCheck: Precheck},
			Tell: map[string][]procedure.Tell{madeToSign: tell(Applicant, "gas-contract-ready", everywhere...), madeToCheck: tell(Reviewer, "gas-precheck-wanted")},
		},
		{
			Name: "precheck", Title: text("提交预审意见", "Hand in the pre-check"), From: []string{Precheck}, By: []string{Reviewer}, Primary: true,
			Form: step.JudgeForm(), Step: procedure.Use(step.Judge{}),
			To:   map[string]string{step.Qualified: Signing, step.Unqualified: Returned},
			Tell: map[string][]procedure.Tell{step.Qualified: tell(Applicant, "gas-contract-ready", everywhere...), step.Unqualified: tell(Applicant, "gas-returned", everywhere...)},
		},
		{
			Name: "read", Title: text("阅读合同", "Read the contract"), From: []string{Signing}, By: []string{Applicant},
			Form: step.ReadForm(), Step: procedure.Use(step.Read{Field: signatureField}), To: map[string]string{procedure.Done: ""}, Hidden: true,
		},
		{
			Name: "sign", Title: text("签名", "Sign"), From: []string{Signing}, By: []string{Applicant}, Primary: true,
			Form: step.SignForm(text("我已阅读合同全文，愿意签署", "I have read the whole contract and wish to sign it")),
			Step: procedure.Use(step.Sign{Section: SectionIdentity, Name: "name", Reason: "签署合同"}), To: map[string]string{procedure.Done: Sealing},
		},
		{
			Name: "instruct-seals", Title: text("发起盖章", "Start sealing"), From: []string{Sealing}, By: []string{Applicant},
			Help: text("选择合同章与法人章，生成电子盖章指令。", "Choose the contract seal and the legal representative's seal; this makes the sealing instruction."),
			Form: sealsForm(), Step: procedure.Use(step.InstructSeals{Fields: []step.SealField{
				{Name: "contractSeal", Field: "applicant-seal", Kinds: []seal.Kind{seal.Contract, seal.Official, seal.Name}},
				{Name: "legalRepSeal", Field: "legal-rep-seal", Kinds: []seal.Kind{seal.LegalRep, seal.Name}},
			}, Section: SectionIdentity, USCC: "uscc"}), To: map[string]string{procedure.Done: ""}, Primary: true,
		},
		unlock("unlock-contract-seal", "contractSeal", text("合同章密码", "Password of the contract seal"), nil),
		unlock("unlock-legal-rep-seal", "legalRepSeal", text("法人章密码", "Password of the legal representative's seal"), &procedure.Link{
			From: Applicant, Role: LegalRep, Seal: "legalRepSeal", Wording: text("合同盖章（法人章）", "sealing a contract"),
		}),
		{
			Name: "judge", Title: text("提交审核结果", "Hand in the verdicts"), From: []string{Review}, By: []string{Reviewer}, Primary: true,
			Form: step.JudgeForm(), Step: procedure.Use(step.Judge{}),
			To:   map[string]string{step.Qualified: Countersign, step.Unqualified: Returned},
			Tell: map[string][]procedure.Tell{step.Qualified: tell(Sealer, "gas-countersign-wanted"), step.Unqualified: tell(Applicant, "gas-returned", everywhere...)},
		},
		{
			Name: "correct", Title: text("提交补正", "Hand in the correction"), From: []string{Returned}, By: []string{Applicant}, Primary: true,
			Submits: []string{SectionIdentity, SectionBasic, SectionContract}, Materials: true, OnlyReturned: true, Step: procedure.Use(Correct{}),
			To: map[string]string{correctedToReview: Review, correctedToSign: Signing, correctedToCheck: Precheck, correctedToFace: Face, correctedToTerms: Terms},
			Tell: map[string][]procedure.Tell{
				correctedToReview: tell(Reviewer, "gas-corrected"), correctedToCheck: tell(Reviewer, "gas-corrected"), correctedToTerms: tell(Clerk, "gas-terms-wanted"),
			},
		},
		sendBack("return-terms", Review, Reopened, Clerk, Reviewer),
		sendBack("reopen-terms", Countersign, Reopened, Clerk, Sealer, Reviewer),
		sendBack("reopen-review", Countersign, Review, Reviewer, Sealer, Reviewer),
		{
			Name: "correct-terms", Title: text("提交更正", "Hand in the corrected terms"), From: []string{Reopened}, By: []string{Clerk}, Primary: true,
			Help:    text("合同内容有变的，系统重新生成合同，由申请人重新签名、盖章；无变化的，原合同回到审核。", "A change of the contract's text makes it anew, and the applicant signs and seals it again; else the contract as it is goes back to review."),
			Submits: []string{SectionTerms}, Step: procedure.Use(Correct{}), To: map[string]string{correctedToReview: Review, correctedToSign: Signing},
			Tell: map[string][]procedure.Tell{correctedToReview: tell(Reviewer, "gas-terms-kept"), correctedToSign: tell(Applicant, "gas-contract-anew", everywhere...)},
		},
		{
			Name: "countersign", Title: text("合章", "Countersign"), From: []string{Countersign}, By: []string{Sealer}, Primary: true,
			Form: step.CountersignForm(text("合同章", "Contract seal")),
			Step: procedure.Use(step.Countersign{Field: "company-seal", Kinds: []seal.Kind{seal.Contract, seal.Official}, Straddle: true}),
			To:   map[string]string{procedure.Done: InForce},
			Tell: map[string][]procedure.Tell{procedure.Done: tell(Applicant, "gas-complete", everywhere...)},
		},
		{
			Name: "void", Title: text("作废", "Void"), From: []string{InForce}, By: []string{Supervisor}, Danger: true, Form: step.ReasonForm(true),
			Step: procedure.Use(step.VoidDocument{}), Confirm: text("合同将被标记为作废，不可撤销。", "The contract will be marked as voided. This cannot be undone."),
			To: map[string]string{procedure.Done: Voided}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Applicant, "gas-voided", everywhere...)},
		},
		{
			Name: "withdraw", Title: text("撤回申请", "Withdraw"), From: withdrawable, By: []string{Applicant}, Danger: true, Form: step.ReasonForm(false), Step: procedure.Use(step.EndDocument{Why: "申请人撤回"}),
			Confirm: text("撤回后本办件终止，可以另行发起并带入已填资料。", "The case ends. You can start another one with the data filled in."),
			To:      map[string]string{procedure.Done: Withdrawn},
		},
		{
			Name: "lapse", Title: text("逾期终止", "Lapse"), From: underApplicant, By: []string{procedure.SystemRole}, Hidden: true,
			Step: procedure.Use(step.EndDocument{Why: "逾期终止"}), To: map[string]string{procedure.Done: Lapsed}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Applicant, "gas-lapsed", everywhere...)},
		},
		{
			Name: "overdue", Title: text("超过办理时限", "Overdue"), From: underOfficers, By: []string{procedure.SystemRole}, Hidden: true,
			To: map[string]string{procedure.Done: ""}, Tell: map[string][]procedure.Tell{procedure.Done: tell(Supervisor, "gas-overdue")},
		},
		{
			Name: "assign", Title: text("领取或转派", "Claim or reassign"), From: underOfficers, By: []string{Clerk, Reviewer, Sealer, Supervisor}, Hidden: true,
			Form: step.AssignForm(), Step: procedure.Use(step.Assign{MayReassign: Supervisor}), To: map[string]string{procedure.Done: ""},
		},
		{
			Name: "unmask", Title: text("查看被遮盖的信息", "See what is masked"), From: allStates(), By: []string{Clerk, Reviewer, Sealer, Supervisor, Applicant}, Hidden: true, Racing: true,
			Form: step.UnmaskForm(), Step: procedure.Use(step.Unmask{}), To: map[string]string{procedure.Done: ""},
		},
	}
	return append(list, declines()...)
}

// declines are the refusals to sign and to seal (PLT-21). They lead back to the contract data and do not end the case:
// what is wrong with a contract is corrected there, by the applicant or then by the gas company in its terms, without
// proving identity and handing in materials anew, and whoever wants no contract withdraws from there. The contract is
// made anew under its number; the declined one stays on file as superseded, without any seal (GAS-8).
func declines() []procedure.Action {
	tells := map[string][]procedure.Tell{procedure.Done: append(tell(Applicant, "gas-declined", everywhere...), tell(Clerk, "gas-declined")...)}
	help := text("退回合同资料：可以修改后重新签署，或撤回申请。理由会通知申请人、已签署的人和燃气公司。",
		"The case goes back to the contract data, to be corrected and signed anew, or withdrawn. The applicant, those who signed, and the gas company are told why.")
	return []procedure.Action{
		{
			Name: "decline", Title: text("拒绝签名", "Decline to sign"), Help: help, From: []string{Signing}, By: []string{Applicant}, Danger: true,
			Form: step.ReasonForm(true), Step: procedure.Use(step.Decline{Field: signatureField, Tells: Applicant}),
			To: map[string]string{procedure.Done: Contract}, Tell: tells,
		},
		{
			Name: "decline-seal", Title: text("拒绝盖章", "Decline to seal"), Help: help, From: []string{Sealing}, By: []string{Applicant, LegalRep}, Danger: true,
			Form: step.ReasonForm(true), Step: procedure.Use(step.DeclineSeal{Tells: Applicant}), Racing: true,
			To: map[string]string{procedure.Done: Contract}, Tell: tells,
		},
	}
}

// unlock opens one of the instructed seals; when all are open, all sign.
func unlock(name, seal string, title cinnabar.Text, link *procedure.Link) procedure.Action {
	return procedure.Action{
		Name: name, Title: title, From: []string{Sealing}, By: []string{Applicant, LegalRep}, Form: step.UnlockForm(title),
		Step: procedure.Use(step.UnlockSeal{Seal: seal}), Racing: true, Link: link,
		To:   map[string]string{step.SealWaits: "", step.AllSealed: Review},
		Tell: map[string][]procedure.Tell{step.AllSealed: tell(Reviewer, "gas-review-wanted")},
	}
}

// sendBack leads from officers to officers who look once more, and says why.
func sendBack(name, from, to, told string, by ...string) procedure.Action {
	title, help := text("退回审核", "Back to review"), text("请写明须重新审核什么。", "Say what is to be reviewed once more.")
	if to == Reopened {
		title = text("供气条件有误，退回业务员", "Terms are wrong: back to the clerk")
		help = text("请写明哪一项有误。合同因此有变的，将重新生成，由申请人重新签名、盖章。", "Say which entry is wrong. If the contract changes it is made anew, and the applicant signs and seals it again.")
	}
	return procedure.Action{
		Name: name, Title: title, Help: help, From: []string{from}, By: by, Form: step.ReasonForm(true), Step: procedure.Use(step.Reason{}),
		To: map[string]string{procedure.Done: to}, Tell: map[string][]procedure.Tell{procedure.Done: tell(told, "gas-"+to)},
	}
}

func allStates() []string {
	var out []string
	for _, s := range states() {
		out = append(out, s.ID)
	}
	return out
}
