package sealart

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"cinnabar/internal/platform/errs"
)

// CodeUncovered is the code of the errs.Invalid for a character that no font has; its parameter "rune" names it.
const CodeUncovered = "seal-character"

// Face is the typeface of seals: a font and others to fall back on. It may be shared by goroutines.
type Face struct{ fonts []*sfnt.Font }

// NewFace parses fonts (TTF, OTF, or the first of a collection); the first that has a character draws it.
// The bytes are kept.
func NewFace(fonts ...[]byte) (*Face, error) {
	files := make([]io.ReaderAt, len(fonts))
	for i, data := range fonts {
		files[i] = bytes.NewReader(data)
	}
	return OpenFace(files...)
}

// OpenFace is NewFace for fonts that are read in parts, as drawings need them. The files are kept.
func OpenFace(fonts ...io.ReaderAt) (*Face, error) {
	f := &Face{}
	for _, file := range fonts {
		c, err := sfnt.ParseCollectionReaderAt(file)
		if err != nil {
			return nil, fmt.Errorf("sealart: font: %w", err)
		}
		font, err := c.Font(0)
		if err != nil {
			return nil, fmt.Errorf("sealart: font: %w", err)
		}
		f.fonts = append(f.fonts, font)
	}
	if len(f.fonts) == 0 {
		return nil, fmt.Errorf("sealart: no font")
	}
	return f, nil
}

const ppem = 1000

// glyph is an outline in thousandths of an em, y downwards as sfnt gives it, and the box that it is centred by.
type glyph struct {
	segments       sfnt.Segments
	x0, y0, x1, y1 float64
}

// pen draws with one Face. Its buffer belongs to one goroutine.
type pen struct {
	face *Face
	buf  sfnt.Buffer
	path path
}

func (p *pen) load(r rune) (glyph, error) {
	for _, font := range p.face.fonts {
		i, err := font.GlyphIndex(&p.buf, r)
		if err != nil || i == 0 {
			continue
		}
		segments, err := font.LoadGlyph(&p.buf, i, fixed.I(ppem), nil)
		if err != nil {
			return glyph{}, fmt.Errorf("sealart: outline of %q: %w", r, err)
		}
		b := segments.Bounds()
		g := glyph{
			segments: append(sfnt.Segments{}, segments...),
			x0:       float64(b.Min.X) / 64, x1: float64(b.Max.X) / 64,
			y0: float64(b.Min.Y) / 64, y1: float64(b.Max.Y) / 64,
		}
		if len(segments) == 0 || g.x1-g.x0 < 1 || g.y1-g.y0 < 1 {
			break // white space: nothing would be seen
		}
		return g, nil
	}
	return glyph{}, errs.New(errs.Invalid, CodeUncovered, "the character %q cannot be drawn on a seal", r).With("rune", string(r))
}

// em makes the box of a full em, so that characters keep their sizes to each other; the middle of the box is
// the middle of 国, which fills it, whatever the font calls its baseline.
func (p *pen) em(g glyph) glyph {
	reference, err := p.load('国')
	if err != nil {
		return g
	}
	cx, cy := (reference.x0+reference.x1)/2, (reference.y0+reference.y1)/2
	g.x0, g.x1, g.y0, g.y1 = cx-ppem/2, cx+ppem/2, cy-ppem/2, cy+ppem/2
	return g
}

// character draws r in a box of w by h around (cx, cy), turned by a (radians).
func (p *pen) character(r rune, cx, cy, w, h, a float64) error {
	g, err := p.load(r)
	if err != nil {
		return err
	}
	if isWide(r) {
		g = p.em(g)
	}
	p.place(g, cx, cy, w, h, a)
	return nil
}

// filling draws r so that its outline itself fills the box, but stretched at most by a fifth against its shape.
func (p *pen) filling(r rune, cx, cy, w, h float64) error {
	g, err := p.load(r)
	if err != nil {
		return err
	}
	sx, sy := w/(g.x1-g.x0), h/(g.y1-g.y0)
	const stretch = 1.9
	sx, sy = math.Min(sx, sy*stretch), math.Min(sy, sx*stretch)
	p.place(g, cx, cy, sx*(g.x1-g.x0), sy*(g.y1-g.y0), 0)
	return nil
}

func (p *pen) place(g glyph, cx, cy, w, h, a float64) {
	sx, sy := w/(g.x1-g.x0), h/(g.y1-g.y0)
	mx, my := (g.x0+g.x1)/2, (g.y0+g.y1)/2
	sin, cos := math.Sincos(a)
	at := func(q fixed.Point26_6) (float64, float64) {
		x, y := (float64(q.X)/64-mx)*sx, (my-float64(q.Y)/64)*sy
		return cx + x*cos - y*sin, cy + x*sin + y*cos
	}
	open := false
	for _, s := range g.segments {
		x1, y1 := at(s.Args[0])
		x2, y2 := at(s.Args[1])
		x3, y3 := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if open {
				p.path.add('Z')
			}
			open = true
			p.path.add('M', x1, y1)
		case sfnt.SegmentOpLineTo:
			p.path.add('L', x1, y1)
		case sfnt.SegmentOpQuadTo:
			p.path.add('Q', x1, y1, x2, y2)
		case sfnt.SegmentOpCubeTo:
			p.path.add('C', x1, y1, x2, y2, x3, y3)
		}
	}
	if open {
		p.path.add('Z')
	}
}

// isWide tells characters that take a whole em from digits, letters and dots.
func isWide(r rune) bool { return r >= 0x2E80 }
