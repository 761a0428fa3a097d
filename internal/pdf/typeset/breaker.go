package typeset

// measure answers how wide a stretch of glyphs is, in constant time.
type measure struct {
	glyphs []glyph
	at     []float64 // at[i]: where glyph i begins, in em, were all on one line
}

func newMeasure(gs []glyph) measure {
	at := make([]float64, len(gs)+1)
	for i, g := range gs {
		at[i+1] = at[i] + float64(g.width)
		if i+1 < len(gs) {
			at[i+1] += spacing(g.class, gs[i+1].class)
		}
	}
	return measure{gs, at}
}

// width of the line from a up to, not including, b, in em. The empty half of punctuation at the line's
// edges is not counted, except at the beginning of the text, where it belongs to the indent.
func (m measure) width(a, b int) float64 {
	if b <= a {
		return 0
	}
	w := m.at[b-1] - m.at[a] + float64(m.glyphs[b-1].width)
	if m.glyphs[b-1].class&halfLeft != 0 {
		w -= 0.5
	}
	if m.trimsStart(a) {
		w -= 0.5
	}
	return w
}

func (m measure) trimsStart(a int) bool { return a > 0 && m.glyphs[a].class&halfRight != 0 }

// row is one line of glyphs [from, to) without its trailing spaces; end marks a line that is not justified.
type row struct {
	from, to int
	end      bool
}

// breakLines cuts glyphs into lines of at most first and then rest em. A stretch without a lawful break
// that is wider than a line is cut between characters, and a single character wider than the line stands
// alone: so it always ends, in time proportional to the text.
func breakLines(gs []glyph, first, rest float64) []row {
	m := newMeasure(gs)
	var rows []row
	for start := 0; start < len(gs); {
		room := rest
		if start == 0 {
			room = first
		}
		next := m.lineEnd(start, room)
		to, hard := next, gs[next-1].class&isNewline != 0
		for to > start && gs[to-1].class&(isSpace|isNewline) != 0 {
			to--
		}
		rows = append(rows, row{start, to, hard || next == len(gs)})
		start = next
	}
	if n := len(gs); n == 0 || gs[n-1].class&isNewline != 0 {
		rows = append(rows, row{n, n, true}) // an empty text and what follows a last line feed have a line
	}
	return rows
}

// lineEnd finds where the line that begins at start ends and the next begins.
func (m measure) lineEnd(start int, room float64) int {
	const slack = 1 // em: no more than this is ever trimmed off a line's edges
	best, text := 0, start
	for i := start; i < len(m.glyphs); i++ {
		c := m.glyphs[i].class
		if c&isNewline != 0 {
			if m.width(start, text) <= room {
				return i + 1
			}
			break
		}
		if c&isSpace == 0 {
			text = i + 1
			if m.at[i]-m.at[start] > room+slack {
				break
			}
		}
		if i+1 < len(m.glyphs) && !mayBreak(c, m.glyphs[i+1].class) {
			continue
		}
		if m.width(start, text) > room {
			break
		}
		best = i + 1
	}
	if best == 0 {
		best = m.forced(start, room)
	}
	return best
}

// forced cuts between characters: as many as fit, at least one.
func (m measure) forced(start int, room float64) int {
	i := start + 1
	for i < len(m.glyphs) && m.glyphs[i].class&isNewline == 0 && m.width(start, i+1) <= room {
		i++
	}
	return i
}
