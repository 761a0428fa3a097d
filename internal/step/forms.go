package step

import (
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
)

// The forms of what the steps' actions are sent. A business says in its own words what its document and seals are called.

func text(zh, en string) cinnabar.Text { return cinnabar.Text{Zh: zh, En: en} }

// ReasonForm asks for a reason.
func ReasonForm(required bool) *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "reason", Kind: form.LongText, Max: 500, Title: text("理由", "Reason"), Required: required},
	}}
}

// AssureForm is the form of Assure.
func AssureForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "basis", Kind: form.Choice, Title: text("核验依据", "What it rests on"), Required: true, Options: []form.Option{
			{Value: OnPictures, Title: text("比对现场影像与证件照片", "The live picture compared with the document's")},
			{Value: OnVideo, Title: text("视频通话核对本人与证件", "A video call, with the document")},
			{Value: OnCounter, Title: text("当面核对本人与证件原件", "At the counter, with the original document")},
		}},
		{Name: "reason", Kind: form.LongText, Max: 500, Title: text("说明", "Note"), Help: text("如通话时间、核对了哪些证件。", "When the call was, say, and which documents were seen.")},
	}}
}

// JudgeForm is the form of Judge.
func JudgeForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "verdicts", Kind: form.List, Title: text("逐项意见", "Verdicts"), Items: []form.Field{
			{Name: "material", Kind: form.Text, Title: text("材料", "Material"), Required: true},
			{Name: "verdict", Kind: form.Choice, Title: text("意见", "Verdict"), Required: true, Options: []form.Option{
				{Value: string(procedure.Qualified), Title: text("合格", "Qualified")},
				{Value: string(procedure.Unqualified), Title: text("不合格", "Unqualified")},
			}},
			{Name: "reason", Kind: form.LongText, Max: 500, Title: text("理由", "Reason")},
		}},
	}}
}

// ReadForm is the form of Read.
func ReadForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "digest", Kind: form.Text, Min: 64, Max: 64, Title: text("文件摘要", "Digest"), Required: true},
		{Name: "lastPage", Kind: form.Integer, Min: 1, Title: text("已阅读至", "Read up to page"), Required: true},
	}}
}

// SignForm is the form of Sign; agree is what the signer says by signing.
func SignForm(agree cinnabar.Text) *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "drawing", Kind: form.Drawing, Title: text("手写签名", "Handwritten signature"), Required: true},
		{Name: "code", Kind: form.Code, Title: text("验证码", "Code"), Required: true, Help: text("发送到您登记的手机，或使用动态口令。", "Sent to your mobile phone, or from your authenticator.")},
		{Name: "agree", Kind: form.Agreement, Title: agree, Required: true},
	}}
}

// UnlockForm is the form of UnlockSeal; title says whose password it asks for.
func UnlockForm(title cinnabar.Text) *form.Schema {
	return &form.Schema{Fields: []form.Field{{Name: "password", Kind: form.Password, Title: title, Required: true}}}
}

// CountersignForm is the form of Countersign; seal says which seal it asks for.
func CountersignForm(seal cinnabar.Text) *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "seal", Kind: form.SealChoice, Title: seal, Required: true},
		{Name: "password", Kind: form.Password, Title: text("印章密码", "Seal password")}, // none in a batch
	}}
}

// AssignForm is the form of Assign.
func AssignForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "to", Kind: form.Text, Max: 64, Title: text("经办人", "Officer"), Help: text("空白为退回待领。", "Empty gives the case back.")},
	}}
}

// UnmaskForm is the form of Unmask.
func UnmaskForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "reason", Kind: form.Text, Min: 2, Max: 200, Title: text("查看理由", "Reason"), Required: true},
	}}
}
