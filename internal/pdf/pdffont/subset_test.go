package pdffont_test

import (
	"bytes"
	"testing"
	"time"

	"cinnabar/internal/asset"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pdffont"
)

// embed writes a file with nothing but the runes' subset in it and returns the subset's parts.
func embed(t *testing.T, f *pdffont.Font, runes string) (fontFile *pdffont.Font, toUnicode []byte) {
	t.Helper()
	s := pdffont.NewSubset(f)
	for _, r := range runes {
		g, ok := f.Glyph(r)
		if !ok {
			t.Fatalf("the font has no %q", r)
		}
		s.Code(r, g)
	}
	w := pdf.NewWriter()
	at := w.Alloc()
	if err := s.Embed(w, at); err != nil {
		t.Fatal(err)
	}
	file, err := w.Finish(pdf.Dict{"Pages": w.Add(pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{}, "Count": 0})}, pdf.Info{Created: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := pdf.Open(t.Context(), file, pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	stream := func(in pdf.Dict, key pdf.Name) []byte {
		o, err := d.Value(in[key])
		if err != nil {
			t.Fatal(err)
		}
		data, err := d.Decode(o.(*pdf.Stream))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	dict := func(o pdf.Object) pdf.Dict {
		v, err := d.DictOf(o)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	top := dict(at)
	kids, err := d.ArrayOf(top["DescendantFonts"])
	if err != nil {
		t.Fatal(err)
	}
	data := stream(dict(dict(kids[0])["FontDescriptor"]), "FontFile2")
	// A subset has no cmap: one from the whole font makes it readable again, which checks all else.
	return reparse(t, data), stream(top, "ToUnicode")
}

func TestToUnicodeHasSurrogatePairs(t *testing.T) {
	t.Parallel()
	_, cmap := embed(t, load(t, asset.SerifRegular), "甲𬭎")
	if !bytes.Contains(cmap, []byte("<0001> <7532>")) || !bytes.Contains(cmap, []byte("<0002> <D872DF4E>")) {
		t.Errorf("the code map is\n%s", cmap)
	}
	_, cmap = embed(t, load(t, asset.SerifJapanese), "𠮷")
	if !bytes.Contains(cmap, []byte("<0001> <D842DFB7>")) {
		t.Errorf("the code map is\n%s", cmap)
	}
}

// Two runes that share a glyph keep their own text: U+2F00 (a radical) looks like U+4E00.
func TestSharedGlyphsKeepTheirRunes(t *testing.T) {
	t.Parallel()
	f := load(t, asset.SerifRegular)
	a, _ := f.Glyph('一')
	b, ok := f.Glyph('⼀')
	if !ok || a != b {
		t.Skip("this font draws them apart")
	}
	s := pdffont.NewSubset(f)
	if s.Code('一', a) == s.Code('⼀', b) {
		t.Error("one code for two runes: copied text would be wrong")
	}
}

func TestSubsetKeepsWidthsAndComponents(t *testing.T) {
	t.Parallel()
	f := load(t, asset.SerifRegular)
	const text = "燃气ÄéÅiW℃"
	small, _ := embed(t, f, text)
	n := pdffont.GlyphID(0)
	for _, r := range text {
		n++
		g, _ := f.Glyph(r)
		if small.Advance(n) != f.Advance(g) {
			t.Errorf("%q is %v wide in the subset, %v in the font", r, small.Advance(n), f.Advance(g))
		}
	}
}
