package typeset_test

import (
	"strings"
	"testing"

	"cinnabar/internal/pdf/typeset"
)

func BenchmarkDocument1Page(b *testing.B) {
	d := sample()
	fonts(b)
	b.ReportAllocs()
	for b.Loop() {
		render(b, d)
	}
}

// Three pages of running text with as many different characters as a contract has (about 450).
func BenchmarkText3Pages(b *testing.B) {
	var body []typeset.Block
	for i := range 45 {
		var s strings.Builder
		for k := range 75 {
			s.WriteRune(rune(0x4E00 + (i*75+k)*7%450*11))
		}
		body = append(body, typeset.Paragraph{Indent: 2, Spans: typeset.Text(s.String())})
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := render(b, typeset.Document{Title: "x", Body: body}); r.Pages != 3 {
			b.Fatalf("%d pages", r.Pages)
		}
	}
}

// Once per process: five fonts of 58 MB together.
func BenchmarkLoadFonts(b *testing.B) {
	fonts(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := typeset.LoadFonts(); err != nil {
			b.Fatal(err)
		}
	}
}
