package gascontract

import (
	"cinnabar/internal/capability/form"
	"cinnabar/internal/procedure"
)

// Sections.
const (
	SectionIdentity = "identity"
	SectionBasic    = "basic"
	SectionContract = "contract"
	SectionTerms    = "terms"
)

// Categories of applicants (GAS-1).
const (
	SoleProprietor = "sole-proprietor"
	LegalPerson    = "legal-representative"
	Agent          = "agent"
)

// Types of use.
const (
	Commercial = "commercial"
	Industrial = "industrial"
	Public     = "public"
)

// portraitField holds the picture of the document's side with the portrait.
const portraitField = "idFront"

var pictures = []string{"image/jpeg", "image/png"}

func option(value, zh, en string) form.Option { return form.Option{Value: value, Title: text(zh, en)} }

func sections() []procedure.Section {
	return []procedure.Section{
		{ID: SectionIdentity, Title: text("身份信息", "Identity"), Form: identityForm(), Judged: true},
		{ID: SectionBasic, Title: text("基础资料", "Basic data"), Form: basicForm(), Judged: true},
		{ID: SectionContract, Title: text("合同资料", "Contract data"), Form: contractForm(), Judged: true},
		{ID: SectionTerms, Title: text("供气条件", "Terms of supply"), Form: termsForm()},
	}
}

func identityForm() form.Schema {
	agent := &form.When{Field: "category", In: []string{Agent}}
	card := &form.When{Field: "document", In: []string{form.ResidentCard, form.HKMacaoPermit, form.TaiwanPermit, form.ForeignCard}} // a passport has no other side
	return form.Schema{Fields: []form.Field{
		{Name: "category", Kind: form.Choice, Title: text("申请人类别", "Category"), Required: true, Options: []form.Option{
			option(SoleProprietor, "个体经营户负责人", "Sole proprietor"),
			option(LegalPerson, "社会组织法人（法定代表人）", "Legal representative of an organisation"),
			option(Agent, "社会组织经办人", "Agent of an organisation"),
		}},
		{Name: "useType", Kind: form.Choice, Title: text("用气性质", "Type of use"), Required: true, Printed: true, Options: []form.Option{
			option(Commercial, "商业", "Commercial"), option(Industrial, "工业", "Industrial"), option(Public, "公共服务", "Public"),
		}},
		{Name: "name", Kind: form.Name, Title: text("姓名", "Name"), Required: true, Printed: true},
		{Name: "document", Kind: form.Choice, Title: text("证件类型", "Identity document"), Required: true, Options: []form.Option{
			option(form.ResidentCard, "居民身份证", "Resident identity card"),
			option(form.HKMacaoPermit, "港澳居民来往内地通行证", "Mainland travel permit (Hong Kong, Macao)"),
			option(form.TaiwanPermit, "台湾居民来往大陆通行证", "Mainland travel permit (Taiwan)"),
			option(form.ForeignCard, "外国人永久居留身份证", "Permanent residence card for foreigners"),
			option(form.Passport, "护照", "Passport"),
		}},
		{Name: "number", Kind: form.IDNumber, Like: "document", Title: text("证件号码", "Number"), Required: true, Adult: true},
		{
			Name: "expires", Kind: form.Expiry, Future: true, Title: text("证件有效期至", "Valid until"), Required: true,
			Help: text("长期有效请选择“长期”。", "Choose “long-term” for a document without end."),
		},
		{Name: portraitField, Kind: form.File, Title: text("证件人像面照片", "Picture of the side with the portrait"), Required: true, Accept: pictures, Personal: true},
		{Name: "idBack", Kind: form.File, Title: text("证件另一面照片", "Picture of the other side"), Required: true, Accept: pictures, Personal: true, When: card},
		{Name: "mobile", Kind: form.Mobile, Title: text("手机号码", "Mobile number"), Required: true, Printed: true},
		{
			Name: "uscc", Kind: form.CreditCode, Title: text("统一社会信用代码", "Unified social credit code"), Required: true, Printed: true,
			Help: text("营业执照上的 18 位代码，个体工商户也有。", "The 18 characters on the business licence; sole proprietors have one too."),
		},
		{Name: "legalRep", Kind: form.Name, Title: text("法定代表人姓名", "Legal representative"), Required: true, Printed: true, When: agent},
		{Name: "powerOfAttorney", Kind: form.File, Title: text("授权委托书", "Power of attorney"), Required: true, When: agent},
	}}
}

func basicForm() form.Schema {
	return form.Schema{Fields: []form.Field{
		{
			Name: "company", Kind: form.Text, Max: 60, Title: text("单位名称", "Company name"), Required: true, Printed: true,
			Help: text("与营业执照一致。", "As on the business licence."),
		},
		{Name: "companyAddress", Kind: form.Address, Title: text("单位住所", "Company address"), Required: true, Printed: true},
		{Name: "contact", Kind: form.Name, Title: text("日常联系人", "Contact person"), Required: true},
		{Name: "contactPhone", Kind: form.Phone, Title: text("联系电话", "Telephone"), Required: true, Personal: true},
		{Name: "email", Kind: form.Email, Title: text("电子邮箱", "E-mail")},
		{Name: "bank", Kind: form.Text, Max: 60, Title: text("开户银行", "Bank"), Required: true, Printed: true},
		{Name: "bankAccount", Kind: form.BankAccount, Title: text("银行账号", "Bank account"), Required: true, Printed: true, Personal: true},
		{Name: "invoice", Kind: form.Choice, Title: text("发票类型", "Invoice"), Required: true, Options: []form.Option{
			option("general", "增值税普通发票", "General VAT invoice"), option("special", "增值税专用发票", "Special VAT invoice"),
		}},
		{Name: "billing", Kind: form.Choice, Title: text("账单送达", "Bills by"), Required: true, Options: []form.Option{
			option("sms", "短信", "SMS"), option("email", "电子邮件", "E-mail"), option("paper", "纸质", "Paper"),
		}},
	}}
}

func contractForm() form.Schema {
	return form.Schema{Fields: []form.Field{
		{Name: "gasAddress", Kind: form.Address, Title: text("用气地址", "Place of use"), Required: true, Printed: true},
		{Name: "accountNumber", Kind: form.Text, Max: 20, Title: text("户号", "Account number"), Printed: true, Help: text("新户可不填。", "Leave empty for a new user.")},
		{Name: "meterNumber", Kind: form.Text, Max: 30, Title: text("燃气表编号", "Meter number"), Printed: true},
		{Name: "appliances", Kind: form.List, Min: 1, Max: 40, Title: text("燃气器具", "Appliances"), Required: true, Printed: true, Items: []form.Field{
			{Name: "name", Kind: form.Text, Max: LongestAppliance, Title: text("器具名称", "Name"), Required: true, Help: text("从燃气公司的目录中选择。", "Choose from the gas company's catalogue.")},
			{Name: "model", Kind: form.Text, Max: 40, Title: text("型号", "Model"), Help: text("目录以外的器具必填。", "Wanted of what is not in the catalogue.")},
			{
				Name: "flow", Kind: form.Decimal, Max: 1_000_000, Title: text("额定流量（m³/h）", "Rated flow (m³/h)"),
				Help: text("以目录为准；目录以外的器具按铭牌填写。", "As the catalogue has it; of what is not in the catalogue, as on its plate."),
			},
			{Name: "count", Kind: form.Integer, Min: 1, Max: 999, Title: text("数量（台）", "Count"), Required: true},
		}},
		{Name: "monthlyConsumption", Kind: form.Decimal, Title: text("预计月用气量（m³）", "Expected monthly consumption (m³)"), Required: true, Printed: true},
		{Name: "termYears", Kind: form.Integer, Min: 1, Max: 10, Title: text("合同期限（年）", "Term (years)"), Help: text("1 至 10 年。", "1 to 10 years."), Required: true, Printed: true},
		{
			Name: "startDate", Kind: form.Date, Title: text("起始日期", "Start date"), Required: true, Printed: true,
			Help: text("不早于 30 天前，不晚于一年后；续签的可自原合同到期次日起。", "From 30 days ago to one year ahead; a renewed contract may begin on the day after the old one's last."),
		},
	}}
}

func termsForm() form.Schema {
	return form.Schema{Fields: []form.Field{
		{Name: "pressureLevel", Kind: form.Choice, Title: text("供气压力", "Pressure level"), Required: true, Printed: true, Options: []form.Option{
			option("low", "低压（小于 0.01 MPa）", "Low (under 0.01 MPa)"),
			option("medium-b", "中压 B（0.01—0.2 MPa）", "Medium B (0.01–0.2 MPa)"),
			option("medium-a", "中压 A（0.2—0.4 MPa）", "Medium A (0.2–0.4 MPa)"),
		}},
		{Name: "pricePlan", Kind: form.Text, Max: 40, Title: text("价格类别", "Price plan"), Required: true, Printed: true},
		{Name: "price", Kind: form.Money, Title: text("签订时价格（元/m³）", "Price at signing (yuan/m³)"), Required: true, Printed: true},
		{Name: "accountNumber", Kind: form.Text, Max: 20, Title: text("户号（由燃气公司核定）", "Account number (by the gas company)"), Printed: true},
		{
			Name: "maxHourly", Kind: form.Decimal, Title: text("小时最大用气量（m³/h，工业）", "Largest hourly use (m³/h, industrial)"), Printed: true,
			Help: text("空白按额定总流量计。", "Empty: the total rated flow."),
		},
		{Name: "maxDaily", Kind: form.Decimal, Title: text("日最大用气量（m³/d，工业）", "Largest daily use (m³/d, industrial)"), Printed: true},
		{Name: "guaranteed", Kind: form.Bool, Title: text("列入保障供气名录（公共服务）", "On the list of guaranteed supply (public)"), Printed: true},
	}}
}

func sealsForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{Name: "contractSeal", Kind: form.SealChoice, Title: text("合同章", "Contract seal"), Required: true},
		{Name: "legalRepSeal", Kind: form.SealChoice, Title: text("法人章", "Legal representative's seal"), Required: true},
	}}
}
