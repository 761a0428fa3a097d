package cinnabar_test

import (
	"math"
	"testing"

	"cinnabar/internal/cinnabar"
)

func TestYuan(t *testing.T) {
	t.Parallel()
	for fen, want := range map[cinnabar.Fen]string{
		0: "0.00", 5: "0.05", -5: "-0.05", 123450: "1234.50", -100: "-1.00",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := fen.Yuan(); got != want {
			t.Errorf("%d fen are %s yuan, want %s", int64(fen), got, want)
		}
	}
}
