package pairing

import (
	"math"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// samples is the number of points around a minutia at which its descriptor holds the ridge flow.
const samples = 10 + 14 + 18 + 22

// descriptor is the ridge flow on four circles around a minutia, in degrees from the minutia's own direction:
// it does not change when the print is turned or shifted (Tico, Kuosmanen 2003).
type descriptor [samples]uint8

func describe(m minutia.Minutia, field *minutia.Field) (d descriptor) {
	own := int(math.Round(float64(m.Angle) * 180 / math.Pi))
	k := 0
	for ring, count := range [...]int{10, 14, 18, 22} {
		radius := float64(24 + 20*ring)
		for n := range count {
			sin, cos := math.Sincos(float64(m.Angle) + 2*math.Pi*float64(n)/float64(count))
			flow := field.At(m.X+float32(radius*cos), m.Y+float32(radius*sin))
			if flow != minutia.NoFlow {
				flow = uint8(((int(flow)-own)%180 + 180) % 180)
			}
			d[k] = flow
			k++
		}
	}
	return d
}

// agreement is what two directions of a given difference in degrees add to the likeness: 1 when equal,
// negative when across.
var agreement = func() (table [180]float32) {
	for i := range table {
		d := float64(min(i, 180-i)) / 18
		table[i] = float32(1.5*math.Exp(-d*d/2) - 0.5)
	}
	return table
}()

// inner is the number of samples on the two inner circles; where these already disagree, the others are not
// looked at.
const inner = 10 + 14

// alike compares two descriptors: 1 for the same flow, below 0 for unlike; 0 where too few points are known.
func alike(a, b *descriptor) float32 {
	near, known := compareFlow(a[:inner], b[:inner])
	if near < 0 {
		return 0
	}
	far, more := compareFlow(a[inner:], b[inner:])
	if known += more; known < samples/4 {
		return 0
	}
	return (near + far) / float32(known)
}

// compareFlow adds up the agreement of the points known to both, and counts them.
func compareFlow(a, b []uint8) (sum float32, known int) {
	for i, u := range a {
		v := b[i]
		if u == minutia.NoFlow || v == minutia.NoFlow {
			continue
		}
		known++
		sum += agreement[max(u, v)-min(u, v)]
	}
	return sum, known
}
