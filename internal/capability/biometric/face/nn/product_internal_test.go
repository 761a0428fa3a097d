package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Both kernels give the same sums to rounding, for every shape, also where the last tile is not full.
func TestKernelsAgree(t *testing.T) {
	t.Parallel()
	if probe, err := NewConv(&Tensor{Shape: []int{1, 1, 1, 1}, Data: []float32{1}}, nil, Window{}); err != nil || newWide(probe, []float32{1}) == nil {
		t.Skip("this processor has no wide kernel: ", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		k, out, rows := rapid.IntRange(1, 40).Draw(t, "patch"), rapid.IntRange(1, 40).Draw(t, "channels"), rapid.IntRange(1, 70).Draw(t, "rows")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		fill := func(n int) []float32 {
			v := make([]float32, n)
			for i := range v {
				v[i] = random.Float32() - 0.5
			}
			return v
		}
		weights := fill(k * out)
		c, err := NewConv(&Tensor{Shape: []int{1, 1, k, out}, Data: weights}, fill(out), Window{})
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "activation") {
			c.slope = fill(out)
		}
		a, want, got := fill(rows*k), make([]float32, rows*out), make([]float32, rows*out)
		a[len(a)/2] = float32(rapid.SampledFrom([]float64{0.5, math.NaN(), math.Inf(1)}).Draw(t, "odd value"))
		newNarrow(c, weights).product(c, a, want, rows)
		newWide(c, weights).product(c, a, got, rows)
		for i := range want {
			x, y := float64(want[i]), float64(got[i])
			if math.IsNaN(x) != math.IsNaN(y) || math.IsInf(x, 0) != math.IsInf(y, 0) || math.Abs(x-y) > 1e-5 {
				t.Fatalf("value %d: %v, want %v", i, got[i], want[i])
			}
		}
	})
}
