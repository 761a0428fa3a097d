package typeset_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/errs"
)

var update = flag.Bool("update", false, "write the golden files anew")

var loadOnce = sync.OnceValues(typeset.LoadFonts)

// fonts are those of the build.
func fonts(t testing.TB) *typeset.Fonts {
	t.Helper()
	f, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func withTime(d typeset.Document) typeset.Document {
	d.Created = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	return d
}

func render(t testing.TB, d typeset.Document) *typeset.Result {
	t.Helper()
	r, err := typeset.Make(fonts(t), withTime(d))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refused makes a document of the blocks and returns the code of the error it must give.
func refused(t *testing.T, l typeset.Limits, body ...typeset.Block) string {
	t.Helper()
	_, err := typeset.Make(fonts(t), typeset.Document{Title: "x", Body: body, Limits: l})
	if !errors.Is(err, errs.Invalid) {
		t.Fatalf("got %v, want an Invalid error", err)
	}
	return errs.As(err).Code
}

func para(s string) typeset.Paragraph { return typeset.Paragraph{Spans: typeset.Text(s), Indent: 2} }

func cells(texts ...string) typeset.Row {
	var r typeset.Row
	for _, s := range texts {
		r = append(r, typeset.Cell{Spans: typeset.Text(s)})
	}
	return r
}

// sample shows one of everything.
func sample() typeset.Document {
	clause := strings.Repeat("甲方（供气方）应当按照本合同约定，向乙方持续、稳定地供应符合国家标准《天然气》（GB 17820—2018）规定的二类管道天然气。", 4)
	return typeset.Document{
		Title: "天然气供用气合同", HeaderLeft: "合同编号：RQ-2026-000001", HeaderRight: "天然气供用气合同",
		Body: []typeset.Block{
			typeset.Heading{Level: 1, Spans: typeset.Text("天然气供用气合同")},
			typeset.Paragraph{Spans: typeset.Text("甲方：𬭎𠮷燃气有限公司")},
			typeset.Heading{Level: 2, Spans: typeset.Text("第一条　供气")},
			para(clause),
			typeset.Clause{Number: "1.1", Spans: typeset.Text(clause)},
			typeset.Table{
				Columns: []typeset.Column{{Width: 2}, {Width: 5, Align: typeset.Left}, {Width: 2, Align: typeset.Right}},
				Head:    []typeset.Row{cells("项目", "内容", "数量")},
				Rows: []typeset.Row{
					append(typeset.Row{{Spans: typeset.Text("标签"), RowSpan: 2, Label: true}}, cells("高峰月日均用气量", "1,200 m³")...),
					cells("中餐燃气炒菜灶", "6"),
				},
			},
			typeset.QR{Content: "https://example.com/v/RQ-2026-000001", Size: 60, Alt: "验证码"},
			typeset.Columns{Gap: 10, Parts: [][]typeset.Block{
				{typeset.Paragraph{Spans: typeset.Bold("甲方（盖章）：")}, typeset.PlaceBox{Name: "company", Width: 100, Height: 100, Lift: 20}},
				{typeset.Paragraph{Spans: []typeset.Span{{Text: "签名："}, {Text: "　　　", Underline: true}}}, typeset.PlaceBox{Name: "hand", Width: 80, Height: 30}},
			}},
		},
	}
}

func TestDocumentIsDeterministic(t *testing.T) {
	t.Parallel()
	if a, b := render(t, sample()), render(t, sample()); !bytes.Equal(a.PDF, b.PDF) {
		t.Error("the same document gave other bytes")
	}
}

// The golden file holds every line of text with its place: a change of the layout shows as a diff.
func TestLayoutIsAsRecorded(t *testing.T) {
	t.Parallel()
	r := render(t, sample())
	var b strings.Builder
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%d %6.1f %6.1f %6.1f %s\n", l.Page, l.X, l.Baseline, l.Width, l.Text)
	}
	for _, p := range r.Places {
		fmt.Fprintf(&b, "place %s %d %.1f\n", p.Name, p.Page, p.Rect)
	}
	file := filepath.Join("testdata", "sample.layout")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the layout changed; look at it, then run with -update\n%s", b.String())
	}
}

func TestPlacesLieWhereTheyWereLaid(t *testing.T) {
	t.Parallel()
	r := render(t, sample())
	if len(r.Places) != 2 || r.Places[0].Name != "company" || r.Places[1].Name != "hand" {
		t.Fatalf("places %v", r.Places)
	}
	for _, p := range r.Places {
		if p.Page != 1 || p.Rect.X0 < 0 || p.Rect.Y0 < 0 || p.Rect.X1 > 596 || p.Rect.Y1 > 842 {
			t.Errorf("%s lies at %v on page %d", p.Name, p.Rect, p.Page)
		}
	}
	if w := r.Places[0].Rect.X1 - r.Places[0].Rect.X0; w < 99.99 || w > 100.01 {
		t.Errorf("the place is %v wide, want 100", w)
	}
}

// GAS-6: a character that cannot be printed stops the document and is named; there is never a blank.
func TestMissingGlyphIsNamed_GAS6(t *testing.T) {
	t.Parallel()
	_, err := typeset.Make(fonts(t), typeset.Document{Body: []typeset.Block{para("甲ᚠ乙")}})
	if e := errs.As(err); e.Code != typeset.CodeNoGlyph || e.Params["character"] != "U+16A0" {
		t.Errorf("got %v %v", err, e.Params)
	}
}

func TestLimitsAreKept(t *testing.T) {
	t.Parallel()
	long := para(strings.Repeat("长", 5000))
	for name, c := range map[string]struct{ got, want string }{
		"pages":       {refused(t, typeset.Limits{Pages: 1}, long), typeset.CodeTooLong},
		"runes":       {refused(t, typeset.Limits{Runes: 4999}, long), typeset.CodeTooLong},
		"no columns":  {refused(t, typeset.Limits{}, typeset.Table{}), typeset.CodeBadStructure},
		"many cells":  {refused(t, typeset.Limits{}, typeset.Table{Columns: []typeset.Column{{Width: 1}}, Rows: []typeset.Row{cells("1", "2")}}), typeset.CodeBadStructure},
		"place twice": {refused(t, typeset.Limits{}, typeset.PlaceBox{Name: "a", Width: 9, Height: 9}, typeset.PlaceBox{Name: "a", Width: 9, Height: 9}), typeset.CodeBadStructure},
		"place large": {refused(t, typeset.Limits{}, typeset.PlaceBox{Name: "a", Width: 9000, Height: 9}), typeset.CodeBadStructure},
		"tall":        {refused(t, typeset.Limits{}, typeset.Keep{Blocks: []typeset.Block{long}}), typeset.CodeTooTall},
		"no picture":  {refused(t, typeset.Limits{}, typeset.Picture{Data: []byte("GIF89a")}), typeset.CodeBadPicture},
		"heading":     {refused(t, typeset.Limits{}, typeset.Heading{Level: 9}), typeset.CodeBadStructure},
	} {
		if c.got != c.want {
			t.Errorf("%s: code %q, want %q", name, c.got, c.want)
		}
	}
}

// A cell narrower than one character must neither panic nor loop.
func TestVeryNarrowCell(t *testing.T) {
	t.Parallel()
	r := render(t, typeset.Document{Body: []typeset.Block{typeset.Table{
		Columns: []typeset.Column{{Width: 2.2}, {Width: 97.8}},
		Rows:    []typeset.Row{cells("窄栏ABC，（字）", "宽")},
	}}})
	if len(r.Lines) < 8 {
		t.Errorf("lines %v", r.Lines)
	}
}

func TestTableRepeatsItsHeadAndSplitsTallRows(t *testing.T) {
	t.Parallel()
	table := typeset.Table{
		Columns: []typeset.Column{{Width: 1}, {Width: 4, Align: typeset.Left}},
		Head:    []typeset.Row{cells("表头甲", "表头乙")},
	}
	tall := strings.Repeat("一行很高的内容，", 450)
	table.Rows = append(table.Rows, cells("短", "短"), cells("高", tall))
	for i := range 60 {
		row := cells(fmt.Sprint("行", i))
		if i%2 == 0 {
			row = append(typeset.Row{{Spans: typeset.Text(fmt.Sprint("组", i)), RowSpan: 2, Label: true}}, row...)
		}
		table.Rows = append(table.Rows, row)
	}
	r := render(t, typeset.Document{Body: []typeset.Block{table}})
	if r.Pages < 4 {
		t.Fatalf("%d pages", r.Pages)
	}
	var text strings.Builder
	pages := map[int]bool{}
	for _, l := range r.Lines {
		if l.Baseline < 60 {
			t.Fatalf("%q stands below the page's text at %v", l.Text, l.Baseline)
		}
		text.WriteString(l.Text)
		if strings.Contains(l.Text, "一行很高") {
			pages[l.Page] = true
		}
	}
	if len(pages) < 2 || strings.Count(text.String(), "一行很高的内容，") < 400 {
		t.Errorf("the tall row is on pages %v", pages)
	}
	if n := repeated(t, r.PDF, "表头甲"); n != r.Pages {
		t.Errorf("the head stands on %d of %d pages", n, r.Pages)
	}
	for _, once := range []string{"表头甲", "组0", "组58", "行59"} {
		if n := strings.Count(text.String(), once); n != 1 {
			t.Errorf("%q is tagged %d times, want once: repetitions are artifacts", once, n)
		}
	}
}

func TestNoLineStandsAlone(t *testing.T) {
	t.Parallel()
	var body []typeset.Block
	for i := range 40 {
		body = append(body, para(strings.Repeat("段", 130)+fmt.Sprint(i)))
	}
	perPage := map[[2]int]int{}
	n := 0
	for _, l := range render(t, typeset.Document{Body: body}).Lines {
		perPage[[2]int{n, l.Page}]++
		if strings.ContainsAny(l.Text, "0123456789") {
			n++
		}
	}
	for k, lines := range perPage {
		if lines < 2 {
			t.Errorf("paragraph %d has a single line on page %d", k[0], k[1])
		}
	}
}
