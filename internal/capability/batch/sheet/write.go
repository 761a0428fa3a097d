package sheet

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/cinnabar"
)

// Result are the rows of a batch with what became of them.
type Result struct {
	Columns []string // titles of the rows' cells
	Lang    string   // of the titles and words that are added
	// Each calls f with every row in order.
	Each func(f func(batch.NewRow, batch.RowState) error) error
	Link func(batch.RowState) string // address of what was made; empty: none
	At   time.Time                   // when it was made
}

var added = []cinnabar.Text{
	{Zh: "编号", En: "Number"}, {Zh: "状态", En: "State"}, {Zh: "链接", En: "Link"}, {Zh: "错误", En: "Error"},
}

var states = map[string]cinnabar.Text{
	batch.RowPending: {Zh: "未处理", En: "Pending"}, batch.RowDone: {Zh: "完成", En: "Done"},
	batch.RowFailed: {Zh: "失败", En: "Failed"}, batch.RowCancelled: {Zh: "已取消", En: "Cancelled"},
}

const resultSheet = "Sheet1"

// Write writes the result as XLSX: the sheet's own columns, then number, state, link and error. Every cell
// is text, so that none is taken for a formula (=, +, -, @).
func (r Result) Write(w io.Writer) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Cinnabar", Created: r.At.UTC().Format(time.RFC3339), Modified: r.At.UTC().Format(time.RFC3339)}); err != nil {
		return err
	}
	out, err := f.NewStreamWriter(resultSheet)
	if err != nil {
		return err
	}
	if err := r.rows(f, out); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

func (r Result) rows(f *excelize.File, out *excelize.StreamWriter) error {
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	line, head := 1, append([]string{}, r.Columns...)
	for _, t := range added {
		head = append(head, t.In(r.Lang))
	}
	if err := out.SetRow("A1", textRow(head), excelize.RowOpts{StyleID: bold}); err != nil {
		return err
	}
	return r.Each(func(row batch.NewRow, s batch.RowState) error {
		line++
		cells := make([]string, len(r.Columns), len(head))
		copy(cells, row.Cells)
		cells = append(cells, s.Number, states[s.State].In(r.Lang), r.Link(s), r.fault(s))
		return out.SetRow(fmt.Sprint("A", line), textRow(cells))
	})
}

// fault says why a row failed, field by field where it is known.
func (r Result) fault(s batch.RowState) string {
	if s.State != batch.RowFailed {
		return ""
	}
	parts := []string{}
	if text := s.Text.In(r.Lang); text != "" {
		parts = append(parts, text)
	}
	for _, f := range s.Fields {
		parts = append(parts, strings.TrimPrefix(f.Pointer, "/")+" "+Words(f.Code, f.Params).In(r.Lang))
	}
	return strings.Join(append(parts, "("+s.Code+")"), " ")
}

// textRow makes cells of text: excelize writes strings as text whatever they begin with.
func textRow(cells []string) []any {
	out := make([]any, len(cells))
	for i, c := range cells {
		out[i] = legible(c)
	}
	return out
}

// legible drops what XML cannot hold and cuts what a cell cannot.
func legible(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	if len(s) <= excelize.TotalCellChars {
		return s
	}
	runes := []rune(s)
	return string(runes[:min(len(runes), excelize.TotalCellChars)])
}
