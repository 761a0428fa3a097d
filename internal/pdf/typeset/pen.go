package typeset

import (
	"errors"
	"fmt"
	"strings"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pdffont"
	"cinnabar/internal/platform/errs"
)

// pen turns text into glyphs and keeps the font subsets of one document.
type pen struct {
	fonts *Fonts
	inks  []*ink
	found map[glyphKey]glyph
	room  int // runes that may still be set
}

// ink is one font as it is used in the document.
type ink struct {
	set  *pdffont.Subset
	name pdf.Name
}

type face uint8

const (
	serif face = iota
	serifBold
	sans
)

type glyphKey struct {
	r    rune
	face face
}

// glyph is one character ready to be set; width is in em.
type glyph struct {
	ink       *ink
	r         rune
	width     float32
	code      uint16
	class     class
	underline bool
}

func newPen(f *Fonts, l Limits) *pen {
	return &pen{fonts: f, found: make(map[glyphKey]glyph, 512), room: l.Runes}
}

// glyphs looks up all characters of the spans.
func (p *pen) glyphs(spans []Span, base face) ([]glyph, error) {
	n := 0
	for _, s := range spans {
		n += len(s.Text)
	}
	out := make([]glyph, 0, n/2+1)
	for _, s := range spans {
		f := base
		if s.Bold {
			f = serifBold
		}
		for _, r := range s.Text {
			if r == '\r' {
				continue
			}
			if r == '\t' {
				r = ' '
			}
			g, err := p.glyph(r, f)
			if err != nil {
				return nil, err
			}
			g.underline = s.Underline
			out = append(out, g)
		}
	}
	p.room -= len(out)
	if p.room < 0 {
		return nil, wrong(CodeTooLong, "the document has more text than is allowed; shorten it")
	}
	return out, nil
}

func (p *pen) glyph(r rune, f face) (glyph, error) {
	if g, ok := p.found[glyphKey{r, f}]; ok {
		return g, nil
	}
	g := glyph{r: r, class: classOf(r)}
	if r != '\n' {
		font, id, err := p.family(f).Find(r)
		if err != nil {
			return g, noGlyph(err)
		}
		g.ink = p.ink(font)
		g.code = g.ink.set.Code(r, id)
		g.width = float32(font.Advance(id) / 1000)
		if g.width < 0.9 { // a font with narrow punctuation needs no closing up
			g.class &^= halfLeft | halfRight
		}
	}
	p.found[glyphKey{r, f}] = g
	return g, nil
}

func noGlyph(err error) error {
	var m *pdffont.MissingRune
	if !errors.As(err, &m) {
		return err
	}
	name := fmt.Sprintf("U+%04X", m.Rune)
	return errs.New(errs.Invalid, CodeNoGlyph, "no font has the character "+name+"; write the text without it").With("character", name).Because(err)
}

func (p *pen) family(f face) *pdffont.Family {
	switch f {
	case serifBold:
		return p.fonts.SerifBold
	case sans:
		return p.fonts.Sans
	}
	return p.fonts.Serif
}

func (p *pen) ink(f *pdffont.Font) *ink {
	for _, k := range p.inks {
		if k.set.Font() == f {
			return k
		}
	}
	k := &ink{set: pdffont.NewSubset(f), name: pdf.Name(fmt.Sprintf("F%d", len(p.inks)+1))}
	p.inks = append(p.inks, k)
	return k
}

// embed writes the fonts and returns the resource dictionary that names them.
func (p *pen) embed(w *pdf.Writer) (pdf.Dict, error) {
	d := pdf.Dict{}
	for _, k := range p.inks {
		ref := w.Alloc()
		if err := k.set.Embed(w, ref); err != nil {
			return nil, wrong(CodeTooLong, "%v", err)
		}
		d[k.name] = ref
	}
	return d, nil
}

func textOf(gs []glyph) string {
	var b strings.Builder
	for _, g := range gs {
		b.WriteRune(g.r)
	}
	return b.String()
}
