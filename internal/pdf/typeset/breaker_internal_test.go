package typeset

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// set makes glyphs as a Chinese font would: squares, and half squares for Latin and spaces.
func set(s string) []glyph {
	var gs []glyph
	for _, r := range s {
		g := glyph{r: r, class: classOf(r), width: 1}
		if g.class&(isWord|isSpace) != 0 {
			g.width = 0.5
		}
		if g.class&isNewline != 0 {
			g.width = 0
		}
		gs = append(gs, g)
	}
	return gs
}

func show(gs []glyph, rows []row) []string {
	var out []string
	for _, r := range rows {
		out = append(out, textOf(gs[r.from:r.to]))
	}
	return out
}

func TestBreakLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		width float64
		want  []string
	}{
		{"", 5, []string{""}},
		{"甲乙丙丁戊己", 3, []string{"甲乙丙", "丁戊己"}},
		{"甲乙丙，丁戊", 3, []string{"甲乙", "丙，丁", "戊"}},               // no line begins with a comma
		{"甲乙丙，丁戊", 3.5, []string{"甲乙丙，", "丁戊"}},                 // the empty half of a comma may hang
		{"甲乙（丙丁戊", 3, []string{"甲乙", "（丙丁", "戊"}},               // none ends with an opening bracket
		{"价格为1,234.56元整", 5, []string{"价格为", "1,234.56", "元整"}}, // numbers stay whole
		{"见 GB 17820 标准", 4, []string{"见 GB", "17820 标", "准"}},
		{"ABCDEFGH", 2, []string{"ABCD", "EFGH"}}, // wider than a line: cut by force
		{"甲乙", 0.2, []string{"甲", "乙"}},           // narrower than a character: one each
		{"甲\n\n乙", 5, []string{"甲", "", "乙"}},
		{"甲——乙", 3, []string{"甲——", "乙"}}, // a dash is not torn
	} {
		gs := set(c.text)
		got := show(gs, breakLines(gs, c.width, c.width))
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %v em: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// Whatever the text and the width: nothing is lost, no line is too wide unless it is one character, and a
// line begins or ends with a forbidden character only where no lawful break would have fitted.
func TestBreakLinesKeepsItsRules(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("甲乙丙丁国用气，。；：、！？）》」（《「“”—…AbcZ0123456789.,-%¥ \n"))
	rapid.Check(t, func(t *rapid.T) {
		gs := set(string(rapid.SliceOfN(letters, 0, 120).Draw(t, "text")))
		first := rapid.Float64Range(0.1, 20).Draw(t, "first")
		rest := rapid.Float64Range(0.1, 20).Draw(t, "rest")
		m := newMeasure(gs)
		rows := breakLines(gs, first, rest)
		at := 0
		for i, r := range rows {
			for ; at < r.from; at++ {
				if gs[at].class&(isSpace|isNewline) == 0 {
					t.Fatalf("line %d: %q was lost", i, gs[at].r)
				}
			}
			at = r.to
			room := rest
			if i == 0 {
				room = first
			}
			if r.to-r.from > 1 && m.width(r.from, r.to) > room {
				t.Fatalf("line %d %q is %v wide, has %v", i, textOf(gs[r.from:r.to]), m.width(r.from, r.to), room)
			}
			if r.to < len(gs) && r.to > r.from && !mayEndAt(gs, r.to) && lawfulFits(m, r.from, room) {
				t.Fatalf("line %d %q is broken unlawfully before %q", i, textOf(gs[r.from:r.to]), gs[r.to].r)
			}
		}
		for ; at < len(gs); at++ {
			if gs[at].class&(isSpace|isNewline) == 0 {
				t.Fatalf("%q was lost at the end", gs[at].r)
			}
		}
	})
}

// mayEndAt tells whether a line may end before glyph b, which may be a space that the break swallows.
func mayEndAt(gs []glyph, b int) bool {
	for b < len(gs) && gs[b].class&isSpace != 0 {
		b++
	}
	return b == len(gs) || gs[b].class&isNewline != 0 || mayBreak(gs[b-1].class, gs[b].class)
}

// lawfulFits tells whether any lawful end of the line that begins at a is within the room.
func lawfulFits(m measure, a int, room float64) bool {
	for b := a + 1; b <= len(m.glyphs); b++ {
		to := b
		for to > a && m.glyphs[to-1].class&isSpace != 0 {
			to--
		}
		if to > a && mayEndAt(m.glyphs, b) && m.width(a, to) <= room {
			return true
		}
	}
	return false
}
