// Package pdffont reads TrueType fonts and embeds subsets of them into PDF files.
//
// A Font is parsed once and never changes: any number of goroutines may share it. Outlines, by far the most
// of a font, stay in their file and are read as subsets take them. Every access to the file is
// bounds-checked, so a damaged font gives an error or an empty glyph, never a panic. There is no shaping: one
// rune is one glyph, which is right for Chinese, Latin, Greek and Cyrillic text, and wrong for Arabic or
// Indic scripts.
package pdffont

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// GlyphID numbers a glyph within its font. 0 is the glyph for "missing".
type GlyphID uint16

// Font is a parsed TrueType font (ISO/IEC 14496-22) with glyf outlines.
type Font struct {
	name       string            // PostScript name
	tables     map[string][]byte // those that are wanted whole
	glyf       *io.SectionReader // outlines
	unitsPerEm int
	numGlyphs  int
	longLoca   bool
	numHMetric int

	ascent, descent, capHeight int    // font units
	box                        [4]int // font units
	italicAngle                float64

	basic  []GlyphID // by rune up to U+FFFF
	beyond []runeRange
}

// runeRange maps runes above U+FFFF to consecutive glyphs; ranges are sorted.
type runeRange struct {
	from, to rune
	glyph    GlyphID
}

var errFont = errors.New("pdffont: not a usable TrueType font")

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errFont, fmt.Sprintf(format, args...))
}

// Source is a font file that is read in parts, also by several goroutines at once.
type Source interface {
	io.ReaderAt
	Size() int64
}

// Parse reads a font file with glyf outlines. It keeps data, which must not be changed afterwards.
// Collections (TTC), OpenType/CFF and compressed web fonts are refused.
func Parse(data []byte) (*Font, error) { return Open(bytes.NewReader(data)) }

// Open is Parse for a file of which only what is needed comes into memory. It keeps the source.
func Open(file Source) (*Font, error) {
	f := &Font{}
	if err := f.directory(file); err != nil {
		return nil, err
	}
	for _, read := range []func() error{f.readHead, f.readHhea, f.readMaxp, f.checkSizes, f.readCmap} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	f.readOS2()
	f.readPost()
	f.readName()
	delete(f.tables, "cmap") // read into basic and beyond
	return f, nil
}

// Name is the font's PostScript name.
func (f *Font) Name() string { return f.name }

// Glyph finds the glyph of a rune; ok is false when the font has none.
func (f *Font) Glyph(r rune) (g GlyphID, ok bool) {
	if r >= 0 && int(r) < len(f.basic) {
		g = f.basic[r]
		return g, g != 0
	}
	lo, hi := 0, len(f.beyond)
	for lo < hi {
		mid := (lo + hi) / 2
		switch e := f.beyond[mid]; {
		case r < e.from:
			hi = mid
		case r > e.to:
			lo = mid + 1
		default:
			g = e.glyph + GlyphID(r-e.from)
			return g, g != 0 && int(g) < f.numGlyphs
		}
	}
	return 0, false
}

// Advance is the width of a glyph in thousandths of the font size.
func (f *Font) Advance(g GlyphID) float64 {
	i := min(int(g), f.numHMetric-1) // glyphs past the last metric share it
	return float64(u16(f.tables["hmtx"], 4*i)) * 1000 / float64(f.unitsPerEm)
}

// outline is a copy of the glyf entry of a glyph, empty for a blank or damaged one.
func (f *Font) outline(g GlyphID) []byte {
	loca := f.tables["loca"]
	var from, to int
	if f.longLoca {
		from, to = int(u32(loca, 4*int(g))), int(u32(loca, 4*int(g)+4))
	} else {
		from, to = 2*int(u16(loca, 2*int(g))), 2*int(u16(loca, 2*int(g)+2))
	}
	if from >= to || int64(to) > f.glyf.Size() {
		return nil
	}
	entry := make([]byte, to-from)
	if _, err := f.glyf.ReadAt(entry, int64(from)); err != nil {
		return nil
	}
	return entry
}

// u16 and u32 read big-endian numbers and give 0 outside of b.
func u16(b []byte, at int) uint16 {
	if at < 0 || at+2 > len(b) {
		return 0
	}
	return uint16(b[at])<<8 | uint16(b[at+1])
}

func i16(b []byte, at int) int { return int(int16(u16(b, at))) }

func u32(b []byte, at int) uint32 {
	if at < 0 || at+4 > len(b) {
		return 0
	}
	return uint32(b[at])<<24 | uint32(b[at+1])<<16 | uint32(b[at+2])<<8 | uint32(b[at+3])
}
