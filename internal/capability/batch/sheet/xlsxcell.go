package sheet

import (
	"encoding/xml"
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// sheetReader reads the cells of a worksheet part.
type sheetReader struct {
	w *workbook
	t *table

	row    Row
	last   int // line of the row before
	at     int // column of the cell that is read, from 0
	kind   string
	style  int
	text   strings.Builder
	in     string // element whose text is taken: v, t
	phon   int
	made   bool // by a formula
	valued bool // it has a value, be it empty
	over   bool // the worksheet has ended
	merged []merge
}

// merge is a block of cells shown as one.
type merge struct{ column, top, bottom int }

// maxMerges bounds the blocks, maxFilled what they cover.
const (
	maxMerges = 20_000
	maxFilled = 200_000
	maxLine   = 1 << 20
)

func (s *sheetReader) read(d *xml.Decoder) error {
	err := each(d, func(tok xml.Token) error {
		switch e := tok.(type) {
		case xml.StartElement:
			return s.start(e)
		case xml.CharData:
			if s.in != "" && s.phon == 0 {
				s.text.Write(e)
			}
		case xml.EndElement:
			return s.end(e.Name.Local)
		}
		return nil
	})
	if err == nil && !s.over {
		err = errors.New("the sheet was cut off")
	}
	return err
}

func (s *sheetReader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		return s.startRow(e.Attr)
	case "c":
		return s.startCell(e.Attr)
	case "v", "t":
		s.in, s.valued = e.Name.Local, true
	case "f":
		s.made = true
	case "rPh":
		s.phon++
	case "col":
		s.hide(e.Attr)
	case "mergeCell":
		if len(s.merged) == maxMerges {
			return tooLarge(maxMerges)
		}
		s.merge(attr(e.Attr, "ref"))
	}
	return nil
}

func (s *sheetReader) end(name string) error {
	switch name {
	case "v", "t":
		s.in = ""
	case "rPh":
		s.phon--
	case "c":
		return s.endCell()
	case "row":
		row := s.row
		s.row = Row{}
		return s.t.add(row)
	case "worksheet":
		s.over = true
	}
	return nil
}

func (s *sheetReader) startRow(attrs []xml.Attr) error {
	line := s.last + 1
	if r := attr(attrs, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n <= s.last || n > maxLine {
			return errors.New("rows out of order")
		}
		line = n
	}
	s.last, s.at = line, -1
	s.row = Row{Line: line, Hidden: isTrue(attr(attrs, "hidden"))}
	return nil
}

func (s *sheetReader) startCell(attrs []xml.Attr) error {
	s.at++
	s.kind, s.style, s.made, s.valued = "", 0, false, false
	s.text.Reset()
	for _, a := range attrs {
		switch a.Name.Local {
		case "r":
			at, _, ok := place(a.Value)
			if !ok || at < s.at {
				return errors.New("cells out of order")
			}
			s.at = at
		case "t":
			s.kind = a.Value
		case "s":
			s.style, _ = strconv.Atoi(a.Value)
		}
	}
	return nil
}

func (s *sheetReader) endCell() error {
	c, err := s.cell()
	if err != nil || c.Type == Empty {
		return err
	}
	if s.at >= s.t.limits.Columns {
		return tooMany("columns", s.t.limits.Columns, s.row.Line)
	}
	for len(s.row.Cells) < s.at {
		s.row.Cells = append(s.row.Cells, Cell{})
	}
	s.row.Cells = append(s.row.Cells, c)
	return nil
}

// cell is what the cell holds (ECMA-376 part 1, 18.18.11).
func (s *sheetReader) cell() (Cell, error) {
	text := s.text.String()
	if text == "" {
		if s.made && !s.valued {
			return Cell{Fault, ""}, nil
		}
		return Cell{}, nil
	}
	switch s.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 0 || n >= len(s.w.shared) {
			return Cell{}, errors.New("a cell refers to no text")
		}
		return textCell(s.w.shared[n]), nil
	case "str", "inlineStr":
		return textCell(unescape(text)), nil
	case "b":
		return Cell{Bool, strconv.FormatBool(isTrue(strings.TrimSpace(text)))}, nil
	case "e":
		return Cell{Fault, text}, nil
	case "d":
		return isoCell(text), nil
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return Cell{}, errors.New("a number is none")
	}
	if s.style >= 0 && s.style < len(s.w.dates) && s.w.dates[s.style] {
		if d, ok := serial(v, s.w.date1904); ok {
			return Cell{Date, d}, nil
		}
	}
	return Cell{Number, decimalText(v)}, nil
}

func textCell(s string) Cell {
	if s = strings.TrimSpace(s); s == "" {
		return Cell{}
	}
	return Cell{Text, s}
}

// isoCell reads a date that stands as text by ISO 8601.
func isoCell(text string) Cell {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999", time.DateOnly} {
		if d, err := time.Parse(layout, text); err == nil {
			return Cell{Date, dateText(d)}
		}
	}
	return textCell(text)
}

// decimalText writes a number in the fifteen digits that spreadsheets keep, without an exponent.
func decimalText(v float64) string {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err == nil {
		v = short
	}
	if math.Abs(v) >= 1e21 || (v != 0 && math.Abs(v) < 1e-15) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

const lastSerial = 2958466 // the day after 9999-12-31

// serial reads a date as spreadsheets count them: days since the end of 1899, where 1900 is taken for a leap
// year, or since the beginning of 1904.
func serial(v float64, from1904 bool) (string, bool) {
	if v < 0 || v >= lastSerial {
		return "", false
	}
	days, part := math.Modf(v)
	seconds := math.Round(part * 86400)
	if days == 0 && !from1904 {
		return time.Unix(int64(seconds), 0).UTC().Format(time.TimeOnly), seconds < 86400
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60:
		first = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return dateText(first.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second)), true
}

func dateText(d time.Time) string {
	if d.Hour() == 0 && d.Minute() == 0 && d.Second() == 0 {
		return d.Format(time.DateOnly)
	}
	return d.Format(time.DateTime)
}

// place reads a cell's name, e.g. "AB12": column from 0, line from 1.
func place(ref string) (column, line int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	line, err := strconv.Atoi(ref[i:])
	return column - 1, line, err == nil && i > 0 && i < 4 && line > 0 && line <= maxLine
}

// hide notes hidden columns.
func (s *sheetReader) hide(attrs []xml.Attr) {
	if !isTrue(attr(attrs, "hidden")) {
		return
	}
	from, err1 := strconv.Atoi(attr(attrs, "min"))
	to, err2 := strconv.Atoi(attr(attrs, "max"))
	if err1 != nil || err2 != nil {
		return
	}
	if s.t.hidden == nil {
		s.t.hidden = map[int]bool{}
	}
	for at := max(from, 1); at <= min(to, s.t.limits.Columns); at++ {
		s.t.hidden[at-1] = true
	}
}

// merge notes a block that covers several lines.
func (s *sheetReader) merge(ref string) {
	from, to, _ := strings.Cut(ref, ":")
	column, top, ok1 := place(from)
	_, bottom, ok2 := place(to)
	if ok1 && ok2 && bottom > top && column < s.t.limits.Columns {
		s.merged = append(s.merged, merge{column, top, bottom})
	}
}

// fillMerged gives the lines that a block covers its value, in the block's first column, as people read it.
func (s *sheetReader) fillMerged() error {
	if len(s.merged) == 0 {
		return nil
	}
	byLine := make(map[int]int, len(s.t.rows))
	for i, r := range s.t.rows {
		byLine[r.Line] = i
	}
	left := maxFilled
	for _, m := range s.merged {
		top, ok := byLine[m.top]
		if !ok || s.t.rows[top].Cell(m.column).Type == Empty {
			continue
		}
		value := s.t.rows[top].Cell(m.column)
		for i := top + 1; i < len(s.t.rows) && s.t.rows[i].Line <= m.bottom; i++ {
			if left--; left < 0 {
				return tooLarge(maxFilled)
			}
			row := &s.t.rows[i]
			for len(row.Cells) <= m.column {
				row.Cells = append(row.Cells, Cell{})
			}
			row.Cells[m.column] = value
		}
	}
	return nil
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads characters that XML cannot hold (ECMA-376 part 1, 22.9.2.19).
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(code string) string {
		n, _ := strconv.ParseUint(code[2:6], 16, 16)
		return string(rune(n))
	})
}
