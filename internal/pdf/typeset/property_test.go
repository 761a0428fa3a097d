package typeset_test

import (
	"errors"
	"strings"
	"testing"

	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/errs"

	"pgregory.net/rapid"
)

var words = rapid.SampledFrom([]string{"", "燃气", "，", "（甲）", "word ", "1,234.56", "长", "\n", "GB 17820—2018", "“引”"})

func someText(t *rapid.T) []typeset.Span {
	return []typeset.Span{{
		Text:      strings.Repeat(strings.Join(rapid.SliceOfN(words, 0, 12).Draw(t, "words"), ""), rapid.IntRange(1, 30).Draw(t, "times")),
		Bold:      rapid.Bool().Draw(t, "bold"),
		Underline: rapid.Bool().Draw(t, "underline"),
	}}
}

func someTable(t *rapid.T) typeset.Block {
	columns := rapid.IntRange(1, 5).Draw(t, "columns")
	table := typeset.Table{Columns: make([]typeset.Column, columns)}
	for i := range table.Columns {
		table.Columns[i] = typeset.Column{Width: rapid.Float64Range(0.1, 9).Draw(t, "width"), Align: typeset.Align(i % 4)}
	}
	rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) typeset.Row {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) typeset.Cell {
			return typeset.Cell{
				Spans: someText(t), Label: rapid.Bool().Draw(t, "label"),
				ColSpan: rapid.IntRange(0, 2).Draw(t, "cols"), RowSpan: rapid.IntRange(0, 3).Draw(t, "rows"),
			}
		}), 0, columns).Draw(t, "cells")
	}), 0, 12)
	table.Rows = rows.Draw(t, "rows")
	if rapid.Bool().Draw(t, "head") {
		table.Head = rows.Draw(t, "head")[:0:0]
		table.Head = append(table.Head, cells("头"))
	}
	return table
}

func someBlock(t *rapid.T) typeset.Block {
	switch rapid.IntRange(0, 8).Draw(t, "kind") {
	case 0:
		return typeset.Heading{Level: rapid.IntRange(1, 4).Draw(t, "level"), Spans: someText(t)}
	case 1:
		return typeset.Clause{Number: "1.1", Spans: someText(t)}
	case 2, 3:
		return someTable(t)
	case 4:
		return typeset.Columns{Gap: 5, Parts: [][]typeset.Block{{typeset.Paragraph{Spans: someText(t)}}, {someTable(t)}}}
	case 5:
		return typeset.Keep{Blocks: []typeset.Block{typeset.Paragraph{Spans: someText(t)}, typeset.Rule{}}}
	case 6:
		return typeset.Space{Height: rapid.Float64Range(0, 900).Draw(t, "space")}
	case 7:
		return typeset.PageBreak{}
	}
	return typeset.Paragraph{Spans: someText(t), Indent: 2, Align: typeset.Align(rapid.IntRange(0, 3).Draw(t, "align"))}
}

// Whatever the blocks: the document is made or refused with a code, and every line lies within the text area.
func TestAnyDocumentIsMadeOrRefused(t *testing.T) {
	t.Parallel()
	f := fonts(t)
	made := 0
	rapid.Check(t, func(t *rapid.T) {
		d := typeset.Document{Title: "x", Body: rapid.SliceOfN(rapid.Custom(someBlock), 0, 6).Draw(t, "blocks"), Limits: typeset.Limits{Pages: 60}}
		r, err := typeset.Make(f, d)
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Fatal(err)
			}
			return
		}
		made++
		for _, l := range r.Lines {
			if l.Baseline < 60 || l.Baseline > 775 || l.X < 60 || l.Page < 1 || l.Page > r.Pages {
				t.Fatalf("%q lies at %v, %v on page %d of %d", l.Text, l.X, l.Baseline, l.Page, r.Pages)
			}
		}
	})
	if made == 0 {
		t.Error("every document was refused: nothing was tested")
	}
}
