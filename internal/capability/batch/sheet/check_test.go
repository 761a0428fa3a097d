package sheet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// orders is a form: what package form does, in small.
func orders() sheet.Form {
	fields := []sheet.Field{
		{Name: "number", Kind: "text", Title: cinnabar.Text{Zh: "订单编号", En: "Order number"}, Required: true, Aliases: []string{"单号"}},
		{Name: "party", Kind: "name", Title: cinnabar.Text{Zh: "客户", En: "Customer"}, Required: true},
		{Name: "amount", Kind: "money", Title: cinnabar.Text{Zh: "金额", En: "Amount"}},
		{Name: "count", Kind: "integer", Title: cinnabar.Text{Zh: "数量", En: "Count"}},
		{Name: "on", Kind: "date", Title: cinnabar.Text{Zh: "日期", En: "Date"}},
		{Name: "urgent", Kind: "bool", Title: cinnabar.Text{Zh: "加急", En: "Urgent"}},
		{Name: "kind", Kind: "choice", Title: cinnabar.Text{Zh: "类别", En: "Kind"}, Options: []sheet.Option{{Value: "goods", Title: cinnabar.Text{Zh: "货物", En: "Goods"}}, {Value: "work", Title: cinnabar.Text{Zh: "服务", En: "Service"}}}},
		{Name: "account", Kind: "account", Title: cinnabar.Text{Zh: "账号", En: "Account"}},
		{Name: "scan", Kind: "file", Title: cinnabar.Text{Zh: "扫描件", En: "Scan"}},
	}
	return sheet.Form{Fields: fields, Check: func(data map[string]any, _ time.Time) (map[string]any, []errs.Field) {
		var wrong []errs.Field
		for _, f := range fields {
			v := data[f.Name]
			bad := false
			switch f.Kind {
			case "integer":
				_, ok := v.(float64)
				bad = v != nil && !ok
			case "bool":
				_, ok := v.(bool)
				bad = v != nil && !ok
			case "date":
				_, err := time.Parse(time.DateOnly, fmt.Sprint(v))
				bad = v != nil && err != nil
			case "money":
				bad = v != nil && strings.Trim(fmt.Sprint(v), "0123456789.") != ""
			case "choice":
				bad = v != nil && v != "goods" && v != "work"
			}
			switch {
			case bad:
				wrong = append(wrong, errs.Field{Pointer: "/" + f.Name, Code: "malformed"})
			case v == nil && f.Required:
				wrong = append(wrong, errs.Field{Pointer: "/" + f.Name, Code: "missing"})
			}
		}
		return data, wrong
	}}
}

func TestColumnsAreProposedByTitle(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		"订单编号,客户,金额,数量":                    "0 number, 1 party, 2 amount, 3 count",
		"ORDER NUMBER,customer,Amount,on":  "0 number, 1 party, 2 amount, 3 on",
		"单号*,客户名称,金额（元）,数 量,备注":            "0 number, 1 party, 2 amount, 3 count",
		"金额,开票金额,number":                   "0 amount, 2 number",
		"开票金额,应付金额,单号":                     "2 number", // either could be the amount
		"扫描件,account,urgent,类别 (货物/服务),日期": "1 account, 2 urgent, 3 kind, 4 on",
		"x,y": "",
	} {
		var got []string
		for _, l := range sheet.Propose(read(t, []byte(head+"\n1,2\n")), orders()).Columns {
			got = append(got, fmt.Sprint(l.Column, " ", l.Field))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %s, want %s", head, strings.Join(got, ", "), want)
		}
	}
}

// told are findings as "B3 code".
func told(r sheet.Report) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprint(f.Column, f.Line, " ", f.Code))
	}
	return strings.Join(out, ", ")
}

func check(t *testing.T, s *sheet.Sheet, m sheet.Mapping, o sheet.Options) sheet.Report {
	t.Helper()
	r, err := sheet.Check(t.Context(), s, m, orders(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every wrong cell is told by row and column before anything is made. Proves DOC-2.
func TestCheckTellsEveryWrongCell_DOC2(t *testing.T) {
	t.Parallel()
	s := read(t, []byte("单号,客户,金额,数量,日期,加急,类别\nA-1,样例甲,¥1，234.50,\"1,000\",2026/3/1,是,货物\n\nA-2,,x,1.5a,2026-13-01,也许,别的\nA-1,样例乙,1,1,2026年3月1日,N,work,多\nA-3,样例丙,1,1,20260301,√,Service\n"))
	m := sheet.Propose(s, orders())
	r := check(t, s, m, sheet.Options{Key: []string{"number"}})
	const want = "B4 missing, C4 malformed, D4 malformed, E4 malformed, F4 malformed, G4 malformed, H5 column-untitled, A5 duplicate"
	if got := told(r); got != want || r.Rows != 4 || r.Bad != 2 || r.Total != 8 {
		t.Fatalf("%d rows, %d bad, %d: %s\nwant %s", r.Rows, r.Bad, r.Total, got, want)
	}
	if f := r.Findings[0]; f.Title != "客户" || f.Field != "party" || f.Text.Zh != "没有填写" || f.Text.En != "is missing" {
		t.Errorf("%+v", f)
	}
	if f := r.Findings[7]; f.Params["line"] != 2 {
		t.Errorf("the first of a pair: %+v", f)
	}
	if again := check(t, s, sheet.Mapping{Columns: m.Columns[:1]}, sheet.Options{}); told(again) != "1 column-missing, H5 column-untitled" || again.Bad != 4 || again.Findings[0].Title != "客户" {
		t.Errorf("without a column: %d bad, %s", again.Bad, told(again))
	}
	same := sheet.Options{Key: []string{"number"}, Same: func(key string) string { return key[:1] }}
	if got := told(check(t, s, m, same)); !strings.HasSuffix(got, "A5 duplicate, A6 duplicate") {
		t.Errorf("keys that are the same though written otherwise: %s", got)
	}
	also := check(t, s, m, sheet.Options{Also: func(_ context.Context, c sheet.Checked) ([]errs.Field, error) {
		if c.Data["number"] == "A-3" {
			return []errs.Field{{Pointer: "/number", Code: "duplicate", Params: map[string]any{"document": "doc_1"}}}, nil
		}
		return nil, nil
	}})
	if got := told(also); !strings.HasSuffix(got, "A6 duplicate") {
		t.Errorf("what exists already: %s", got)
	}
}

// A wrong type in row 7,431 of ten thousand is told. Proves DOC-2.
func TestCheckFindsTheOneWrongRow_DOC2(t *testing.T) {
	t.Parallel()
	raw := workbook(t, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		for i := 1; err == nil && i <= 10_001; i++ {
			row := []any{fmt.Sprint("N-", i), "样例", i}
			if i == 1 {
				row = []any{"单号", "客户", "数量"}
			}
			if i == 7431 {
				row[2] = "十"
			}
			err = w.SetRow(fmt.Sprint("A", i), row)
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	s := read(t, raw)
	r := check(t, s, sheet.Propose(s, orders()), sheet.Options{Key: []string{"number"}})
	if r.Rows != 10_000 || r.Bad != 1 || told(r) != "C7431 malformed" {
		t.Fatalf("%d rows, %d bad: %s", r.Rows, r.Bad, told(r))
	}
}

func TestTypedCellsNeverChangeSilently(t *testing.T) {
	t.Parallel()
	raw := workbook(t, func(f *excelize.File) {
		for cell, v := range map[string]any{
			"A1": "单号", "B1": "客户", "C1": "账号", "D1": "日期", "E1": "金额", "F1": "数量",
			"A2": 20260001, "B2": "样例", "C2": 6222020200112233445, "D2": 46082, "E2": 0.1 + 0.2, "F2": 3,
			"A3": "A", "B3": "样例", "C3": "6222020200112233445", "D3": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "E3": "1,234.50元", "F3": true,
		} {
			set(t, f, cell, v)
		}
	})
	s := read(t, raw)
	m := sheet.Propose(s, orders())
	if got := told(check(t, s, m, sheet.Options{})); got != "C2 number-rounded, D2 malformed, F3 malformed" {
		t.Fatalf("told %s", got)
	}
	m.Columns = m.Columns[:2]
	m.Values = map[string]any{"kind": "goods"}
	var got []string
	for r, err := range sheet.Rows(s, m, orders(), time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(r.Line, " ", string(r.Data), " ", r.Cells[0]))
	}
	if want := `2 {"kind":"goods","number":"20260001","party":"样例"} 20260001;3 {"kind":"goods","number":"A","party":"样例"} A`; strings.Join(got, ";") != want {
		t.Errorf("rows %v", got)
	}
}

func TestHiddenRowsAreADecision(t *testing.T) {
	t.Parallel()
	raw := workbook(t, func(f *excelize.File) {
		for cell, v := range map[string]any{"A1": "单号", "B1": "客户", "A2": "A", "B2": "样例", "A3": "B", "B3": "样例"} {
			set(t, f, cell, v)
		}
		if err := f.SetRowVisible("Sheet1", 3, false); err != nil {
			t.Fatal(err)
		}
	})
	s := read(t, raw)
	m := sheet.Propose(s, orders())
	for hidden, want := range map[string]string{sheet.RefuseHidden: "2 rows: 3 hidden-row", sheet.SkipHidden: "1 rows: ", sheet.TakeHidden: "2 rows: "} {
		m.Hidden = hidden
		r := check(t, s, m, sheet.Options{})
		if got := fmt.Sprintf("%d rows: %s", r.Rows, told(r)); got != want {
			t.Errorf("%q: %s, want %s", hidden, got, want)
		}
	}
}

func TestMappingIsChecked(t *testing.T) {
	t.Parallel()
	s := read(t, []byte("a,b\n1,2\n"))
	for _, m := range []sheet.Mapping{
		{},
		{Columns: []sheet.Link{{Column: 2, Field: "number"}}},
		{Columns: []sheet.Link{{Column: 0, Field: "scan"}}},
		{Columns: []sheet.Link{{Column: 0, Field: "nothing"}}},
		{Columns: []sheet.Link{{Column: 0, Field: "number"}, {Column: 1, Field: "number"}}},
		{Columns: []sheet.Link{{Column: 0, Field: "number"}}, Values: map[string]any{"number": "x"}},
	} {
		if _, err := sheet.Check(t.Context(), s, m, orders(), sheet.Options{}); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

// A finding says what is wanted, in both languages, also after its parameters were kept as JSON. Proves DOC-2.
func TestFindingsSayWhatIsWanted_DOC2(t *testing.T) {
	t.Parallel()
	choices := []cinnabar.Text{{Zh: "货物", En: "Goods"}, {Zh: "服务", En: "Service"}}
	for _, c := range []struct {
		code   string
		params map[string]any
		zh, en string
	}{
		{"malformed", map[string]any{"format": "date"}, "须为日期，如 2026-11-22", "must be a date such as 2026-11-22"},
		{"malformed", map[string]any{"format": "money"}, "须为金额，如 1234.50，最多两位小数", "must be an amount such as 1234.50, with at most two decimals"},
		{"malformed", map[string]any{"format": "signature-drawing"}, "格式不对", "is malformed"},
		{"malformed", nil, "格式不对", "is malformed"},
		{"too-long", map[string]any{"max": 200, "unit": "characters"}, "太长，最多 200 个字", "is too long: at most 200 characters"},
		{"too-long", map[string]any{"max": 3, "unit": "entries"}, "太长，最多 3 项", "is too long: at most 3 entries"},
		{"too-long", map[string]any{"max": 72}, "太长", "is too long"},
		{"too-short", map[string]any{"min": 2, "unit": "characters"}, "太短，至少 2 个字", "is too short: at least 2 characters"},
		{"out-of-range", map[string]any{"min": 1, "max": 1000000}, "须在 1 到 1000000 之间", "must be between 1 and 1000000"},
		{"out-of-range", map[string]any{"min": 0}, "不能小于 0", "must be at least 0"},
		{"out-of-range", map[string]any{"earliest": "2026-11-22"}, "不能早于 2026-11-22", "must not be before 2026-11-22"},
		{"out-of-range", map[string]any{"latest": "2026-11-22"}, "不能晚于 2026-11-22", "must not be after 2026-11-22"},
		{"out-of-range", nil, "超出允许的范围", "is outside of what is allowed"},
		{"not-allowed", map[string]any{"options": choices}, "须为其中之一：货物、服务", "must be one of: Goods, Service"},
		{"not-allowed", map[string]any{"options": choices, "more": 7}, "须为其中之一：货物、服务……", "must be one of: Goods, Service …"},
		{"not-allowed", nil, "不在可选的内容里", "is none of the choices"},
	} {
		b, err := json.Marshal(c.params)
		if err != nil {
			t.Fatal(err)
		}
		var kept map[string]any
		if err := json.Unmarshal(b, &kept); err != nil {
			t.Fatal(err)
		}
		for _, params := range []map[string]any{c.params, kept} {
			if got := sheet.Words(c.code, params); got.Zh != c.zh || got.En != c.en {
				t.Errorf("%s %v: %+v", c.code, params, got)
			}
		}
	}
}

// The result is text to every spreadsheet, and reads back as it was written.
func TestResultHoldsNoFormulas(t *testing.T) {
	t.Parallel()
	evil := []string{"=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "\t=1", "a\x00b", "两行\n字"}
	var out bytes.Buffer
	err := sheet.Result{
		Columns: []string{"=名称"}, Lang: "zh", Link: func(r batch.RowState) string { return "https://x.example/" + r.Ref },
		Each: func(f func(batch.NewRow, batch.RowState) error) error {
			for i, cell := range evil {
				state := batch.RowState{N: i + 1, State: batch.RowDone, Outcome: batch.Outcome{Ref: "case_1", Number: "-N"}}
				if i == 1 {
					state = batch.RowState{N: 2, State: batch.RowFailed, Code: "invalid-input", Text: cinnabar.Text{Zh: "填写有误"}, Fields: []errs.Field{{Pointer: "/number", Code: "duplicate"}, {Pointer: "/on", Code: "malformed", Params: map[string]any{"format": "date"}}}}
				}
				if err := f(batch.NewRow{Cells: []string{cell}}, state); err != nil {
					return err
				}
			}
			return nil
		},
	}.Write(&out)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for line := range len(evil) + 1 {
		for _, column := range "ABCDE" {
			cell := fmt.Sprintf("%c%d", column, line+1)
			if formula, err := f.GetCellFormula("Sheet1", cell); err != nil || formula != "" {
				t.Errorf("%s is the formula %q (%v)", cell, formula, err)
			}
		}
	}
	s := read(t, out.Bytes())
	if got := strings.Join(s.Titles(), " "); got != "=名称 编号 状态 链接 错误" {
		t.Errorf("titles %s", got)
	}
	if r := s.Rows[0]; r.Cell(0) != (sheet.Cell{Type: sheet.Text, Text: "=1+1"}) || r.Cell(1).Text != "-N" || r.Cell(2).Text != "完成" || r.Cell(3).Text != "https://x.example/case_1" {
		t.Errorf("row %+v", r)
	}
	if r := s.Rows[1]; r.Cell(2).Text != "失败" || r.Cell(4).Text != "填写有误 number 重复 on 须为日期，如 2026-11-22 (invalid-input)" {
		t.Errorf("row %+v", r)
	}
}

// Whatever texts are written are read back, as XLSX and as CSV.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`[a-z=+@"',;一二三\-_x0-9]{1,12}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(text, 3, 3), 1, 20).Draw(r, "rows")
		var out bytes.Buffer
		err := sheet.Result{
			Columns: []string{"a", "b", "c"}, Link: func(batch.RowState) string { return "" },
			Each: func(f func(batch.NewRow, batch.RowState) error) error {
				for _, row := range rows {
					if err := f(batch.NewRow{Cells: row}, batch.RowState{State: batch.RowDone}); err != nil {
						return err
					}
				}
				return nil
			},
		}.Write(&out)
		if err != nil {
			r.Fatal(err)
		}
		s, err := sheet.Read(out.Bytes(), sheet.Limits{})
		if err != nil || len(s.Rows) != len(rows) {
			r.Fatalf("%v", err)
		}
		for i, row := range rows {
			for j, want := range row {
				if got := s.Rows[i].Cell(j).Text; got != want {
					r.Fatalf("row %d column %d: %q, want %q", i, j, got, want)
				}
			}
		}
	})
}

func BenchmarkTenThousandRows(b *testing.B) {
	raw := workbook(b, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		for i := 1; err == nil && i <= 10_001; i++ {
			row := []any{fmt.Sprint("N-", i), "样例餐饮管理有限公司", 12.5 + float64(i), i, "2026-03-01", "是", "货物", "6222020200112233445", "备注", "样例市中山路1号"}
			if i == 1 {
				row = []any{"单号", "客户", "金额", "数量", "日期", "加急", "类别", "账号", "备注", "地址"}
			}
			err = w.SetRow(fmt.Sprint("A", i), row)
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			b.Fatal(err)
		}
	})
	b.ReportAllocs()
	for b.Loop() {
		s, err := sheet.Read(raw, sheet.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		r, err := sheet.Check(b.Context(), s, sheet.Propose(s, orders()), orders(), sheet.Options{Key: []string{"number"}})
		if err != nil || r.Total > 0 {
			b.Fatal(err, told(r))
		}
		for row, err := range sheet.Rows(s, sheet.Propose(s, orders()), orders(), time.Time{}) {
			if err != nil || !json.Valid(row.Data) {
				b.Fatal(err)
			}
		}
	}
}
