package typeset

import (
	"strings"
	"unicode"
)

// Characters that must not begin or end a line (避头尾; GB/T 15834-2011 5.1, W3C clreq 3.1.3).
const (
	noStart = "，。；：、！？）》」』】〕〉”’％‰℃·…—～〜,.;:!?)]}%°′″々〞﹚］｝．"
	noEnd   = "（《「『【〔〈“‘￥¥＄$№([{#〝［｛￡"
)

// Full-width punctuation whose glyph fills only one half of its square.
const (
	inkLeft  = "，。；：、）》」』】〕〉］｝．"
	inkRight = "（《「『【〔〈［｛"
)

// class is what a rune is to the line breaker; flags can be combined.
type class uint8

const (
	isWord    class = 1 << iota // Latin letters, digits and what stands within words
	isSpace                     // a gap that may vanish at a line's end
	notFirst                    // must not begin a line
	notLast                     // must not end a line
	halfLeft                    // ink in the left half
	halfRight                   // ink in the right half
	isNewline
)

func classOf(r rune) class {
	switch {
	case r == '\n':
		return isNewline
	case r == ' ':
		return isSpace
	}
	var c class
	if r < 0x2000 || unicode.Is(unicode.Latin, r) && r < 0xFF00 {
		c |= isWord
	}
	if strings.ContainsRune(noStart, r) {
		c |= notFirst
	}
	if strings.ContainsRune(noEnd, r) {
		c |= notLast
	}
	if strings.ContainsRune(inkLeft, r) {
		c |= halfLeft
	}
	if strings.ContainsRune(inkRight, r) {
		c |= halfRight
	}
	return c
}

// mayBreak tells whether a line may end after a and the next begin with b.
func mayBreak(a, b class) bool {
	switch {
	case b&(isSpace|isNewline) != 0: // these stay with what is before them
		return false
	case a&isNewline != 0:
		return true
	case b&notFirst != 0 || a&notLast != 0:
		return false
	case a&isSpace != 0:
		return true
	}
	return a&isWord == 0 || b&isWord == 0
}

// spacing is the correction between two neighbours, in em: half squares that face each other are closed
// up (标点挤压), and Chinese beside Latin gets a little air.
func spacing(a, b class) float64 {
	switch {
	case a&halfLeft != 0 && b&(halfLeft|halfRight) != 0, a&halfRight != 0 && b&halfRight != 0:
		return -0.5
	case (a|b)&(isSpace|isNewline|halfLeft|halfRight|notFirst|notLast) != 0:
		return 0
	case a&isWord != b&isWord:
		return 0.07
	}
	return 0
}

// maxGap is the widest gap between characters, in em, that PDF readers do not take for a space when text
// is copied or searched: poppler and pdf.js draw the line at 0.1.
const maxGap = 0.09

// stretch is how much a justified line may be widened between a and b, in em.
func stretch(a, b class) float64 {
	switch {
	case a&isSpace != 0:
		return 0.3
	case b&isSpace != 0, a&isWord != 0 && b&isWord != 0:
		return 0
	}
	return maxGap - max(0, spacing(a, b))
}
