// Package edocument is enterprise documents and seals (电子单据与电子签章): a department makes documents one by
// one or in batches, each gets a number and one place on a file server, walks through the departments of its
// route, is sealed once by each, and comes back to whoever made it. See docs/business/e-document.md for the
// diagram.
//
// Guaranteed: one business key has one document; a document has one state, which everybody sees; it shows
// itself to signers only when its file stands whole on the file server; each required seal is put on once.
package edocument

import (
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// ID is the procedure's id.
const ID = "e-document"

// Roles. Handled is what is left to a signer who has done their part: reading.
const (
	Creator = "creator"
	Signer  = "signer"
	Handled = "handled"
	Auditor = "auditor"
)

// States.
const (
	Making    = "making"
	Routing   = "routing"
	Returned  = "returned"
	Completed = "completed"
	Voided    = "voided"
)

// SectionData is what a document is made of.
const SectionData = "data"

// dueDefault is how long the departments of a stage have, unless the type says otherwise.
const dueDefault = 3 * 24 * time.Hour

// warnedAhead is how long before that they are reminded; of less than two days, when half of the time is over.
const warnedAhead = 24 * time.Hour

// Definition declares the procedure, top to bottom as the business runs.
func Definition() *procedure.Definition {
	return &procedure.Definition{
		ID: ID, Version: 1, Prefix: "DZ", Registered: true,
		Title:    text("电子单据", "Electronic documents"),
		Summary:  text("制作单据、按路线会签盖章、回传制单部门。", "Make documents, have them sealed along their route, get them back."),
		Roles:    roles(),
		Stages:   stages(),
		Sections: []procedure.Section{{ID: SectionData, Title: text("单据内容", "Contents"), Form: dataForm()}},
		States:   states(),
		Actions:  actions(),
	}
}

func text(zh, en string) cinnabar.Text { return cinnabar.Text{Zh: zh, En: en} }

func roles() []procedure.Role {
	return []procedure.Role{
		{ID: Creator, Title: text("制单人", "Creator"), Needs: []string{"doc-creator"}, Starts: true},
		{ID: Signer, Title: text("签章人", "Signer"), Operator: true, Assigned: true, Needs: []string{"doc-signer"}},
		{ID: Handled, Title: text("已办理", "Has handled it"), Operator: true, Assigned: true, Needs: []string{"doc-signer"}},
		{ID: Auditor, Title: text("审计员", "Auditor"), Operator: true, Needs: []string{"doc-auditor"}},
	}
}

func stages() []procedure.Stage {
	return []procedure.Stage{
		{ID: "make", Title: text("制单", "Make"), Needs: text("单据数据或已制好的 PDF", "The document's data, or a finished PDF")},
		{ID: "route", Title: text("会签盖章", "Seal"), Needs: text("各部门按路线查看、盖章", "The departments of the route read and seal it")},
		{ID: "back", Title: text("回传", "Return"), Needs: text("已盖章单据回到制单部门", "The sealed document comes back")},
	}
}

func states() []procedure.State {
	return []procedure.State{
		{ID: Making, Title: text("制单中", "Being made"), Stage: "make", WaitsFor: []string{Creator}},
		{
			ID: Routing, Title: text("会签中", "Waits for seals"), Stage: "route", WaitsFor: []string{Signer},
			Deadline: &procedure.Deadline{
				After: dueDefault, Action: "overdue", Title: text("办理时限", "To be handled by"), Ahead: warnedAhead, Warn: tell("edoc-due", Signer),
			},
		},
		{ID: Returned, Title: text("已退回", "Sent back"), Stage: "make", WaitsFor: []string{Creator}},
		{ID: Completed, Title: text("已完成", "Complete"), Stage: "back", Final: true},
		{ID: Voided, Title: text("已作废", "Voided"), Stage: "back", Final: true},
	}
}

func tell(template string, roles ...string) []procedure.Tell {
	var out []procedure.Tell
	for _, r := range roles {
		out = append(out, procedure.Tell{Role: r, Template: template})
	}
	return out
}

// progress is where a signer's action leads.
func progress() map[string]string {
	return map[string]string{waitsForOthers: "", nextStage: "", routeDone: Completed}
}

func progressTells() map[string][]procedure.Tell {
	return map[string][]procedure.Tell{nextStage: tell("edoc-wanted", Signer), routeDone: tell("edoc-complete", Creator)}
}

func actions() []procedure.Action {
	return []procedure.Action{
		{
			Name: "make", Title: text("制作单据", "Make the document"), From: []string{Making, Returned}, By: []string{Creator}, Primary: true,
			Submits: []string{SectionData}, Step: procedure.Use(MakeDocument{}),
			To:   map[string]string{madeToRoute: Routing, madeInBatch: Routing, madeComplete: Completed},
			Tell: map[string][]procedure.Tell{madeToRoute: tell("edoc-wanted", Signer)},
		},
		{
			Name: "seal", Title: text("盖章", "Seal"), From: []string{Routing}, By: []string{Signer}, Primary: true,
			Form: sealForm(), Step: procedure.Use(SealDocument{}), To: progress(), Tell: progressTells(),
		},
		{
			Name: "approve", Title: text("已阅同意", "Approve"), From: []string{Routing}, By: []string{Signer},
			Help: text("路线只要求查看的部门使用；要求盖章的请盖章。", "For departments that only look; where a seal is wanted, seal."),
			Form: commentForm(), Step: procedure.Use(Approve{}), To: progress(), Tell: progressTells(),
		},
		{
			Name: "reject", Title: text("退回", "Send back"), From: []string{Routing}, By: []string{Signer}, Danger: true,
			Form: step.ReasonForm(true), Step: procedure.Use(Reject{}), To: map[string]string{procedure.Done: Returned},
			Tell: map[string][]procedure.Tell{procedure.Done: append(tell("edoc-rejected", Creator, Handled), tell("edoc-taken-back", Signer)...)},
		},
		{
			Name: "recall", Title: text("撤回修改", "Take back"), From: []string{Routing}, By: []string{Creator},
			Help: text("尚无人盖章时可以撤回修改。", "Possible while nobody has sealed."),
			Form: step.ReasonForm(true), Step: procedure.Use(Recall{}), To: map[string]string{procedure.Done: Returned},
			Tell: map[string][]procedure.Tell{procedure.Done: tell("edoc-taken-back", Signer, Handled)},
		},
		{
			Name: "remind", Title: text("催办", "Remind"), From: []string{Routing}, By: []string{Creator},
			Help: text("每小时可催办一次；转到下一环节后可再次催办。", "Once an hour, and anew when the next departments have their turn."),
			Step: procedure.Use(Remind{}), To: map[string]string{procedure.Done: ""}, Tell: map[string][]procedure.Tell{procedure.Done: tell("edoc-reminder", Signer)},
		},
		{
			Name: "overdue", Title: text("超过办理时限", "Overdue"), From: []string{Routing}, By: []string{procedure.SystemRole}, Hidden: true,
			Step: procedure.Use(Escalate{}), To: map[string]string{procedure.Done: ""},
			Tell: map[string][]procedure.Tell{procedure.Done: tell("edoc-overdue", Signer, Creator)},
		},
		{
			Name: "void", Title: text("作废", "Void"), From: []string{Making, Returned}, By: []string{Creator}, Danger: true,
			Form: step.ReasonForm(true), Step: procedure.Use(Void{}), To: map[string]string{procedure.Done: Voided},
			Confirm: text("单据作废后编号保留，不可恢复。", "The number stays on record; this cannot be undone."),
		},
		{
			Name: "ask-void", Title: text("申请作废", "Ask to void"), From: []string{Completed}, By: []string{Creator}, Danger: true,
			Help: text("已盖章的部门全部同意后作废；无人盖章的立即作废。", "Voided once all departments that sealed agree; at once where none did."),
			Form: step.ReasonForm(true), Step: procedure.Use(AskVoid{}), To: map[string]string{voidingWaits: "", voidingDone: Voided},
			Tell: map[string][]procedure.Tell{voidingWaits: tell("edoc-void-asked", Handled)},
		},
		{
			Name: "agree-void", Title: text("同意作废", "Agree to void"), From: []string{Completed}, By: []string{Handled}, Danger: true, Hidden: true,
			Step: procedure.Use(AgreeVoid{}), To: map[string]string{voidingWaits: "", voidingDone: Voided},
			Tell: map[string][]procedure.Tell{voidingDone: tell("edoc-voided", Creator, Handled)},
		},
		{
			Name: "decline-void", Title: text("不同意作废", "Decline to void"), From: []string{Completed}, By: []string{Handled}, Hidden: true,
			Form: step.ReasonForm(true), Step: procedure.Use(DeclineVoid{}), To: map[string]string{procedure.Done: ""},
			Tell: map[string][]procedure.Tell{procedure.Done: tell("edoc-void-declined", Creator, Handled)},
		},
		{
			Name: "withdraw-void", Title: text("撤回作废申请", "Take the request to void back"), From: []string{Completed}, By: []string{Creator}, Hidden: true,
			Step: procedure.Use(WithdrawVoid{}), To: map[string]string{procedure.Done: ""},
		},
	}
}

// dataForm is the frame of every document; values are the fields of the type's template, which checks them.
func dataForm() form.Schema {
	return form.Schema{Fields: []form.Field{
		{Name: "type", Kind: form.Text, Title: text("单据类型", "Type"), Required: true, Max: 40, ReadOnly: false},
		{Name: "key", Kind: form.Text, Title: text("业务主键", "Business key"), Help: text("同一主键只能有一份单据", "One key has one document"), Max: longestKey},
		{Name: "values", Kind: form.Object, Title: text("单据数据", "Data")},
		{Name: "upload", Kind: form.Text, Title: text("已制好的 PDF", "Finished PDF"), Max: 60},
		{Name: "title", Kind: form.Text, Title: text("标题", "Title"), Max: 100},
		{Name: "party", Kind: form.Text, Title: text("对方单位", "Party"), Max: 100},
		{Name: "amount", Kind: form.Money, Title: text("金额（元）", "Amount (yuan)")},
		{Name: "date", Kind: form.Date, Title: text("单据日期", "Date")},
	}}
}

func sealForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "seal", Kind: form.SealChoice, Title: text("印章", "Seal"), Required: true},
		{Name: "password", Kind: form.Password, Title: text("印章密码", "Seal password")},
		{Name: "item", Kind: form.Text, Title: text("路线中的签章项", "Part of the route"), Max: 60},
		{Name: "place", Kind: form.Object, Title: text("盖章位置", "Place"), Help: text("页码与坐标（点，自页面显示时的左下角）；不填用预设位置", "Page, and points from the lower left as the page is shown; the laid place when left out")},
		{Name: "comment", Kind: form.LongText, Title: text("意见", "Comment"), Max: 500},
	}}
}

func commentForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "item", Kind: form.Text, Title: text("路线中的签章项", "Part of the route"), Max: 60},
		{Name: "comment", Kind: form.LongText, Title: text("意见", "Comment"), Max: 500},
	}}
}

// facts of a case beside those of the steps.
const (
	factRoute = "route" // Way
	factFile  = "file"  // where the current version stands (Filed)
	// a request to void it when it is complete (Voiding)
	factVoiding = "voiding"
	// who entered what it says, by now (list of persons)
	factMakers = "makers"
	// the upload of which it was made, or ""
	factUpload = "upload"
)
