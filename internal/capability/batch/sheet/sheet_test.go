package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/platform/errs"
)

// workbook makes an XLSX.
func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func set(t testing.TB, f *excelize.File, cell string, v any) {
	t.Helper()
	if err := f.SetCellValue("Sheet1", cell, v); err != nil {
		t.Fatal(err)
	}
}

func style(t testing.TB, f *excelize.File, cell string, s *excelize.Style) {
	t.Helper()
	id, err := f.NewStyle(s)
	if err == nil {
		err = f.SetCellStyle("Sheet1", cell, cell, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// shown is a sheet as text: "line: cell | cell", header first.
func shown(s *sheet.Sheet) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d: %s\n", s.HeaderLine, strings.Join(s.Titles(), " | "))
	for _, r := range s.Rows {
		fmt.Fprintf(&b, "%d: %s\n", r.Line, strings.Join(r.Texts(len(s.Columns)), " | "))
	}
	return b.String()
}

func read(t *testing.T, raw []byte) *sheet.Sheet {
	t.Helper()
	s, err := sheet.Read(raw, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Proves DOC-2.
func TestReadsCSVAsProgramsWriteIt_DOC2(t *testing.T) {
	t.Parallel()
	const text = "名称,金额,备注\r\n样例一,1.50,\"两行\r\n说明\"\r\n\r\n样例二,2,\"他说\"\"好\"\"\"\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "1: 名称 | 金额 | 备注\n2: 样例一 | 1.50 | 两行\n说明\n5: 样例二 | 2 | 他说\"好\"\n"
	for name, raw := range map[string]string{
		"UTF-8": text, "with a mark": "\xef\xbb\xbf" + text, "GB 18030": gb, "UTF-16, tabs": wide,
		"semicolons": strings.ReplaceAll(text, ",", ";"), "tabs": strings.ReplaceAll(text, ",", "\t"), "only line feeds": strings.ReplaceAll(text, "\r\n", "\n"),
	} {
		if got := shown(read(t, []byte(raw))); got != want {
			t.Errorf("%s:\n%s, want\n%s", name, got, want)
		}
	}
	if got := shown(read(t, []byte("sep=;\r\na;b\r\n1,5;2\r\n"))); got != "2: a | b\n3: 1,5 | 2\n" {
		t.Errorf("with a divider named: %s", got)
	}
	if got := shown(read(t, []byte("a,b\r1,2\r"))); got != "1: a | b\n2: 1 | 2\n" {
		t.Errorf("with lines of old Macs: %q", got)
	}
}

// Proves DOC-2.
func TestReadsXLSXWithTypes_DOC2(t *testing.T) {
	t.Parallel()
	raw := workbook(t, func(f *excelize.File) {
		set(t, f, "A1", "二〇二六年三月订单")
		for i, title := range []string{"文本", "数字", "日期", "时间", "自定", "布尔", "公式", "错误", "长号", "富文本"} {
			set(t, f, fmt.Sprintf("%c3", 'A'+i), title)
		}
		set(t, f, "A4", "=1+1")
		set(t, f, "B4", 0.1+0.2)
		set(t, f, "C4", 46082)
		style(t, f, "C4", &excelize.Style{NumFmt: 14})
		set(t, f, "D4", 46082.5)
		style(t, f, "D4", &excelize.Style{NumFmt: 22})
		set(t, f, "E4", 46082)
		chinese := `[$-804]yyyy"年"m"月"d"日";@`
		style(t, f, "E4", &excelize.Style{CustomNumFmt: &chinese})
		set(t, f, "F4", true)
		if err := f.SetCellFormula("Sheet1", "G4", "B4*2"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellFormula("Sheet1", "H4", "1/0"); err != nil {
			t.Fatal(err)
		}
		set(t, f, "I4", 110101199003070000)
		if err := f.SetCellRichText("Sheet1", "J4", []excelize.RichTextRun{{Text: "样"}, {Text: "例"}}); err != nil {
			t.Fatal(err)
		}
		money := `"¥"#,##0.00;[Red]-#,##0.00`
		set(t, f, "B6", 1234.5)
		style(t, f, "B6", &excelize.Style{CustomNumFmt: &money})
	})
	s := read(t, raw)
	got := s.Rows[0].Cells
	want := []sheet.Cell{
		{sheet.Text, "=1+1"},
		{sheet.Number, "0.3"},
		{sheet.Date, "2026-03-01"},
		{sheet.Date, "2026-03-01 12:00:00"},
		{sheet.Date, "2026-03-01"},
		{sheet.Bool, "true"},
		{sheet.Fault, ""},
		{sheet.Fault, ""},
		{sheet.Number, "110101199003070000"},
		{sheet.Text, "样例"},
	}
	if s.HeaderLine != 3 || s.Rows[0].Line != 4 || !reflect.DeepEqual(got, want) {
		t.Errorf("header %d, row %d: %+v\nwant %+v", s.HeaderLine, s.Rows[0].Line, got, want)
	}
	if r := s.Rows[1]; r.Line != 6 || r.Cell(1) != (sheet.Cell{Type: sheet.Number, Text: "1234.5"}) {
		t.Errorf("row %+v", r)
	}
}

// A formula counts by the value that the spreadsheet has kept; merged and hidden cells are as people see them.
func TestFormulasMergedAndHiddenCells(t *testing.T) {
	t.Parallel()
	raw := workbook(t, func(f *excelize.File) {
		for cell, v := range map[string]any{"A1": "客户", "B1": "货物", "C1": "合计", "A2": "样例甲", "B2": "一", "B3": "二", "B4": "三", "A5": "样例乙", "B5": "四", "C5": "x"} {
			set(t, f, cell, v)
		}
		for _, err := range []error{
			f.MergeCell("Sheet1", "A2", "A4"), f.MergeCell("Sheet1", "C2", "D3"), f.SetRowVisible("Sheet1", 3, false), f.SetColVisible("Sheet1", "C", false),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	s := read(t, raw)
	if got := shown(s); got != "1: 客户 | 货物 | 合计\n2: 样例甲 | 一 | \n3: 样例甲 | 二 | \n4: 样例甲 | 三 | \n5: 样例乙 | 四 | x\n" {
		t.Errorf("read\n%s", got)
	}
	if !s.Rows[1].Hidden || s.Rows[0].Hidden || !s.Columns[2].Hidden || s.Columns[0].Hidden {
		t.Errorf("hidden: %+v %+v", s.Rows, s.Columns)
	}
	cached := patch(t, raw, "xl/worksheets/sheet1.xml", func(xml string) string {
		return strings.Replace(xml, `<c r="C5"`, `<c r="C5"><f>B5*2</f><v>8.50</v></c><c r="D5"`, 1)
	})
	if got := read(t, cached).Rows[3].Cell(2); got != (sheet.Cell{Type: sheet.Number, Text: "8.5"}) {
		t.Errorf("a formula with a value: %+v", got)
	}
}

// patch changes one part of a workbook.
func patch(t testing.TB, raw []byte, part string, change func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			body = []byte(change(string(body)))
		}
		e, err := w.Create(f.Name)
		if err == nil {
			_, err = e.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is no spreadsheet, or too much of one, is refused by what is wrong with it. Proves DOC-2.
func TestRefusesWhatIsTooMuch_DOC2(t *testing.T) {
	t.Parallel()
	plain := workbook(t, func(f *excelize.File) { set(t, f, "A1", "a"); set(t, f, "B1", "b"); set(t, f, "A2", "x") })
	inSheet := func(change func(string) string) []byte { return patch(t, plain, "xl/worksheets/sheet1.xml", change) }
	body := func(rows string) []byte {
		return inSheet(func(string) string { return `<worksheet><sheetData>` + rows + `</sheetData></worksheet>` })
	}
	for name, one := range map[string]struct {
		raw  []byte
		code string
	}{
		"rows of a CSV":      {[]byte("a,b\n" + strings.Repeat("1,2\n", 10_001)), "too-many-rows"},
		"rows of an XLSX":    {body(strings.Repeat(`<row><c><v>1</v></c><c><v>2</v></c></row>`, 10_002)), "too-many-rows"},
		"columns of a CSV":   {[]byte(strings.Repeat("a,", 200) + "b\n"), "too-many-columns"},
		"columns of an XLSX": {body(`<row><c r="GS1"><v>1</v></c></row>`), "too-many-columns"},
		"a long cell":        {[]byte("a,b\n" + strings.Repeat("字", 32_768) + ",2\n"), "cell-too-long"},
		"a bomb of blanks":   {inSheet(func(x string) string { return strings.Repeat(" ", 17<<20) + x }), "sheet-too-large"},
		"a bomb of depth":    {inSheet(func(string) string { return strings.Repeat("<a>", 6<<20) }), "sheet-too-large"},
		"a bomb of merges": {inSheet(func(x string) string {
			return strings.Replace(x, "</worksheet>", strings.Repeat(`<mergeCell ref="A1:XFD99999"/>`, 20_001)+"</worksheet>", 1)
		}), "sheet-too-large"},
		"a bomb of texts":       {body(`<row><c t="str"><v>` + strings.Repeat("x", 9<<20) + `</v></c></row>`), "sheet-too-large"},
		"a huge file":           {make([]byte, 33<<20), "sheet-too-large"},
		"an old workbook":       {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1…"), "sheet-old"},
		"a picture":             {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "sheet-encoding"},
		"a ZIP of other things": {patch(t, plain, "_rels/.rels", func(string) string { return "<a/>" }), "sheet-malformed"},
		"half of a workbook":    {plain[:len(plain)/2], "sheet-malformed"},
		"rows out of order":     {body(`<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>`), "sheet-malformed"},
		"an unknown text":       {body(`<row><c t="s"><v>9</v></c></row>`), "sheet-malformed"},
		"an open quote":         {[]byte("a,b\n\"1,2\n"), "sheet-malformed"},
		"a sheet cut off":       {inSheet(func(string) string { return `<worksheet><sheetData><row><c><v>1</v></c></row>` }), "sheet-malformed"},
		"nothing":               {[]byte(" \n,,\n"), "sheet-empty"},
		"an empty workbook":     {workbook(t, func(*excelize.File) {}), "sheet-empty"},
	} {
		_, err := sheet.Read(one.raw, sheet.Limits{Unpacked: 16 << 20, Texts: 8 << 20})
		var e *errs.Error
		if !errors.As(err, &e) || e.Code != one.code {
			t.Errorf("%s: %v, want %s", name, err, one.code)
		}
	}
}

// Reading what was written gives the same, whatever the cells begin with.
func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\n3\"\n"))
	f.Add([]byte("sep=;\na;b\n1;2"))
	f.Add([]byte("\xb1\xe0\xba\xc5,\xb5\xa5\xce\xbb\n1,2"))
	f.Add(workbook(f, func(x *excelize.File) {
		set(f, x, "A1", "a")
		set(f, x, "B1", "b")
		set(f, x, "A2", 1.5)
		if err := x.MergeCell("Sheet1", "A2", "A3"); err != nil {
			f.Fatal(err)
		}
	}))
	small := sheet.Limits{Size: 1 << 20, Rows: 50, Columns: 20, Cell: 100, Unpacked: 1 << 20, Texts: 1 << 16}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := sheet.Read(raw, small)
		var e *errs.Error
		if err != nil {
			if !errors.As(err, &e) || (e.Kind != errs.Invalid && e.Kind != errs.TooLarge) {
				t.Fatalf("an error that tells nothing: %v", err)
			}
			return
		}
		if len(s.Rows) > 50 || len(s.Columns) > 20 || len(s.Columns) == 0 {
			t.Fatalf("%d rows, %d columns", len(s.Rows), len(s.Columns))
		}
		last := s.HeaderLine
		for _, r := range s.Rows {
			if r.Line <= last || len(r.Cells) > len(s.Columns) {
				t.Fatalf("row %d behind %d with %d cells", r.Line, last, len(r.Cells))
			}
			last = r.Line
		}
	})
}

// FuzzSheetXML fuzzes the part that holds the cells, inside of a good workbook.
func FuzzSheetXML(f *testing.F) {
	plain := workbook(f, func(x *excelize.File) { set(f, x, "A1", "a"); set(f, x, "B1", "b") })
	f.Add(`<worksheet><cols><col min="1" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><f>1</f><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells></worksheet>`)
	f.Add(`<x:worksheet><x:sheetData><x:row><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>`)
	f.Fuzz(func(t *testing.T, xml string) {
		raw := patch(t, plain, "xl/worksheets/sheet1.xml", func(string) string { return xml })
		_, err := sheet.Read(raw, sheet.Limits{Rows: 50, Columns: 20})
		var e *errs.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("an error that tells nothing: %v", err)
		}
	})
}
