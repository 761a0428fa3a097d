package typeset

import (
	"slices"

	"cinnabar/internal/pdf"
)

const (
	cellPadX    = 4.0
	cellPadY    = 2.6
	borderWidth = 0.6
	labelGray   = 0.955
	maxColumns  = 30
	tallRow     = 200.0 // lower rows move to the next page whole
)

// grid is a table, or the part of one that cannot be torn at a row's edge because cells span its rows.
// Splitting it makes two grids.
type grid struct {
	b     *builder
	x     []float64 // column edges, from the table's left
	rows  []float64 // heights
	cells []cellBox
}

// cellBox is a cell with its content laid out.
type cellBox struct {
	row, col, rows, cols int
	content              []*piece
	label, repeat        bool // repeat: the content was set before the last page break and is drawn again
	top                  bool // content stands at the top, not in the middle
}

func (b *builder) table(t Table, width float64, parent *elem, depth int) ([]*piece, error) {
	if len(t.Columns) == 0 || len(t.Columns) > maxColumns {
		return nil, wrong(CodeBadStructure, "a table needs 1 to %d columns", maxColumns)
	}
	if t.Size == 0 {
		t.Size = b.doc.Size - 0.5
	}
	e := parent.add("Table")
	e.title = t.Title
	l := &tableLayout{b: b, t: t, elem: e, depth: depth, x: columnEdges(t.Columns, width)}
	head, err := l.section(t.Head, true)
	if err != nil {
		return nil, err
	}
	body, err := l.section(t.Rows, false)
	if err != nil {
		return nil, err
	}
	var header *piece
	if len(head) > 0 {
		header = keepTogether(head)
		header.keep = true
	}
	for _, p := range body {
		p.header = header
	}
	out := body
	if header != nil {
		out = append([]*piece{header}, body...)
	}
	// Room above and below, so that rules do not touch text.
	return slices.Concat([]*piece{{before: 5}}, out, []*piece{{before: 5}}), nil
}

// columnEdges returns where columns begin, and the table's right edge.
func columnEdges(cs []Column, width float64) []float64 {
	sum := 0.0
	for _, c := range cs {
		sum += max(c.Width, 0)
	}
	x := make([]float64, len(cs)+1)
	for i, c := range cs {
		share := 1 / float64(len(cs))
		if sum > 0 {
			share = max(c.Width, 0) / sum
		}
		x[i+1] = x[i] + share*width
	}
	return x
}

type tableLayout struct {
	b     *builder
	t     Table
	elem  *elem
	depth int
	x     []float64
}

// section lays out rows and cuts them into grids at every row edge that no cell spans.
func (l *tableLayout) section(rows []Row, head bool) ([]*piece, error) {
	var out []*piece
	free := make([]int, len(l.t.Columns)) // by column: the row where it is free again
	g, start, until := &grid{b: l.b, x: l.x}, 0, 0
	for r, row := range rows {
		tr := l.elem.add("TR")
		col := 0
		for _, c := range row {
			for col < len(free) && free[col] > r {
				col++
			}
			box, err := l.cell(c, tr, r-start, col, head, len(rows)-r)
			if err != nil {
				return nil, err
			}
			for k := range box.cols {
				free[col+k] = r + box.rows
			}
			until = max(until, r+box.rows)
			g.cells = append(g.cells, box)
			col += box.cols
		}
		if until <= r+1 {
			g.rows = make([]float64, r+1-start)
			out = append(out, g.measure().piece())
			g, start = &grid{b: l.b, x: l.x}, r+1
		}
	}
	return out, nil
}

func (l *tableLayout) cell(c Cell, tr *elem, row, col int, head bool, rowsLeft int) (cellBox, error) {
	box := cellBox{row: row, col: col, rows: max(1, c.RowSpan), cols: max(1, c.ColSpan), label: c.Label || head}
	if col+box.cols > len(l.t.Columns) || box.rows > rowsLeft {
		return box, wrong(CodeBadStructure, "a table row has more cells than the table has columns, or a cell spans too many rows")
	}
	e := tr.add("TD")
	if box.label {
		e.kind = "TH"
	}
	e.attrs = cellAttrs(box, head)
	width := l.x[col+box.cols] - l.x[col] - 2*cellPadX
	if width <= 0 {
		return box, wrong(CodeBadStructure, "a table column is too narrow to hold anything")
	}
	var err error
	if len(c.Blocks) > 0 {
		box.content, err = l.b.blocks(c.Blocks, width, e, l.depth+1)
		return box, err
	}
	align, base := l.t.Columns[col].Align, serif
	if box.label {
		align = Center
	}
	if head {
		base = serifBold
	}
	box.content, err = l.b.paragraph(Paragraph{Spans: c.Spans, Align: align, Size: l.t.Size, Leading: 1.45}, width, e, base)
	return box, err
}

func cellAttrs(c cellBox, head bool) pdf.Dict {
	d := pdf.Dict{}
	if c.rows > 1 {
		d["RowSpan"] = c.rows
	}
	if c.cols > 1 {
		d["ColSpan"] = c.cols
	}
	switch {
	case head:
		d["Scope"] = pdf.Name("Column")
	case c.label:
		d["Scope"] = pdf.Name("Row")
	}
	if len(d) == 0 {
		return nil
	}
	d["O"] = pdf.Name("Table")
	return d
}

// measure sets the row heights: first from cells of one row, then what spanning cells need beyond.
func (g *grid) measure() *grid {
	clear(g.rows)
	for _, single := range []bool{true, false} {
		for _, c := range g.cells {
			if (c.rows == 1) != single {
				continue
			}
			last := c.row + c.rows - 1
			need := stackHeight(c.content) + 2*cellPadY - g.height(c.row, last)
			g.rows[last] = max(g.rows[last], need)
		}
	}
	return g
}

// height of the rows from a up to, not including, b.
func (g *grid) height(a, b int) float64 {
	h := 0.0
	for _, r := range g.rows[a:b] {
		h += r
	}
	return h
}

func (g *grid) piece() *piece {
	return &piece{height: g.height(0, len(g.rows)), draw: g.draw, split: g.split}
}

func (g *grid) draw(pg *page, x0, y0 float64) error {
	for _, c := range g.cells {
		x, y := x0+g.x[c.col], y0+g.height(0, c.row)
		w, h := g.x[c.col+c.cols]-g.x[c.col], g.height(c.row, c.row+c.rows)
		if c.label {
			pg.rect(x, y, w, h, labelGray)
		}
		pg.box(x, y, w, h, borderWidth)
		down := cellPadY
		if !c.top {
			down = (h - stackHeight(c.content)) / 2
		}
		was := pg.repeat
		pg.repeat = was || c.repeat
		err := drawStack(c.content, pg, x+cellPadX, y+down)
		pg.repeat = was
		if err != nil {
			return err
		}
	}
	return nil
}

// split cuts between rows where it can, else within the first row.
func (g *grid) split(room float64) (head, rest *piece) {
	k := 0
	for k < len(g.rows) && g.height(0, k+1) <= room {
		k++
	}
	if k == len(g.rows) {
		return g.piece(), nil
	}
	inside := k == 0
	if inside && g.rows[0] < tallRow {
		return nil, nil
	}
	a := &grid{b: g.b, x: g.x, rows: make([]float64, max(k, 1))}
	b := &grid{b: g.b, x: g.x, rows: make([]float64, len(g.rows)-k)}
	moved := false
	for _, c := range g.cells {
		switch {
		case c.row >= len(a.rows):
			c.row -= k
			b.cells = append(b.cells, c)
		case !inside && c.row+c.rows <= k:
			a.cells = append(a.cells, c)
		default:
			space := room
			if !inside {
				space = g.height(c.row, k)
			}
			upper, lower := c.cut(len(a.rows), k, space-2*cellPadY)
			moved = moved || upper.top && len(upper.content) > 0
			a.cells, b.cells = append(a.cells, upper), append(b.cells, lower)
		}
	}
	if inside && !moved {
		return nil, nil
	}
	return a.measure().piece(), b.measure().piece()
}

// cut divides a cell between the grid above, which ends with row end, and the grid below, which begins with
// row start of the whole. Content that fits above is drawn again below when the cell spans the cut.
func (c cellBox) cut(end, start int, space float64) (upper, lower cellBox) {
	upper, lower = c, c
	upper.rows = min(c.rows, end-c.row)
	lower.row, lower.rows = max(0, c.row-start), c.row+c.rows-max(start, c.row)
	upper.content, lower.content = splitStack(c.content, space)
	torn := len(lower.content) > 0
	upper.top, lower.top = torn, torn
	if !torn && c.rows > 1 {
		lower.content, lower.repeat = c.content, true
	}
	return upper, lower
}
