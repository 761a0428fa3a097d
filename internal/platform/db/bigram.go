package db

import (
	"strings"
	"unicode"
)

// Bigrams cuts a text into what the full-text index of either engine sees as words: each run of Han
// characters as overlapping pairs (a single one as itself), Latin words and numbers as they are, in
// lower case. Text and query are cut the same way, so that a query matches where all its parts occur.
func Bigrams(text string) string {
	var out []string
	var run []rune
	flush := func() {
		out = append(out, cut(run)...)
		run = run[:0]
	}
	for _, r := range strings.ToLower(text) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case len(run) > 0 && isHan(run[len(run)-1]) != isHan(r):
			flush()
		}
		run = append(run, r)
	}
	flush()
	return strings.Join(out, " ")
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func cut(run []rune) []string {
	if len(run) == 0 {
		return nil
	}
	if !isHan(run[0]) || len(run) == 1 {
		return []string{string(run)}
	}
	pairs := make([]string, 0, len(run)-1)
	for i := range len(run) - 1 {
		pairs = append(pairs, string(run[i:i+2]))
	}
	return pairs
}
