package pdffont_test

import (
	"errors"
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/pdf/pdffont"
)

// load parses an embedded font.
func load(t testing.TB, name string) *pdffont.Font {
	t.Helper()
	data, err := asset.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdffont.Parse(data)
	if err != nil {
		t.Fatalf("parse %s: %v", name, err)
	}
	return f
}

func chain(t testing.TB) *pdffont.Family {
	t.Helper()
	f, err := pdffont.NewFamily(load(t, asset.SerifRegular), load(t, asset.SerifTraditional), load(t, asset.SerifJapanese))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParseReadsNamesAndWidths(t *testing.T) {
	t.Parallel()
	f := load(t, asset.SerifRegular)
	if f.Name() != "NotoSerifSC-Regular" {
		t.Errorf("name %q", f.Name())
	}
	han, ok := f.Glyph('燃')
	if !ok || f.Advance(han) != 1000 {
		t.Errorf("燃 has glyph %d (%v), %v wide; want one em", han, ok, f.Advance(han))
	}
	latin, ok := f.Glyph('i')
	if !ok || f.Advance(latin) < 200 || f.Advance(latin) > 400 {
		t.Errorf("i has glyph %d (%v), %v wide", latin, ok, f.Advance(latin))
	}
}

// Names that are on real identity cards: rare characters of the official list, Hong Kong's, and variants.
func TestFamilyCoversRareNames(t *testing.T) {
	t.Parallel()
	f := chain(t)
	for _, r := range "𬭎𠮷䶮㛃喆镕堃犇淼翀𬱖𫖯𫍽𫓧𬀩𨭉·（）《》“”—…①℃㎡㎥¥％" {
		if _, _, err := f.Find(r); err != nil {
			t.Error(err)
		}
	}
}

// Every ideograph of the two main blocks is there (20,992 and 6,592 characters).
func TestFamilyCoversTheMainBlocks(t *testing.T) {
	t.Parallel()
	f := chain(t)
	for _, block := range [][2]rune{{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20, 0x7E}, {0xFF01, 0xFF5E}} {
		for r := block[0]; r <= block[1]; r++ {
			if _, _, err := f.Find(r); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestFamilyNamesTheMissingRune(t *testing.T) {
	t.Parallel()
	_, _, err := chain(t).Find('ᚠ')
	var missing *pdffont.MissingRune
	if !errors.As(err, &missing) || missing.Rune != 'ᚠ' {
		t.Fatalf("got %v, want a MissingRune for U+16A0", err)
	}
}
