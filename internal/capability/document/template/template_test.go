package template_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/errs"
)

var loadOnce = sync.OnceValues(typeset.LoadFonts)

func options(t testing.TB) template.RenderOptions {
	t.Helper()
	f, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return template.RenderOptions{
		Fonts: f, Number: "RQ-2026-000001", VerifyURL: "https://gas.example.com/v/RQ-2026-000001",
		Now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
	}
}

func contract(t testing.TB) *template.Template {
	t.Helper()
	src, err := os.ReadFile("testdata/contract.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	tm, err := template.Parse("contract.tmpl", src)
	if err != nil {
		t.Fatal(err)
	}
	return tm
}

// tiny makes a template of a few field rows and a body; the body begins on line 6 plus the rows.
func tiny(rows, body string) []byte {
	return []byte("---\nid: tiny\nversion: 1\ntitle: 小样\n" + rows + "---\n" + body)
}

// text is all that a tiny template prints for the data, line by line.
func text(t *testing.T, rows, body string, data map[string]any) string {
	t.Helper()
	o := options(t)
	tm, err := template.Parse("tiny", tiny(rows, body))
	if err != nil {
		t.Fatal(err)
	}
	d, err := tm.Render(context.Background(), data, o)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range d.Lines {
		lines = append(lines, l.Text)
	}
	return strings.Join(lines, "\n")
}

// Proves GAS-6.
func TestContractHasPlacesForEverySigner_GAS6(t *testing.T) {
	t.Parallel()
	d, err := contract(t).Preview(context.Background(), options(t))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range d.Places {
		if p.Page != d.Pages {
			t.Errorf("%s lies on page %d of %d", p.Name, p.Page, d.Pages)
		}
		names = append(names, p.Name)
	}
	slices.Sort(names)
	if want := []string{"applicant-seal", "applicant-signature", "company-seal", "legal-rep-seal"}; !slices.Equal(names, want) {
		t.Errorf("places %v, want %v", names, want)
	}
	if d.Pages != 3 {
		t.Errorf("%d pages, want 3", d.Pages)
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	t.Parallel()
	tm, o := contract(t), options(t)
	a, err := tm.Render(context.Background(), tm.Sample(), o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := tm.Render(context.Background(), tm.Sample(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.PDF, b.PDF) {
		t.Error("the same data gave other bytes")
	}
}

// GAS-5: what is missing and what is malformed is reported all at once, each at its field.
func TestAllWrongFieldsAreReportedAtOnce_GAS5(t *testing.T) {
	t.Parallel()
	tm, o := contract(t), options(t)
	data := tm.Sample()
	delete(data, "customer")
	data["legalRep"] = "  "
	data["startDate"] = "2026-02-30"
	data["price"] = 3.5
	data["pressureLevel"] = "vacuum"
	data["gasAddress"] = "甲ᚠ乙"
	data["appliances"] = []any{map[string]any{"name": "灶", "count": "many", "flow": "1.5"}, "row"}
	_, err := tm.Render(context.Background(), data, o)
	if !errors.Is(err, errs.Invalid) {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range errs.As(err).Fields {
		got[f.Pointer] = f.Code
	}
	want := map[string]string{
		"/customer": "missing", "/legalRep": "missing", "/startDate": "malformed", "/price": "malformed",
		"/pressureLevel": "malformed", "/gasAddress": "no-glyph", "/appliances/0/count": "malformed", "/appliances/1": "malformed",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// GAS-10: a change of a printed value means a new contract, any other change does not.
func TestChangedNamesPrintedFieldsOnly_GAS10(t *testing.T) {
	t.Parallel()
	tm := contract(t)
	before, after := tm.Sample(), tm.Sample()
	after["email"] = "new@example.com"
	after["price"] = float64(386) // the same number in another Go type
	before["price"] = 386
	if got := tm.Changed(before, after); len(got) > 0 {
		t.Errorf("changed %v, want nothing", got)
	}
	after["gasAddress"] = "另一处"
	after["appliances"] = after["appliances"].([]any)[:2]
	if got := tm.Changed(before, after); !slices.Equal(got, []string{"gasAddress", "appliances"}) {
		t.Errorf("changed %v", got)
	}
}

// A value is text, whatever it holds.
func TestValuesNeverBecomeMarkup(t *testing.T) {
	t.Parallel()
	const row = "| a | text | yes | yes | 甲 | A |\n"
	for _, evil := range []string{
		"# 标题", "**粗**", "| x | y |", ":::pagebreak", "{{.a}}", "---", "a__b__", "- 项", "> 左", "#.# 一", `^^`, "第#条",
	} {
		if got := text(t, row, "{{.a}}\n\n| 头 | 甲 |\n|--|--|\n| {{.a}} | 乙 |\n", map[string]any{"a": evil}); strings.Count(got, evil) != 2 {
			t.Errorf("%q came out as %q", evil, got)
		}
	}
	if got := text(t, row, "甲{{.a}}乙", map[string]any{"a": "一\n:::pagebreak\n二"}); got != "甲一\n:::pagebreak\n二乙" {
		t.Errorf("lines of a value came out as %q", got)
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	rows := "| m | money | no | yes | 额 | M |\n| d | date | no | yes | 日 | D |\n| s | text | no | yes | 文 | S |\n" +
		"| c | choice(a=甲种,b=乙种) | no | yes | 选 | C |\n| n | decimal | no | yes | 数 | N |\n| y | bool | no | yes | 是 | Y |\n"
	for _, c := range []struct {
		body string
		data map[string]any
		want string
	}{
		{"{{yuan .m}} {{capital .m}}", map[string]any{"m": 4747005}, "47,470.05 肆万柒仟肆佰柒拾元零伍分"},
		{"{{yuan .m}} {{capital .m}}", map[string]any{"m": cinnabar.Fen(100000000)}, "1,000,000.00 壹佰万元整"},
		{"{{capital .m}}", map[string]any{"m": 0}, "零元整"},
		{"{{capital .m}}", map[string]any{"m": 10}, "壹角整"},
		{"{{capital .m}}", map[string]any{"m": 1000001}, "壹万元零壹分"},
		{"{{capital .m}}", map[string]any{"m": 1000500000}, "壹仟万伍仟元整"},
		{"{{capital .m}}", map[string]any{"m": 10000000100}, "壹亿零壹元整"},
		{"{{capital .m}}", map[string]any{"m": -1030}, "负壹拾元叁角整"},
		{"{{.d}} {{date .d}}", map[string]any{"d": "2026-02-03"}, "2026年2月3日 2026年2月3日"},
		{"{{masked .s}}", map[string]any{"s": "110101199003070012"}, "1101**********0012"},
		{"{{masked .s}}", map[string]any{"s": "张三"}, "张*"},
		{"{{.c}}{{if is .c \"a\"}}是甲{{else}}非甲{{end}}", map[string]any{"c": "a"}, "甲种是甲"},
		{"{{.n}} {{.y}}", map[string]any{"n": "12.50", "y": true}, "12.50 是"},
		{"{{.n}} {{.c}} {{.m}} {{date .d}} {{masked .s}}", nil, "／ ／ ／ ／ ／"},
		{"{{.today}} {{.number}}", nil, "2026年11月22日 RQ-2026-000001"},
	} {
		var used strings.Builder // the rest of the fields must be printed too
		for _, f := range []string{"m", "d", "s", "c", "n", "y"} {
			used.WriteString("{{." + f + "}}")
		}
		got := text(t, rows, c.body+"\n\n"+used.String(), c.data)
		if first, _, _ := strings.Cut(got, "\n"); first != c.want {
			t.Errorf("%s: %q, want %q", c.body, first, c.want)
		}
	}
}

func TestListsArticlesAndConditions(t *testing.T) {
	t.Parallel()
	rows := "| l | list | no | yes | 表 | L |\n| l.x | text | yes | yes | 甲 | X |\n"
	body := "## 第#条　一\n\n#.# 甲\n\n#.# 乙\n\n## 第#条　二\n\n#.# 丙\n\n{{if .l}}\n| 号 | 名 |\n|--|--|\n{{range $i, $r := .l}}\n| {{inc $i}} | {{$r.x}} |\n{{end}}\n{{else}}\n无\n{{end}}\n"
	got := text(t, rows, body, map[string]any{"l": []any{map[string]any{"x": "子"}, map[string]any{"x": "丑"}}})
	want := "第一条　一\n1.1 甲\n1.2 乙\n第二条　二\n2.1 丙\n号\n名\n1\n子\n2\n丑"
	if got != want {
		t.Errorf("%q\nwant\n%q", got, want)
	}
	if got := text(t, rows, body, nil); !strings.HasSuffix(got, "无") {
		t.Errorf("an empty list gave %q", got)
	}
}
