package template

import (
	"strings"

	"cinnabar/internal/pdf/typeset"
)

// Words is the text that Render would set, one line a paragraph or cell, without setting it: for search
// indexes. Values that are missing or wrong are left out of it.
func (t *Template) Words(data map[string]any, o RenderOptions) (string, error) {
	blocks, err := t.blocks(t.values(data), o)
	if err != nil {
		return "", err
	}
	var w words
	w.blocks(blocks)
	return strings.Join(w, "\n"), nil
}

// words are the lines of a text.
type words []string

func (w *words) spans(list []typeset.Span) {
	var line strings.Builder
	for _, s := range list {
		line.WriteString(s.Text)
	}
	if line.Len() > 0 {
		*w = append(*w, line.String())
	}
}

func (w *words) blocks(list []typeset.Block) {
	for _, b := range list {
		switch b := b.(type) {
		case typeset.Heading:
			w.spans(b.Spans)
		case typeset.Paragraph:
			w.spans(b.Spans)
		case typeset.Clause:
			w.spans(append(typeset.Text(b.Number+" "), b.Spans...))
		case typeset.Table:
			w.rows(b.Head)
			w.rows(b.Rows)
		case typeset.Columns:
			for _, part := range b.Parts {
				w.blocks(part)
			}
		case typeset.Keep:
			w.blocks(b.Blocks)
		}
	}
}

func (w *words) rows(list []typeset.Row) {
	for _, row := range list {
		for _, c := range row {
			w.spans(c.Spans)
			w.blocks(c.Blocks)
		}
	}
}
