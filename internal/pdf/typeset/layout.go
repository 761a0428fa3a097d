package typeset

import "cinnabar/internal/pdf"

// maxDepth bounds blocks within blocks.
const maxDepth = 6

// blocks lays out blocks one below the other in the given width, as children of parent.
func (b *builder) blocks(bs []Block, width float64, parent *elem, depth int) ([]*piece, error) {
	if depth > maxDepth {
		return nil, wrong(CodeBadStructure, "blocks are nested more than %d deep", maxDepth)
	}
	var out []*piece
	for _, block := range bs {
		ps, err := b.block(block, width, parent, depth)
		if err != nil {
			return nil, err
		}
		out = append(out, ps...)
	}
	return out, nil
}

func (b *builder) block(block Block, width float64, parent *elem, depth int) ([]*piece, error) {
	switch v := block.(type) {
	case Heading:
		return b.heading(v, width, parent)
	case Paragraph:
		return b.paragraph(v, width, parent.add("P"), serif)
	case Clause:
		return b.clause(v, width, parent)
	case Table:
		return b.table(v, width, parent, depth)
	case Columns:
		return b.columns(v, width, parent, depth)
	case Keep:
		ps, err := b.blocks(v.Blocks, width, parent, depth+1)
		return []*piece{keepTogether(ps)}, err
	case PlaceBox:
		return b.placeBox(v, width)
	case Picture:
		return b.picture(v, width, parent)
	case QR:
		return b.qr(v, width, parent)
	case Space:
		return []*piece{{before: v.Height}}, nil
	case Rule:
		return []*piece{{height: 6, draw: func(p *page, x, y float64) error {
			p.rule(x, y+3, x+width, y+3, 0.5)
			return nil
		}}}, nil
	case PageBreak:
		return []*piece{{breaks: true}}, nil
	}
	return nil, wrong(CodeBadStructure, "there is no block of type %T", block)
}

// Sizes and spaces of headings by level, as multiples of the body text.
var headingStyle = [...]struct {
	size, before, after float64
	align               Align
}{1: {2.1, 0.2, 0.7, Center}, 2: {1.14, 0.75, 0.2, Left}, 3: {1.05, 0.5, 0.1, Left}, 4: {1, 0.3, 0, Left}}

func (b *builder) heading(h Heading, width float64, parent *elem) ([]*piece, error) {
	if h.Level < 1 || h.Level >= len(headingStyle) {
		return nil, wrong(CodeBadStructure, "there is no heading of level %d", h.Level)
	}
	s := headingStyle[h.Level]
	e := parent.add(pdf.Name([]string{1: "H1", 2: "H2", 3: "H3", 4: "H4"}[h.Level]))
	ps, err := b.paragraph(Paragraph{
		Spans: h.Spans, Align: s.align, Size: s.size * b.doc.Size, Leading: 1.5, Before: s.before * b.doc.Size,
	}, width, e, serifBold)
	if err != nil {
		return nil, err
	}
	b.bookmark(ps[0], h.Spans)
	ps[len(ps)-1].height += s.after * b.doc.Size
	for _, p := range ps {
		p.keep = true
	}
	return ps, nil
}

// paragraph lays out running text as the content of e.
func (b *builder) paragraph(v Paragraph, width float64, e *elem, base face) ([]*piece, error) {
	if v.Sans {
		base = sans
	}
	size, leading := v.Size, v.Leading
	if size == 0 {
		size = b.doc.Size
	}
	if leading == 0 {
		leading = 1.62
	}
	gs, err := b.pen.glyphs(v.Spans, base)
	if err != nil {
		return nil, err
	}
	room := width/size + 1e-6
	rows := breakLines(gs, room-v.Indent, room-v.Hang)
	m := newMeasure(gs)
	out := make([]*piece, len(rows))
	for i, r := range rows {
		in := v.Hang * size
		if i == 0 {
			in = v.Indent * size
		}
		l := textLine{glyphs: gs[r.from:r.to], size: size, gray: v.Gray}
		x := in + l.place(m, r, v.Align, width-in)
		out[i] = b.linePiece(l, e, x, leading*size)
	}
	out[0].before = v.Before
	// No single line of a paragraph stands alone at the foot or the head of a page.
	if n := len(out); n > 1 {
		out[0].keep = true
		out[n-2].keep = true
	}
	return out, nil
}

// place sets the line's spacing for its alignment and returns where it begins.
func (l *textLine) place(m measure, r row, align Align, width float64) float64 {
	if r.from == r.to {
		return 0
	}
	x := 0.0
	if m.trimsStart(r.from) {
		x = -0.5 * l.size
	}
	left := width - m.width(r.from, r.to)*l.size
	switch align {
	case Center:
		return x + left/2
	case Right:
		return x + left
	case Justify:
		if !r.end {
			l.justify(left)
		}
	}
	return x
}

// justify spreads what is left of the line over its gaps. A line that would need more than the gaps may
// stretch stays a little short.
func (l *textLine) justify(left float64) {
	room := 0.0
	for i := 1; i < len(l.glyphs); i++ {
		room += stretch(l.glyphs[i-1].class, l.glyphs[i].class)
	}
	if room > 0 && left > 0 {
		l.loose = min(1, left/(room*l.size))
	}
}

func (b *builder) linePiece(l textLine, e *elem, x, height float64) *piece {
	p := &piece{height: height}
	p.draw = func(pg *page, x0, y0 float64) error {
		// The square of a Chinese character reaches from 0.88 em above the baseline to 0.12 em below.
		baseline := y0 + (height-l.size)/2 + 0.88*l.size
		pg.mark(e)
		pg.draw(l, x0+x, baseline)
		if !pg.repeat && len(l.glyphs) > 0 {
			b.lines = append(b.lines, Line{
				Page: pg.number, X: x0 + x, Baseline: pageHeight - baseline, Width: l.width(), Text: textOf(l.glyphs),
			})
		}
		return nil
	}
	return p
}

// clause sets the number in the margin of the text's first line.
func (b *builder) clause(v Clause, width float64, parent *elem) ([]*piece, error) {
	margin := v.Width
	if margin == 0 {
		margin = 3
	}
	item := parent.add("P")
	label, err := b.paragraph(Paragraph{Spans: Text(v.Number), Align: Left}, width, item, serif)
	if err != nil {
		return nil, err
	}
	in := margin * b.doc.Size
	body, err := b.paragraph(Paragraph{Spans: v.Spans}, width-in, item, serif)
	if err != nil {
		return nil, err
	}
	for i, p := range body {
		draw := p.draw
		p.draw = func(pg *page, x, y float64) error {
			if i == 0 {
				if err := label[0].draw(pg, x, y); err != nil {
					return err
				}
			}
			return draw(pg, x+in, y)
		}
	}
	return body, nil
}

// columns lays parts side by side as one piece.
func (b *builder) columns(v Columns, width float64, parent *elem, depth int) ([]*piece, error) {
	if len(v.Parts) == 0 || len(v.Parts) > 6 {
		return nil, wrong(CodeBadStructure, "columns need 1 to 6 parts")
	}
	n := float64(len(v.Parts))
	each := (width - (n-1)*v.Gap) / n
	if each <= 0 {
		return nil, wrong(CodeBadStructure, "the columns are too narrow")
	}
	one := &piece{}
	stacks := make([][]*piece, len(v.Parts))
	for i, part := range v.Parts {
		var err error
		if stacks[i], err = b.blocks(part, each, parent, depth+1); err != nil {
			return nil, err
		}
		one.height = max(one.height, stackHeight(stacks[i]))
	}
	one.draw = func(pg *page, x, y float64) error {
		for i, s := range stacks {
			if err := drawStack(s, pg, x+float64(i)*(each+v.Gap), y); err != nil {
				return err
			}
		}
		return nil
	}
	return []*piece{one}, nil
}

// placeBox reserves a rectangle; its name must be used once only.
func (b *builder) placeBox(v PlaceBox, width float64) ([]*piece, error) {
	x := v.Shift + alignX(v.Align, v.Width, width)
	if v.Name == "" || v.Width <= 0 || v.Height <= 0 || x < 0 || x+v.Width > width+0.01 || v.Height > textBottom-marginTop {
		return nil, wrong(CodeBadStructure, "the place %q needs a name and a size that fits", v.Name)
	}
	label, err := b.placeLabel(v.Name)
	if err != nil {
		return nil, err
	}
	p := &piece{height: max(0, v.Height-v.Lift)}
	p.draw = func(pg *page, x0, y0 float64) error {
		for _, other := range b.places {
			if other.Name == v.Name {
				return wrong(CodeBadStructure, "there are two places named %q", v.Name)
			}
		}
		top := max(0, y0-v.Lift) // lifted off the page, a signature could not be seen
		b.places = append(b.places, Place{v.Name, pg.number, rectPDF(x0+x, top, v.Width, v.Height)})
		if b.doc.ShowPlaces {
			pg.box(x0+x, top, v.Width, v.Height, 0.4)
			pg.mark(nil)
			pg.draw(label, x0+x+2, top+label.size)
		}
		return nil
	}
	return []*piece{p}, nil
}

// placeLabel is the name that is written into a place when places are shown.
func (b *builder) placeLabel(name string) (textLine, error) {
	l := textLine{size: 6, gray: true}
	if !b.doc.ShowPlaces {
		return l, nil
	}
	var err error
	l.glyphs, err = b.pen.glyphs(Text(name), sans)
	return l, err
}

func alignX(a Align, thing, width float64) float64 {
	switch a {
	case Center:
		return (width - thing) / 2
	case Right:
		return width - thing
	}
	return 0
}
