package typeset

// piece is the smallest thing that pagination moves: a line, a table row, a picture.
type piece struct {
	height float64
	before float64 // space above, lost at the top of a page
	keep   bool    // no page break between this and the next piece
	breaks bool    // a new page begins here
	header *piece  // drawn again above this piece when it begins a page

	// draw sets the piece with its upper left corner at x, y. Nil draws nothing.
	draw func(p *page, x, y float64) error
	// split cuts the piece so that head is at most room high; head is nil when it cannot. Nil: never cut.
	split func(room float64) (head, rest *piece)
}

// stackHeight is the height of pieces standing on each other.
func stackHeight(ps []*piece) float64 {
	h := 0.0
	for i, p := range ps {
		if i > 0 {
			h += p.before
		}
		h += p.height
	}
	return h
}

// drawStack draws pieces standing on each other.
func drawStack(ps []*piece, pg *page, x, y float64) error {
	for i, p := range ps {
		if i > 0 {
			y += p.before
		}
		if p.draw != nil {
			if err := p.draw(pg, x, y); err != nil {
				return err
			}
		}
		y += p.height
	}
	return nil
}

// splitStack cuts a stack so that head is at most room high.
func splitStack(ps []*piece, room float64) (head, rest []*piece) {
	h := 0.0
	for i, p := range ps {
		if i > 0 {
			h += p.before
		}
		if h+p.height <= room+0.01 {
			h += p.height
			continue
		}
		if p.split != nil {
			if a, b := p.split(room - h); a != nil {
				return append(ps[:i:i], a), append([]*piece{b}, ps[i+1:]...)
			}
		}
		return ps[:i:i], ps[i:]
	}
	return ps, nil
}

// keepTogether makes one piece of a stack, which is then never split.
func keepTogether(ps []*piece) *piece {
	one := &piece{height: stackHeight(ps)}
	if len(ps) > 0 {
		one.before = ps[0].before
	}
	one.draw = func(pg *page, x, y float64) error { return drawStack(ps, pg, x, y) }
	return one
}

// cursor fills pages from the top down.
type cursor struct {
	b   *builder
	pg  *page
	y   float64
	top bool // nothing stands on the page yet
}

// fill sets the pieces on pages.
func (b *builder) fill(pieces []*piece) error {
	c := &cursor{b: b}
	if err := c.newPage(nil); err != nil {
		return err
	}
	for i := 0; i < len(pieces); i++ {
		if err := c.put(pieces[i], followers(pieces[i:])); err != nil {
			return err
		}
	}
	return nil
}

// followers is the height of what must stand on the same page below the first piece.
func followers(ps []*piece) float64 {
	h := 0.0
	for i := 0; i+1 < len(ps) && ps[i].keep; i++ {
		h += ps[i+1].before + ps[i+1].height
		if h > textBottom {
			return 0 // more than a page cannot be kept together
		}
	}
	return h
}

func (c *cursor) put(p *piece, below float64) error {
	if p.breaks {
		if c.top {
			return nil
		}
		return c.newPage(nil)
	}
	for {
		before := p.before
		if c.top {
			before = 0
		}
		room := textBottom - c.y - before
		if p.height <= room+0.01 && (c.top || p.height+below <= room+0.01) {
			return c.set(p, before)
		}
		if head, rest := c.cut(p, room); head != nil {
			if err := c.set(head, before); err != nil {
				return err
			}
			rest.header = p.header
			p = rest // may go on upon the same page: a table is cut between rows first, then within one
			continue
		}
		if c.top {
			return wrong(CodeTooTall, "a part of the document is taller than a page and cannot be split")
		}
		if err := c.newPage(p.header); err != nil {
			return err
		}
	}
}

// leastRoom is how much of a page must be free for a tall piece to be begun on it.
const leastRoom = 90

func (c *cursor) cut(p *piece, room float64) (head, rest *piece) {
	if p.split == nil || p.height <= room || !c.top && room < leastRoom {
		return nil, nil
	}
	return p.split(room)
}

func (c *cursor) set(p *piece, before float64) error {
	c.y += before
	if p.draw != nil {
		if err := p.draw(c.pg, marginSide, c.y); err != nil {
			return err
		}
	}
	c.y += p.height
	c.top = c.top && p.draw == nil
	return nil
}

func (c *cursor) newPage(header *piece) error {
	if len(c.b.pages) >= c.b.doc.Limits.Pages {
		return wrong(CodeTooLong, "the document would have more than %d pages", c.b.doc.Limits.Pages)
	}
	c.pg = &page{number: len(c.b.pages) + 1}
	c.b.pages = append(c.b.pages, c.pg)
	c.y, c.top = marginTop, true
	if header == nil {
		return nil
	}
	c.pg.repeat = true
	err := header.draw(c.pg, marginSide, c.y)
	c.pg.unmark()
	c.pg.repeat = false
	c.y += header.height
	return err
}
