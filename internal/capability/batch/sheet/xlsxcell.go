package sheet

import (
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
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
		return tooMany("too-many-columns", "columns", s.t.limits.Columns, s.row.Line)
	}
	for len(s.row.Cells) < s.at {
		s.row.Cells = append(s.row.Cells, Cell{})
	}
	s.row.Cells = append(s.row.Cells, c)
	return nil
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
