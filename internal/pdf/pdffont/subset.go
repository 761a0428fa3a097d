package pdffont

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"cinnabar/internal/pdf"
)

// Subset collects the glyphs that one document takes from a font. Each rune gets a code of its own,
// in order of first use, also where two runes share a glyph in the font: so copied text and search
// give back exactly the rune that was set. A Subset serves one goroutine.
type Subset struct {
	font  *Font
	codes map[rune]uint16
	runes []rune    // by code; 0 stands for components of other glyphs
	ids   []GlyphID // by code, glyph in font
	parts map[GlyphID]uint16
}

// NewSubset starts an empty subset of f; code 0 is the font's glyph for "missing".
func NewSubset(f *Font) *Subset {
	return &Subset{font: f, codes: make(map[rune]uint16), runes: []rune{0}, ids: []GlyphID{0}}
}

// Font is the font that the subset is taken from.
func (s *Subset) Font() *Font { return s.font }

// Code returns the two-byte code under which the rune, whose glyph is g, stands in page content.
func (s *Subset) Code(r rune, g GlyphID) uint16 {
	if c, ok := s.codes[r]; ok {
		return c
	}
	c := s.add(r, g)
	s.codes[r] = c
	return c
}

func (s *Subset) add(r rune, g GlyphID) uint16 {
	s.runes = append(s.runes, r)
	s.ids = append(s.ids, g)
	return uint16(len(s.ids) - 1)
}

// maxCodes leaves room for components: codes have 16 bits.
const maxCodes = 60000

// Embed writes the subset as a composite font (Type0, CIDFontType2, Identity-H; ISO 32000-1 9.7) with
// widths and ToUnicode, under the reference at.
func (s *Subset) Embed(w *pdf.Writer, at pdf.Ref) error {
	if len(s.ids) > maxCodes {
		return errors.New("pdffont: too many different characters in one document")
	}
	unicode := w.AddStream(nil, toUnicode(s.runes)) // before fontFile: components have no text
	file := s.fontFile()
	name := pdf.Name(s.tag() + "+" + s.font.name)
	em := func(v int) float64 { return float64(v) * 1000 / float64(s.font.unitsPerEm) }
	box := s.font.box
	descriptor := w.Add(pdf.Dict{
		"Type": pdf.Name("FontDescriptor"), "FontName": name,
		"Flags":    4, // symbolic: the codes are no standard encoding
		"FontBBox": pdf.Array{em(box[0]), em(box[1]), em(box[2]), em(box[3])},
		"Ascent":   em(s.font.ascent), "Descent": em(s.font.descent), "CapHeight": em(s.font.capHeight),
		"ItalicAngle": s.font.italicAngle, "StemV": 80,
		"FontFile2": w.AddStream(pdf.Dict{"Length1": len(file)}, file),
	})
	cid := w.Add(pdf.Dict{
		"Type": pdf.Name("Font"), "Subtype": pdf.Name("CIDFontType2"), "BaseFont": name,
		"CIDSystemInfo":  pdf.Dict{"Registry": pdf.Text("Adobe"), "Ordering": pdf.Text("Identity"), "Supplement": 0},
		"FontDescriptor": descriptor, "DW": 1000, "W": s.widths(), "CIDToGIDMap": pdf.Name("Identity"),
	})
	w.Set(at, pdf.Dict{
		"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type0"), "BaseFont": name,
		"Encoding": pdf.Name("Identity-H"), "DescendantFonts": pdf.Array{cid}, "ToUnicode": unicode,
	})
	return nil
}

// widths lists the runs of glyphs that are not one em wide (ISO 32000-1 9.7.4.3).
func (s *Subset) widths() pdf.Array {
	out := pdf.Array{}
	var run pdf.Array
	for c, g := range s.ids {
		if width := s.font.Advance(g); width != 1000 {
			if run == nil {
				out = append(out, c)
			}
			run = append(run, width)
			continue
		}
		if run != nil {
			out, run = append(out, run), nil
		}
	}
	if run != nil {
		out = append(out, run)
	}
	return out
}

// tag is the six capital letters that tell subsets of one font apart (ISO 32000-1 9.6.4).
func (s *Subset) tag() string {
	h := sha256.New()
	for _, r := range s.runes {
		_ = binary.Write(h, binary.BigEndian, r) // a hash takes everything
	}
	sum := h.Sum(nil)
	letters := make([]byte, 6)
	for i := range letters {
		letters[i] = 'A' + sum[i]%26
	}
	return string(letters)
}

// Flags of a composite glyph's components (ISO/IEC 14496-22, glyf).
const (
	argsAreWords   = 0x0001
	haveScale      = 0x0008
	moreComponents = 0x0020
	haveXYScale    = 0x0040
	haveTwoByTwo   = 0x0080
)

// glyph returns the outline of a glyph with its components renumbered; it adds missing components.
func (s *Subset) glyph(g GlyphID) []byte {
	b := s.font.outline(g)
	if i16(b, 0) >= 0 { // number of contours: a simple glyph
		return b
	}
	for at := 10; at+4 <= len(b); {
		flags := u16(b, at)
		binary.BigEndian.PutUint16(b[at+2:], s.part(GlyphID(u16(b, at+2))))
		at += componentSize(flags)
		if flags&moreComponents == 0 {
			break
		}
	}
	return b
}

func componentSize(flags uint16) int {
	n := 6
	if flags&argsAreWords != 0 {
		n += 2
	}
	switch {
	case flags&haveScale != 0:
		n += 2
	case flags&haveXYScale != 0:
		n += 4
	case flags&haveTwoByTwo != 0:
		n += 8
	}
	return n
}

// part returns the code of a component; each is added once, so a cycle in a damaged font ends.
func (s *Subset) part(g GlyphID) uint16 {
	if int(g) >= s.font.numGlyphs || len(s.ids) >= 0xFFFF {
		return 0
	}
	if c, ok := s.parts[g]; ok {
		return c
	}
	if s.parts == nil {
		s.parts = make(map[GlyphID]uint16)
	}
	s.parts[g] = s.add(0, g)
	return s.parts[g]
}
