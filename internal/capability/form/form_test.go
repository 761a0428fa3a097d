package form_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

var now = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func text(zh, en string) cinnabar.Text { return cinnabar.Text{Zh: zh, En: en} }

func option(value string) form.Option {
	return form.Option{Value: value, Title: text(value, value)}
}

// sample uses every kind.
func sample() form.Schema {
	t := text("项", "Entry")
	on := func(v ...string) *form.When { return &form.When{Field: "document", In: v} }
	return form.Schema{Fields: []form.Field{
		{Name: "name", Kind: form.Name, Title: text("姓名", "Name"), Required: true, Personal: true, Printed: true},
		{Name: "document", Kind: form.Choice, Title: text("证件类型", "Document"), Required: true, Options: []form.Option{
			option(form.ResidentCard), option(form.HKMacaoPermit), option(form.TaiwanPermit), option(form.ForeignCard), option(form.Passport),
		}},
		{Name: "number", Kind: form.IDNumber, Like: "document", Title: text("证件号码", "Number"), Required: true, Adult: true},
		{Name: "expires", Kind: form.Expiry, Title: text("有效期至", "Valid until"), Required: true},
		{
			Name: "born", Kind: form.Date, Title: text("出生日期", "Date of birth"), Past: true, Adult: true, Required: true,
			When: on(form.HKMacaoPermit, form.TaiwanPermit, form.Passport),
		},
		{Name: "mobile", Kind: form.Mobile, Title: text("手机", "Mobile"), Required: true},
		{Name: "uscc", Kind: form.CreditCode, Title: text("统一社会信用代码", "Credit code"), Printed: true},
		{Name: "account", Kind: form.BankAccount, Title: text("账号", "Account"), Personal: true},
		{Name: "phone", Kind: form.Phone, Title: t},
		{Name: "email", Kind: form.Email, Title: t, Personal: true},
		{Name: "address", Kind: form.Address, Title: t, Help: text("到门牌号", "Down to the door")},
		{Name: "remark", Kind: form.LongText, Title: t},
		{Name: "nickname", Kind: form.Text, Title: t, Min: 2, Max: 5},
		{Name: "months", Kind: form.Integer, Title: t, Min: 1, Max: 60},
		{Name: "flow", Kind: form.Decimal, Title: t},
		{Name: "fee", Kind: form.Money, Title: t, Max: 1000},
		{Name: "start", Kind: form.Date, Title: t, Future: true},
		{Name: "invoice", Kind: form.Bool, Title: t},
		{Name: "tax", Kind: form.Text, Title: t, Required: true, When: &form.When{Field: "invoice", In: []string{"true"}}},
		{Name: "consent", Kind: form.Agreement, Title: t},
		{Name: "uses", Kind: form.Choices, Title: t, Options: []form.Option{option("cooking"), option("heating")}},
		{Name: "licence", Kind: form.File, Title: t, Accept: []string{"image/jpeg", "application/pdf"}},
		{Name: "photos", Kind: form.Files, Title: t, Max: 3},
		{Name: "drawing", Kind: form.Drawing, Title: t},
		{Name: "password", Kind: form.Password, Title: t},
		{Name: "code", Kind: form.Code, Title: t},
		{Name: "seal", Kind: form.SealChoice, Title: t},
		{Name: "frames", Kind: form.Object, Title: t},
		{Name: "pressure", Kind: form.Text, Title: t, ReadOnly: true},
		{Name: "appliances", Kind: form.List, Title: t, Max: 3, Items: []form.Field{
			{Name: "model", Kind: form.Text, Title: t, Required: true},
			{Name: "count", Kind: form.Integer, Title: t, Required: true, Min: 1, Max: 99},
			{Name: "contact", Kind: form.Mobile, Title: t},
		}},
	}}
}

// person is what every entry of sample needs.
func person() map[string]any {
	return map[string]any{
		"name": "王小明", "document": form.ResidentCard, "number": "11010519491231002X",
		"expires": "long-term", "mobile": "13800138000",
	}
}

func with(name string, v any) map[string]any {
	d := person()
	d[name] = v
	return d
}

func problems(fields []errs.Field) string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Pointer+" "+f.Code)
	}
	return strings.Join(out, ", ")
}

// The table is how each kind of entry is refused, and next to it accepted.
// Proves GAS-2, GAS-5.
func TestEveryEntryIsCheckedAtItsField_GAS2_GAS5(t *testing.T) {
	t.Parallel()
	file, dot := "file_0123456789abcdefghjkmnpqrs", []any{1.0, 1.0}
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"number", "11010519491231002x", ""},
		{"number", "１１０１０５ 19491231 002Ｘ", ""},
		{"number", "110105194912310021", "/number checksum"},
		{"number", "11010519491331002X", "/number malformed"},
		{"number", "110105194912310", "/number malformed"},
		{"number", "", "/number missing"},
		{"number", nil, "/number missing"},
		{"number", 5.0, "/number malformed"},
		{"document", "library-card", "/document not-allowed"},
		{"expires", "2026-11-22", ""},
		{"expires", "2026-11-21", "/expires expired"},
		{"expires", "2026-02-30", "/expires malformed"},
		{"mobile", "+86 138-0013-8000", ""},
		{"mobile", "12800138000", "/mobile malformed"},
		{"uscc", "91350100m000100y43", ""},
		{"uscc", "91350100M000100Y4Z", "/uscc malformed"},
		{"uscc", "91350100M000100Y44", "/uscc checksum"},
		{"account", "6222 0200-0123 4567 89", ""},
		{"account", "1234567", "/account malformed"},
		{"phone", "025-83456789", ""},
		{"phone", "83456789", "/phone malformed"},
		{"email", "wang@example.com", ""},
		{"email", "wang@example", "/email malformed"},
		{"address", "南京市\n鼓楼区", "/address malformed"},
		{"address", "南京市\u202e鼓楼区", "/address malformed"},
		{"remark", "第一行\r\n第二行", ""},
		{"nickname", " 明 ", "/nickname too-short"},
		{"nickname", "一二三四五六", "/nickname too-long"},
		{"nickname", "一二三四五", ""},
		{"months", 60.0, ""},
		{"months", json.Number("12"), ""},
		{"months", 61.0, "/months out-of-range"},
		{"months", 1.5, "/months malformed"},
		{"months", "12", "/months malformed"},
		{"flow", "12.5", ""},
		{"flow", "-1", "/flow out-of-range"},
		{"flow", "1e3", "/flow malformed"},
		{"fee", "1000", ""},
		{"fee", "1000.01", "/fee out-of-range"},
		{"fee", "-1", "/fee malformed"},
		{"fee", "１２", "/fee malformed"},
		{"fee", "1.234", "/fee malformed"},
		{"fee", 12.5, "/fee malformed"},
		{"start", "2026-11-22", ""},
		{"start", "2026-11-21", "/start out-of-range"},
		{"invoice", false, ""},
		{"invoice", true, "/tax missing"},
		{"invoice", "true", "/invoice malformed"},
		{"uses", []any{"cooking", "heating"}, ""},
		{"uses", []any{"cooking", "cooking"}, "/uses/1 duplicate"},
		{"uses", []any{"bathing"}, "/uses/0 not-allowed"},
		{"licence", file, ""},
		{"licence", "data:image/png;base64,AAAA", "/licence malformed"},
		{"photos", []any{file}, ""},
		{"photos", []any{file, "x"}, "/photos/1 malformed"},
		{"photos", []any{"1", "2", "3", "4"}, "/photos too-long"},
		{"password", "  kept as it is  ", ""},
		{"code", "12345", "/code malformed"},
		{"code", "１２３４５６", ""},
		{"frames", []any{map[string]any{"at": 5.0}}, ""},
		{"frames", "x", "/frames malformed"},
		{"pressure", "whatever", ""},
		{"appliances", []any{map[string]any{"model": "灶", "count": 2.0}}, ""},
		{"appliances", []any{map[string]any{"count": 0.0}, 7.0}, "/appliances/0/model missing, /appliances/0/count out-of-range, /appliances/1 malformed"},
		{"appliances", []any{map[string]any{"model": "灶", "count": 1.0, "x": 1.0}}, "/appliances/0/x unknown"},
		{"isAdmin", true, "/isAdmin unknown"},
		{"身份证11010519491231002X", 1.0, " unknown"},
		{"drawing", map[string]any{"width": 300.0, "height": 100.0, "strokes": []any{[]any{dot, dot}}}, ""},
		{"drawing", map[string]any{"width": 300.0, "height": 100.0, "strokes": []any{[]any{dot}}}, "/drawing too-short"},
		{"drawing", map[string]any{"width": 300.0, "height": 100.0, "strokes": []any{[]any{[]any{301.0, 1.0}, dot}}}, "/drawing malformed"},
		{"drawing", "data:", "/drawing malformed"},
	} {
		if _, wrong := sample().Check(with(c.name, c.v), now); problems(wrong) != c.want {
			t.Errorf("%s = %v: %q, want %q", c.name, c.v, problems(wrong), c.want)
		}
	}
}

// Who errs is told what is wanted: the format, the bounds, the choices.
// Proves GAS-5, DOC-2.
func TestWhatIsWantedIsTold_GAS5_DOC2(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		v    any
		want map[string]any
	}{
		{"name", "两\n行", map[string]any{"format": "line"}},
		{"remark", "a\x00", map[string]any{"format": "lines"}},
		{"number", "1", map[string]any{"format": form.ResidentCard}},
		{"mobile", "1", map[string]any{"format": "cn-mobile"}},
		{"uscc", "1", map[string]any{"format": "uscc"}},
		{"uscc", "91350100M000100Y44", nil}, // a wrong check digit wants no other format
		{"expires", "2026-13-01", map[string]any{"format": "expiry"}},
		{"start", "22.11.2026", map[string]any{"format": "date"}},
		{"start", "2026-11-21", map[string]any{"earliest": "2026-11-22"}},
		{"fee", "1.234", map[string]any{"format": "money"}},
		{"fee", "1000.01", map[string]any{"min": 0, "max": 1000}},
		{"flow", "-1", map[string]any{"min": 0}},
		{"months", "x", map[string]any{"format": "integer"}},
		{"months", 61.0, map[string]any{"min": 1, "max": 60}},
		{"invoice", "x", map[string]any{"format": "bool"}},
		{"consent", "x", map[string]any{"format": "bool"}},
		{"nickname", "一二三四五六", map[string]any{"max": 5, "unit": "characters"}},
		{"nickname", "一", map[string]any{"min": 2, "unit": "characters"}},
		{"photos", []any{"1", "2", "3", "4"}, map[string]any{"max": 3, "unit": "entries"}},
		{"photos", "x", map[string]any{"format": "list"}},
		{"uses", []any{"bathing"}, map[string]any{"options": []cinnabar.Text{text("cooking", "cooking"), text("heating", "heating")}}},
		{"drawing", "x", map[string]any{"format": "signature-drawing"}},
	} {
		_, wrong := sample().Check(with(c.name, c.v), now)
		if len(wrong) != 1 || !reflect.DeepEqual(wrong[0].Params, c.want) {
			t.Errorf("%s = %v: %+v, want %v", c.name, c.v, wrong, c.want)
		}
	}
	passport := with("document", form.Passport)
	passport["number"], passport["born"] = "A1", "2027-01-01"
	_, wrong := sample().Check(passport, now)
	if len(wrong) != 2 || wrong[0].Params["format"] != form.Passport || wrong[1].Params["latest"] != "2026-11-22" {
		t.Errorf("%+v", wrong)
	}
}

// A list of options that is too long to be read is cut, and says so.
func TestFewOptionsAreNamed(t *testing.T) {
	t.Parallel()
	one := form.Field{Name: "city", Kind: form.Choice, Title: text("城市", "City")}
	for i := range 25 {
		one.Options = append(one.Options, option(strings.Repeat("x", i+1)))
	}
	_, wrong := form.Schema{Fields: []form.Field{one}}.Check(map[string]any{"city": "y"}, now)
	if len(wrong) != 1 || len(wrong[0].Params["options"].([]cinnabar.Text)) != 20 || wrong[0].Params["more"] != 5 {
		t.Errorf("%+v", wrong)
	}
}

// Proves GAS-5.
func TestEverythingWrongIsToldAtOnce_GAS5(t *testing.T) {
	t.Parallel()
	_, wrong := sample().Check(map[string]any{"mobile": "1", "document": form.Passport, "number": "E12345678"}, now)
	if got := problems(wrong); got != "/name missing, /expires missing, /born missing, /mobile malformed" {
		t.Error(got)
	}
}

// Proves GAS-1.
func TestConditionDecidesWhatIsAsked_GAS1(t *testing.T) {
	t.Parallel()
	d := with("born", "nonsense left over from another choice")
	clean, wrong := sample().Check(d, now)
	if len(wrong) > 0 || clean["born"] != nil {
		t.Errorf("not asked, yet: %v %v", clean["born"], problems(wrong))
	}
	d["document"], d["number"] = form.Passport, "E12345678"
	if _, wrong := sample().Check(d, now); problems(wrong) != "/born malformed" {
		t.Errorf("asked: %v", problems(wrong))
	}
}

// Proves GAS-2.
func TestAges_GAS2(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ born, want string }{
		{"2008-11-22", ""}, {"2008-11-23", "/born under-age"}, {"2026-11-23", "/born out-of-range"},
	} {
		d := with("document", form.Passport)
		d["number"], d["born"] = "E12345678", c.born
		if _, wrong := sample().Check(d, now); problems(wrong) != c.want {
			t.Errorf("%s: %s", c.born, problems(wrong))
		}
	}
	child := "11010520150101001"
	child += string(form.CheckCharacter11(child))
	if _, wrong := sample().Check(with("number", child), now); problems(wrong) != "/number under-age" {
		t.Errorf("child: %s", problems(wrong))
	}
}

func TestCleanIsNormalised(t *testing.T) {
	t.Parallel()
	d := with("number", " 11010519491231002x ")
	d["fee"], d["account"], d["pressure"] = "12.5", "6222 0200 0000", "high"
	clean, wrong := sample().Check(d, now)
	if len(wrong) > 0 {
		t.Fatal(problems(wrong))
	}
	want := person()
	want["fee"], want["account"] = "12.50", "622202000000"
	if !reflect.DeepEqual(clean, want) {
		t.Errorf("%v", clean)
	}
	if fen, ok := form.Fen("12.50"); !ok || fen != 1250 {
		t.Error("fen", fen)
	}
}

// Proves PLT-3.
func TestMaskHidesPersonalData_PLT3(t *testing.T) {
	t.Parallel()
	d := with("password", "secret")
	d["code"], d["account"], d["email"], d["uscc"], d["address"] = "123456", "6222020000000123", "wang@example.com", "91350100M000100Y43", "南京"
	d["appliances"] = []any{map[string]any{"model": "灶", "contact": "13900139000"}}
	d["undeclared"] = "13700137000"
	got := sample().Mask(d)
	want := map[string]any{
		"name": "王*明", "document": form.ResidentCard, "number": "110***********002X", "expires": "long-term", "mobile": "138****8000",
		"account": "************0123", "email": "w***@example.com", "uscc": "91350100M000100Y43", "address": "南京",
		"appliances": []any{map[string]any{"model": "灶", "contact": "139****9000"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

// Proves GAS-10.
func TestChangesTellWhatStandsInTheDocument_GAS10(t *testing.T) {
	t.Parallel()
	before, after := person(), person()
	after["mobile"] = "13900139000"
	if got := sample().Changes(before, after); !reflect.DeepEqual(got, []form.Change{{Pointer: "/mobile"}}) {
		t.Errorf("%v", got)
	}
	after["name"] = "王大明"
	if got := sample().Changes(before, after); !reflect.DeepEqual(got, []form.Change{{Pointer: "/name", Printed: true}, {Pointer: "/mobile"}}) {
		t.Errorf("%v", got)
	}
}

func TestDeclarationIsChecked(t *testing.T) {
	t.Parallel()
	if err := sample().Validate(); err != nil {
		t.Fatalf("control: %v", err)
	}
	t1 := text("项", "Entry")
	yes := form.Field{Name: "a", Kind: form.Bool, Title: t1}
	for name, fields := range map[string][]form.Field{
		"bad name":         {{Name: "A b", Kind: form.Text, Title: t1}},
		"no such kind":     {{Name: "a", Kind: "tex", Title: t1}},
		"one language":     {{Name: "a", Kind: form.Text, Title: text("项", "")}},
		"min above max":    {{Name: "a", Kind: form.Text, Title: t1, Min: 3, Max: 2}},
		"no options":       {{Name: "a", Kind: form.Choice, Title: t1}},
		"no items":         {{Name: "a", Kind: form.List, Title: t1}},
		"wrong item":       {{Name: "a", Kind: form.List, Title: t1, Items: []form.Field{{Name: "b"}}}},
		"name twice":       {yes, yes},
		"condition later":  {{Name: "b", Kind: form.Text, Title: t1, When: &form.When{Field: "a", In: []string{"true"}}}, yes},
		"condition absurd": {yes, {Name: "b", Kind: form.Text, Title: t1, When: &form.When{Field: "a", In: []string{"maybe"}}}},
		"like nothing":     {{Name: "a", Kind: form.IDNumber, Title: t1, Like: "document"}},
	} {
		if err := (form.Schema{Fields: fields}).Validate(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestJSONSchemaAsKept(t *testing.T) {
	t.Parallel()
	for file, got := range map[string]json.RawMessage{
		"testdata/schema.json": sample().JSONSchema(), "testdata/ui.json": sample().UISchema(),
	} {
		var v any
		if err := json.Unmarshal(got, &v); err != nil {
			t.Fatal(err)
		}
		pretty, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		pretty = append(pretty, '\n')
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, pretty, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != string(pretty) {
			t.Errorf("%s differs (UPDATE_GOLDEN=1 writes it): %v", file, err)
		}
	}
}

func TestSchemaMarshalsAlways(t *testing.T) {
	t.Parallel()
	a, err := json.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	var again form.Schema
	if err := json.Unmarshal(a, &again); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(again)
	if err != nil || string(a) != string(b) {
		t.Errorf("not the same after a round trip: %v", err)
	}
}
