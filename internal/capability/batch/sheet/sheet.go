// Package sheet reads spreadsheets that people send (CSV, XLSX), checks them against a form before anything
// is made of them, and writes the result back as a spreadsheet.
//
// Guaranteed: whatever the bytes are, reading ends in bounded time and memory (Limits) with a Sheet or an
// error that says what to do; rows keep the numbers under which people see them; a number never silently
// stands for a text whose digits a spreadsheet has dropped. What is written is text to every spreadsheet,
// never a formula.
//
// XLSX is read by this package and not by excelize, which writes: excelize gives the cells of a stream
// without their types, or types by holding the sheet in memory several times over.
package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"cinnabar/internal/platform/errs"
)

// Limits bound what is read. Zero fields mean the defaults named.
type Limits struct {
	Size     int // of the file in bytes; default 32 MiB
	Rows     int // below the header; default 10,000
	Columns  int // default 200
	Cell     int // characters of one cell; default 32,767, as in spreadsheets
	Unpacked int // bytes of the parts of an XLSX that are read; default 128 MiB
	Texts    int // bytes of all cells together; default 64 MiB
}

func (l Limits) orDefaults() Limits {
	for v, def := range map[*int]int{&l.Size: 32 << 20, &l.Rows: 10_000, &l.Columns: 200, &l.Cell: 32_767, &l.Unpacked: 128 << 20, &l.Texts: 64 << 20} {
		if *v <= 0 {
			*v = def
		}
	}
	return l
}

// Type is what a cell holds.
type Type byte

const (
	Empty  Type = iota
	Text        // as it stands; every cell of a CSV
	Number      // "12.5", in fifteen significant digits
	Date        // "2006-01-02", "2006-01-02 15:04:05" or "15:04:05"
	Bool        // "true" or "false"
	Fault       // "#N/A", or "" for a formula without a value
)

// Cell is one cell.
type Cell struct {
	Type Type
	Text string
}

// Column is a column of the sheet.
type Column struct {
	At     int    // from 0
	Title  string // of the header; may be empty
	Hidden bool
}

// Letter is the name of a column in spreadsheets: A, B, … Z, AA.
func (c Column) Letter() string { return Letter(c.At) }

// Letter names the column at a place from 0.
func Letter(at int) string {
	name := ""
	for at++; at > 0; at = (at - 1) / 26 {
		name = string(rune('A'+(at-1)%26)) + name
	}
	return name
}

// Row is a row below the header. It may have fewer cells than there are columns.
type Row struct {
	Line   int // as people see it, from 1; of a CSV the line on which the row begins
	Hidden bool
	Cells  []Cell
}

// Cell is the cell of a column; an empty one beyond the row's end.
func (r Row) Cell(at int) Cell {
	if at < 0 || at >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[at]
}

// Texts are the row's cells as text.
func (r Row) Texts(columns int) []string {
	out := make([]string, columns)
	for i := range out {
		out[i] = r.Cell(i).Text
	}
	return out
}

// Sheet is a table with a header: its first row with at least two cells (else its first row). Rows without
// any cell are left out.
type Sheet struct {
	Name       string // of the sheet in an XLSX
	HeaderLine int
	Columns    []Column
	Rows       []Row
}

// Titles are the columns' titles.
func (s *Sheet) Titles() []string {
	out := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		out[i] = c.Title
	}
	return out
}

// Read reads a spreadsheet, whose type its content tells. All errors are of kind errs.Invalid or
// errs.TooLarge: "sheet-too-large", "sheet-malformed", "sheet-old" (XLS, or a password), "sheet-encoding",
// "sheet-empty", "too-many-rows", "too-many-columns", "cell-too-long".
func Read(raw []byte, l Limits) (*Sheet, error) {
	l = l.orDefaults()
	if len(raw) > l.Size {
		return nil, tooLarge(l.Size)
	}
	t := &table{limits: l}
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")), bytes.HasPrefix(raw, []byte("PK\x05\x06")):
		err = t.readXLSX(raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // OLE 2: XLS, or an encrypted XLSX
		err = errs.New(errs.Invalid, "sheet-old", "this is an old or password-protected workbook; save it as XLSX without a password")
	default:
		err = t.readCSV(raw)
	}
	if err != nil {
		return nil, err
	}
	return t.sheet()
}

func tooLarge(most int) error {
	return errs.New(errs.TooLarge, "sheet-too-large", "the spreadsheet holds too much; divide it").With("max", most)
}

func malformed(cause error) error {
	return errs.New(errs.Invalid, "sheet-malformed", "the file is no readable spreadsheet; save it anew as XLSX or CSV").Because(cause)
}

// table collects rows within the limits.
type table struct {
	limits Limits
	name   string
	hidden map[int]bool // columns
	rows   []Row
	bytes  int
	cells  int // held, empty ones included
}

// maxCells bounds the memory of many short rows together with wide ones.
const maxCells = 2_100_000

// slack is how many rows more than allowed are read, for a header and what stands above it.
const slack = 20

// add takes a row; rows come in the order of their lines.
func (t *table) add(r Row) error {
	for len(r.Cells) > 0 && r.Cells[len(r.Cells)-1].Type == Empty {
		r.Cells = r.Cells[:len(r.Cells)-1]
	}
	if len(r.Cells) == 0 {
		return nil
	}
	if len(r.Cells) > t.limits.Columns {
		return tooMany("too-many-columns", "columns", t.limits.Columns, r.Line)
	}
	if len(t.rows) >= t.limits.Rows+slack {
		return tooMany("too-many-rows", "rows", t.limits.Rows, r.Line)
	}
	if t.cells += len(r.Cells); t.cells > maxCells {
		return tooLarge(maxCells)
	}
	for i, c := range r.Cells {
		if t.bytes += len(c.Text); t.bytes > t.limits.Texts {
			return tooLarge(t.limits.Texts)
		}
		if len(c.Text) > t.limits.Cell && utf8.RuneCountInString(c.Text) > t.limits.Cell {
			return errs.New(errs.Invalid, "cell-too-long", "the cell %s%d holds more than %d characters", Letter(i), r.Line, t.limits.Cell).
				With("line", r.Line).With("column", Letter(i)).With("max", t.limits.Cell)
		}
	}
	t.rows = append(t.rows, r)
	return nil
}

func tooMany(code, what string, most, line int) error {
	return errs.New(errs.Invalid, code, "the spreadsheet has more than %d %s", most, what).With("max", most).With("line", line)
}

// sheet finds the header and makes the rest the rows.
func (t *table) sheet() (*Sheet, error) {
	if len(t.rows) == 0 {
		return nil, errs.New(errs.Invalid, "sheet-empty", "the spreadsheet holds nothing")
	}
	at := t.header()
	head := t.rows[at]
	s := &Sheet{Name: t.name, HeaderLine: head.Line, Rows: t.rows[at+1:]}
	if len(s.Rows) > t.limits.Rows {
		return nil, tooMany("too-many-rows", "rows", t.limits.Rows, s.Rows[t.limits.Rows].Line)
	}
	width := len(head.Cells)
	for _, r := range s.Rows {
		width = max(width, len(r.Cells))
	}
	for i := range width {
		s.Columns = append(s.Columns, Column{At: i, Title: strings.TrimSpace(head.Cell(i).Text), Hidden: t.hidden[i]})
	}
	return s, nil
}

// header is the place of the first row with two cells among the first, where a title may stand above it.
func (t *table) header() int {
	for i, r := range t.rows[:min(len(t.rows), slack)] {
		filled := 0
		for _, c := range r.Cells {
			if c.Type != Empty {
				filled++
			}
		}
		if filled > 1 {
			return i
		}
	}
	return 0
}
