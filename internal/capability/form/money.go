package form

import (
	"strconv"
	"strings"

	"cinnabar/internal/cinnabar"
)

// Fen reads the text of a Money field exactly.
func Fen(s string) (cinnabar.Fen, bool) {
	if !moneyShape.MatchString(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.Replace(twoDecimals(s), ".", "", 1), 10, 64)
	return cinnabar.Fen(n), err == nil
}

// twoDecimals writes 12, 12.3 and 12.30 alike.
func twoDecimals(s string) string {
	whole, cents, _ := strings.Cut(s, ".")
	return whole + "." + (cents + "00")[:2]
}
