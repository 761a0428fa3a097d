package sheet

import (
	"encoding/json"
	"strings"

	"cinnabar/internal/cinnabar"
)

// words are what is told of a finding; a code that is not here is told as "wrong".
var words = map[string]cinnabar.Text{
	"missing":         {Zh: "没有填写", En: "is missing"},
	"malformed":       {Zh: "格式不对", En: "is malformed"},
	"checksum":        {Zh: "校验位不对，请核对有没有写错", En: "has a wrong check digit; look whether it is mistyped"},
	"too-short":       {Zh: "太短", En: "is too short"},
	"too-long":        {Zh: "太长", En: "is too long"},
	"out-of-range":    {Zh: "超出允许的范围", En: "is outside of what is allowed"},
	"expired":         {Zh: "已经过期", En: "has expired"},
	"under-age":       {Zh: "未满规定年龄", En: "is too young"},
	"not-allowed":     {Zh: "不在可选的内容里", En: "is none of the choices"},
	"duplicate":       {Zh: "重复", En: "is there twice"},
	"document-exists": {Zh: "已经有一份同样的单据", En: "has a document already"},
	"unknown":         {Zh: "没有这一项", En: "is not known"},
	codeFault:         {Zh: "公式没有结果或出错，请改成数值", En: "is a formula without a value; put the value there"},
	codeRounded:       {Zh: "数字超过 15 位，后面的位数已被表格软件丢掉，请把这一列设为文本再填", En: "is a number of more than 15 digits, whose last ones the spreadsheet has dropped; make the column text and enter it anew"},
	codeHidden:        {Zh: "这一行是隐藏的，请取消隐藏，或选择跳过隐藏行", En: "is hidden; show it, or choose to skip hidden rows"},
	codeColumn:        {Zh: "表里没有对应的列", En: "has no column in the sheet"},
	codeExtra:         {Zh: "这一列没有标题", En: "stands in a column without a title"},
}

// formats are what a malformed cell should hold, by the parameter "format" of package form.
var formats = map[string]cinnabar.Text{
	"line":                       {Zh: "须为一行文字，不能有换行和控制字符", En: "must be one line of text without line breaks and control characters"},
	"lines":                      {Zh: "须为文字，不能有控制字符", En: "must be text without control characters"},
	"integer":                    {Zh: "须为整数，如 12", En: "must be a whole number such as 12"},
	"decimal":                    {Zh: "须为数字，如 12.5，最多九位小数", En: "must be a number such as 12.5, with at most nine decimals"},
	"money":                      {Zh: "须为金额，如 1234.50，最多两位小数", En: "must be an amount such as 1234.50, with at most two decimals"},
	"bool":                       {Zh: "须为“是”或“否”", En: "must be yes or no"},
	"date":                       {Zh: "须为日期，如 2026-11-22", En: "must be a date such as 2026-11-22"},
	"expiry":                     {Zh: "须为日期，如 2026-11-22，或“长期”", En: "must be a date such as 2026-11-22, or “long-term”"},
	"email":                      {Zh: "须为电子邮箱，如 name@example.com", En: "must be an e-mail address such as name@example.com"},
	"cn-mobile":                  {Zh: "须为 11 位手机号", En: "must be a mobile number of 11 digits"},
	"phone":                      {Zh: "须为电话号码，如 13800138000 或 010-12345678", En: "must be a telephone number such as 13800138000 or 010-12345678"},
	"bank-account":               {Zh: "须为 8 至 30 位数字的账号", En: "must be an account number of 8 to 30 digits"},
	"uscc":                       {Zh: "须为 18 位统一社会信用代码，不含字母 I、O、S、V、Z", En: "must be a credit code of 18 places without the letters I, O, S, V, Z"},
	"resident-id":                {Zh: "须为 18 位居民身份证号码", En: "must be a resident identity number of 18 places"},
	"hk-macao-permit":            {Zh: "须为 H 或 M 和 8 位数字", En: "must be H or M and 8 digits"},
	"taiwan-permit":              {Zh: "须为 8 位数字；旧证为 10 位数字和一个字母", En: "must be 8 digits, or 10 digits and a letter on an old permit"},
	"foreign-permanent-resident": {Zh: "须为 18 位的外国人永久居留身份证号码；旧证为 15 位", En: "must be a number of 18 places, or of 15 on an old card"},
	"passport":                   {Zh: "须为 5 至 17 位字母和数字的护照号码", En: "must be a passport number of 5 to 17 letters and digits"},
}

// Words says in both languages what is wrong, and what is wanted instead where the parameters of the fault
// tell (package form): the format, the bounds, the choices.
func Words(code string, params map[string]any) cinnabar.Text {
	if t, ok := wanted(code, params); ok {
		return t
	}
	if t, ok := words[code]; ok {
		return t
	}
	return cinnabar.Text{Zh: "不对", En: "is wrong"}
}

func wanted(code string, params map[string]any) (cinnabar.Text, bool) {
	switch code {
	case "malformed":
		name, _ := params["format"].(string)
		t, ok := formats[name]
		return t, ok
	case "too-long":
		return counted(params["max"], params["unit"], cinnabar.Text{Zh: "太长，最多 ", En: "is too long: at most "})
	case "too-short":
		return counted(params["min"], params["unit"], cinnabar.Text{Zh: "太短，至少 ", En: "is too short: at least "})
	case "out-of-range":
		return between(params)
	case "not-allowed":
		return oneOf(params)
	}
	return cinnabar.Text{}, false
}

// counted is how many characters or entries there may be.
func counted(n, unit any, t cinnabar.Text) (cinnabar.Text, bool) {
	t.Zh, t.En = t.Zh+plainly(n), t.En+plainly(n)
	switch unit {
	case "characters":
		return cinnabar.Text{Zh: t.Zh + " 个字", En: t.En + " characters"}, true
	case "entries":
		return cinnabar.Text{Zh: t.Zh + " 项", En: t.En + " entries"}, true
	}
	return t, false
}

func between(params map[string]any) (cinnabar.Text, bool) {
	least, most := plainly(params["min"]), plainly(params["max"])
	switch {
	case params["earliest"] != nil:
		day := plainly(params["earliest"])
		return cinnabar.Text{Zh: "不能早于 " + day, En: "must not be before " + day}, true
	case params["latest"] != nil:
		day := plainly(params["latest"])
		return cinnabar.Text{Zh: "不能晚于 " + day, En: "must not be after " + day}, true
	case least != "" && most != "":
		return cinnabar.Text{Zh: "须在 " + least + " 到 " + most + " 之间", En: "must be between " + least + " and " + most}, true
	case least != "":
		return cinnabar.Text{Zh: "不能小于 " + least, En: "must be at least " + least}, true
	}
	return cinnabar.Text{}, false
}

func oneOf(params map[string]any) (cinnabar.Text, bool) {
	titles := textsOf(params["options"])
	if len(titles) == 0 {
		return cinnabar.Text{}, false
	}
	zh, en := make([]string, len(titles)), make([]string, len(titles))
	for i, t := range titles {
		zh[i], en[i] = t.In("zh"), t.In("en")
	}
	t := cinnabar.Text{Zh: "须为其中之一：" + strings.Join(zh, "、"), En: "must be one of: " + strings.Join(en, ", ")}
	if params["more"] != nil {
		t.Zh, t.En = t.Zh+"……", t.En+" …"
	}
	return t, true
}

// textsOf reads titles as package form gives them, also after they were kept as JSON.
func textsOf(v any) (out []cinnabar.Text) {
	b, err := json.Marshal(v)
	if err != nil || json.Unmarshal(b, &out) != nil {
		return nil
	}
	return out
}

// plainly writes a number or a day, also after it was kept as JSON.
func plainly(v any) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.Trim(string(b), `"`)
}
