package typeset

import (
	"strconv"

	"cinnabar/internal/pdf"
)

// page collects the content of one page. Positions come in with y growing downwards from the top edge
// and go out in PDF's own coordinates.
type page struct {
	number int     // from 1
	under  []byte  // rules and fills, below the text; all of it is an artifact
	text   []byte  // marked content
	marks  []*elem // by MCID: whose content it is
	open   *elem   // whose marked content is open; nil: none

	repeat bool // what is drawn now repeats earlier content: an artifact
}

func num(b []byte, v float64) []byte {
	b = strconv.AppendFloat(b, v, 'f', 2, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return append(b, ' ')
}

func nums(b []byte, vs ...float64) []byte {
	for _, v := range vs {
		b = num(b, v)
	}
	return b
}

// mark opens marked content that belongs to e; nil or a repetition makes an artifact.
func (p *page) mark(e *elem) {
	if p.repeat {
		e = nil
	}
	if e != nil && p.open == e {
		return
	}
	p.unmark()
	if e == nil {
		p.text = append(p.text, "/Artifact BMC\n"...)
		p.open = artifact
		return
	}
	p.text = append(p.text, '/')
	p.text = append(p.text, e.kind...)
	p.text = append(p.text, " <</MCID "...)
	p.text = strconv.AppendInt(p.text, int64(len(p.marks)), 10)
	p.text = append(p.text, ">> BDC\n"...)
	e.kids = append(e.kids, kid{page: p, mcid: len(p.marks)})
	p.marks = append(p.marks, e)
	p.open = e
}

func (p *page) unmark() {
	if p.open != nil {
		p.text = append(p.text, "EMC\n"...)
		p.open = nil
	}
}

// rect fills a rectangle with a gray.
func (p *page) rect(x, y, w, h, gray float64) {
	p.under = append(num(p.under, gray), "g "...)
	p.under = nums(p.under, x, pageHeight-y-h, w, h)
	p.under = append(p.under, "re f\n"...)
}

// rule draws a line.
func (p *page) rule(x0, y0, x1, y1, width float64) {
	p.under = append(num(p.under, width), "w "...)
	p.under = append(nums(p.under, x0, pageHeight-y0), "m "...)
	p.under = append(nums(p.under, x1, pageHeight-y1), "l S\n"...)
}

// box draws the outline of a rectangle.
func (p *page) box(x, y, w, h, width float64) {
	p.under = append(num(p.under, width), "w "...)
	p.under = nums(p.under, x, pageHeight-y-h, w, h)
	p.under = append(p.under, "re S\n"...)
}

// content joins the layers to the page's content stream.
func (p *page) content() []byte {
	p.unmark()
	out := make([]byte, 0, len(p.under)+len(p.text)+32)
	if len(p.under) > 0 {
		out = append(out, "/Artifact BMC q\n"...)
		out = append(out, p.under...)
		out = append(out, "Q EMC\n"...)
	}
	return append(out, p.text...)
}

// textLine is a line that is ready to be drawn.
type textLine struct {
	glyphs []glyph
	size   float64
	loose  float64 // share of each gap's stretch that is used, 0 to 1
	gray   bool
}

// draw sets the line's glyphs from x on the baseline y. Glyphs go into one string as long as font and
// spacing stay the same; the spacing after a glyph is set as character spacing (Tc).
func (p *page) draw(l textLine, x, y float64) {
	if len(l.glyphs) == 0 {
		return
	}
	b := append(p.text, "BT "...)
	if l.gray {
		b = append(b, "0.35 g "...)
	}
	b = append(nums(b, x, pageHeight-y), "Td "...)
	var font *ink
	spacing, open := 0.0, false
	for i, g := range l.glyphs {
		gap := l.gap(i)
		if open && (g.ink != font || gap != spacing) {
			b, open = append(b, "> Tj "...), false
		}
		if g.ink != font {
			font = g.ink
			b = append(append(b, '/'), font.name...)
			b = append(num(append(b, ' '), l.size), "Tf "...)
		}
		if gap != spacing {
			spacing = gap
			b = append(appendFine(b, gap), "Tc "...)
		}
		if !open {
			b, open = append(b, '<'), true
		}
		b = appendHex(b, g.code)
	}
	b = append(b, "> Tj"...)
	if l.gray {
		b = append(b, " 0 g"...)
	}
	if spacing != 0 {
		b = append(b, " 0 Tc"...)
	}
	p.text = append(b, " ET\n"...)
	p.underline(l, x, y)
}

// gap is what is added after glyph i, in points.
func (l textLine) gap(i int) float64 {
	if i+1 >= len(l.glyphs) {
		return 0
	}
	a, b := l.glyphs[i].class, l.glyphs[i+1].class
	v := spacing(a, b)
	if l.loose > 0 {
		v += l.loose * stretch(a, b)
	}
	return v * l.size
}

func (p *page) underline(l textLine, x, y float64) {
	from := -1.0
	for i, g := range l.glyphs {
		if g.underline && from < 0 {
			from = x
		}
		if !g.underline && from >= 0 {
			p.rule(from, y+0.18*l.size, x, y+0.18*l.size, 0.5)
			from = -1
		}
		x += float64(g.width)*l.size + l.gap(i)
	}
	if from >= 0 {
		p.rule(from, y+0.18*l.size, x, y+0.18*l.size, 0.5)
	}
}

// width is how far the line reaches, in points.
func (l textLine) width() float64 {
	w := 0.0
	for i, g := range l.glyphs {
		w += float64(g.width)*l.size + l.gap(i)
	}
	return w
}

// appendFine keeps four decimals: spacing adds up over a line.
func appendFine(b []byte, v float64) []byte {
	return append(strconv.AppendFloat(b, v, 'f', 4, 64), ' ')
}

func appendHex(b []byte, v uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
}

// rectPDF turns a rectangle measured from the top into page coordinates.
func rectPDF(x, y, w, h float64) Rect {
	return Rect{X0: x, Y0: pageHeight - y - h, X1: x + w, Y1: pageHeight - y}
}

func (r Rect) array() pdf.Array { return pdf.Array{r.X0, r.Y0, r.X1, r.Y1} }
