package cinnabar

import "fmt"

// Fen is an amount of money in hundredths of a yuan (分).
type Fen int64

// Yuan writes the amount in yuan with two decimals: 1234.50, -0.05.
func (f Fen) Yuan() string {
	sign, n := "", uint64(f) // of a negative amount the complement
	if f < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}
