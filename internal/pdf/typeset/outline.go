package typeset

import (
	"strings"

	"cinnabar/internal/pdf"
)

// bookmark is a heading in the reader's table of contents.
type bookmark struct {
	title string
	page  int // from 1
	top   float64
}

// bookmark notes where the heading's first line comes to stand.
func (b *builder) bookmark(first *piece, spans []Span) {
	var title strings.Builder
	for _, s := range spans {
		title.WriteString(s.Text)
	}
	draw := first.draw
	first.draw = func(pg *page, x, y float64) error {
		if !pg.repeat {
			b.marks = append(b.marks, bookmark{title.String(), pg.number, pageHeight - y})
		}
		return draw(pg, x, y)
	}
}

// outline writes the bookmarks as a flat list (ISO 32000-1 12.3.3).
func (b *builder) outline(w *pdf.Writer, pages []pdf.Ref) pdf.Ref {
	root := w.Alloc()
	refs := make([]pdf.Ref, len(b.marks))
	for i := range refs {
		refs[i] = w.Alloc()
	}
	for i, m := range b.marks {
		d := pdf.Dict{
			"Title": pdf.Text(m.title), "Parent": root,
			"Dest": pdf.Array{pages[m.page-1], pdf.Name("XYZ"), nil, m.top + 4, nil},
		}
		if i > 0 {
			d["Prev"] = refs[i-1]
		}
		if i+1 < len(refs) {
			d["Next"] = refs[i+1]
		}
		w.Set(refs[i], d)
	}
	w.Set(root, pdf.Dict{"Type": pdf.Name("Outlines"), "First": refs[0], "Last": refs[len(refs)-1], "Count": len(refs)})
	return root
}
