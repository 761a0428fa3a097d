package ridge_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cinnabar/internal/capability/biometric/finger/ridge"
)

const side = 240

// grating draws parallel ridges in the direction angle, with noise.
func grating(angle, period, noise float64) []uint8 {
	rnd := rand.New(rand.NewPCG(1, 1))
	sin, cos := math.Sincos(angle)
	out := make([]uint8, side*side)
	for i := range out {
		across := -sin*float64(i%side) + cos*float64(i/side)
		v := 128 + 80*math.Cos(2*math.Pi*across/period) + noise*rnd.NormFloat64()
		out[i] = uint8(min(max(v, 0), 255))
	}
	return out
}

func TestMeasuresDirectionAndPeriodOfGratings(t *testing.T) {
	t.Parallel()
	bank := ridge.NewBank()
	for _, c := range []struct{ noise, degrees float64 }{{0, 2}, {40, 5}} {
		for _, period := range []float64{5, 7, 9, 12, 15} {
			for angle := 0.0; angle < math.Pi; angle += math.Pi / 7 {
				r := bank.Read(grating(angle, period, c.noise), side, side)
				name := fmt.Sprintf("period %.0f, angle %.2f, noise %.0f", period, angle, c.noise)
				if d := r.Direction(side/2, side/2) - angle; math.Abs(math.Sin(d))*180/math.Pi > c.degrees {
					t.Errorf("%s: direction is off by %.3f", name, d)
				}
				if p := r.Period(side/2, side/2); math.Abs(p/period-1) > 0.05 {
					t.Errorf("%s: period is %.2f", name, p)
				}
			}
		}
	}
}

// Gain and offset of the sensor must not matter.
func TestBrightnessAndContrastDoNotMatter(t *testing.T) {
	t.Parallel()
	bank := ridge.NewBank()
	clear := grating(0.6, 9, 10)
	faint := make([]uint8, len(clear))
	for i, v := range clear {
		faint[i] = 120 + v/3
	}
	a, b := bank.Read(clear, side, side), bank.Read(faint, side, side)
	differ := 0
	for i, v := range a.Enhanced.Pix {
		if (v < 0) != (b.Enhanced.Pix[i] < 0) {
			differ++
		}
	}
	if differ*100 > len(clear) {
		t.Errorf("%d of %d pixels changed between ridge and valley", differ, len(clear))
	}
}

func TestEmptyGroundIsNoPrint(t *testing.T) {
	t.Parallel()
	half := grating(1, 9, 5)
	for i := range half {
		if i%side >= side/2 {
			half[i] = 230
		}
	}
	r := ridge.NewBank().Read(half, side, side)
	if !r.Inside(side/4, side/2) || r.Inside(3*side/4, side/2) {
		t.Errorf("ridges inside: %v, empty ground inside: %v", r.Inside(side/4, side/2), r.Inside(3*side/4, side/2))
	}
}
