package template

import (
	"errors"
	"regexp"
	"strings"

	"cinnabar/internal/pdf/typeset"
)

// Cells with these texts are part of the cell above, or of the one to the left.
const (
	mergeUp   = "^^"
	mergeLeft = "<<"
)

var isDelimiter = regexp.MustCompile(`^:?-+:?$`)

// table reads the lines of a pipe table. The number of dashes under a column's head is its share of the
// width, colons give its alignment; a cell that is wholly **bold** is a label that heads its row.
func table(lines []string) (typeset.Table, error) {
	var t typeset.Table
	rows := make([][]string, len(lines))
	for i, l := range lines {
		rows[i] = splitCells(l)
		if len(rows[i]) != len(rows[0]) {
			return t, errors.New("a table row has another number of cells than the first: " + plain(l))
		}
	}
	if len(rows) < 3 {
		return t, errors.New("a table needs a head, a line of dashes, and a row: " + plain(lines[0]))
	}
	for _, d := range rows[1] {
		if !isDelimiter.MatchString(d) {
			return t, errors.New("the second line of a table is made of dashes: " + plain(lines[1]))
		}
		t.Columns = append(t.Columns, typeset.Column{Width: float64(strings.Count(d, "-")), Align: alignment(d)})
	}
	var err error
	if strings.Join(rows[0], "") != "" {
		if t.Head, err = cells(rows[:1]); err != nil {
			return t, err
		}
	}
	t.Rows, err = cells(rows[2:])
	return t, err
}

func alignment(d string) typeset.Align {
	switch {
	case strings.HasPrefix(d, ":") && strings.HasSuffix(d, ":"):
		return typeset.Center
	case strings.HasSuffix(d, ":"):
		return typeset.Right
	}
	return typeset.Left
}

// splitCells cuts at each bar that is not part of a value.
func splitCells(line string) []string {
	var out []string
	value, from := false, 0
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	for i, r := range line {
		switch {
		case r == valueStart || r == valueEnd:
			value = r == valueStart
		case r == '|' && !value:
			out = append(out, strings.TrimSpace(line[from:i]))
			from = i + 1
		}
	}
	return append(out, strings.TrimSpace(line[from:]))
}

func cells(rows [][]string) ([]typeset.Row, error) {
	out := make([]typeset.Row, len(rows))
	for r, row := range rows {
		for c := 0; c < len(row); c++ {
			if row[c] == mergeUp || row[c] == mergeLeft {
				if row[c] == mergeUp && r == 0 || row[c] == mergeLeft && c == 0 {
					return nil, errors.New("a table cell is merged with one that is not there")
				}
				continue
			}
			cell, err := cellOf(row[c])
			if err != nil {
				return nil, err
			}
			cell.ColSpan, cell.RowSpan = spans(rows, r, c)
			out[r] = append(out[r], cell)
		}
	}
	return out, nil
}

func cellOf(s string) (typeset.Cell, error) {
	text, err := inline(s)
	cell := typeset.Cell{Spans: text}
	if len(text) == 1 && text[0].Bold {
		cell.Label = true
		cell.Spans[0].Bold = false
	}
	return cell, err
}

// spans counts the cells that are merged with the one at r, c.
func spans(rows [][]string, r, c int) (cols, down int) {
	cols, down = 1, 1
	for c+cols < len(rows[r]) && rows[r][c+cols] == mergeLeft {
		cols++
	}
	for r+down < len(rows) && rows[r+down][c] == mergeUp {
		down++
	}
	return cols, down
}
