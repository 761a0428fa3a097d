package httpapi

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"
)

// table writes rows that spreadsheets read as text: UTF-8 with a mark, and no cell is taken for a formula.
type table struct{ *csv.Writer }

func newTable(w io.Writer) (table, error) {
	_, err := io.WriteString(w, "\ufeff")
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return table{out}, err
}

func (t table) row(cells ...string) error {
	for i, c := range cells {
		cells[i] = harmless(c)
	}
	return t.Write(cells)
}

// harmless keeps a spreadsheet from taking text for a formula: the apostrophe makes it text.
func harmless(cell string) string {
	trimmed := strings.TrimLeft(cell, " \u00a0\u3000")
	if trimmed != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(trimmed)[0]) {
		return "'" + cell
	}
	return cell
}

// csvExport answers with a table that rows writes. plain and name are the file's names for old clients and
// new ones.
func (s *Server) csvExport(w http.ResponseWriter, r *http.Request, plain, name string, head []string, rows func(table) error) {
	download(w, "text/csv; charset=utf-8", plain, name)
	out, err := newTable(w)
	if err == nil {
		err = out.row(head...)
	}
	if err == nil {
		err = rows(out)
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		s.cutShort(r, err)
	}
}
