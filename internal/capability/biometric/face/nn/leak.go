package nn

import "math"

// leak is what an activation multiplies a value by: one for values from zero on, a slope for negative ones. It is looked
// up by the sign, because a processor cannot foresee the sign, and a branch taken wrongly costs more than a product.
type leak [2]float32

var noLeak = leak{1, 1}

func (l *leak) of(v float32) float32 { return v * l[math.Float32bits(v)>>31] }

// leaksOf makes one leak for each slope.
func leaksOf(slope []float32) []leak {
	l := make([]leak, len(slope))
	for i, s := range slope {
		l[i] = leak{1, s}
	}
	return l
}

// leakAll applies an activation to values of consecutive channels; a nil one changes nothing.
func leakAll(v []float32, leaks []leak) {
	if leaks == nil {
		return
	}
	leaks = leaks[:len(v)]
	for i, x := range v {
		v[i] = leaks[i].of(x)
	}
}

// leakRows applies an activation to a tensor whose last dimension is the channels, or one leak to all of it.
func leakRows(t *Tensor, leaks []leak) {
	if len(leaks) == 0 || len(t.Data)%len(leaks) != 0 {
		fail("%d slopes for shape %v", len(leaks), t.Shape)
	}
	if len(leaks) == 1 {
		l := leaks[0]
		for i, v := range t.Data {
			t.Data[i] = l.of(v)
		}
		return
	}
	for at := 0; at < len(t.Data); at += len(leaks) {
		leakAll(t.Data[at:at+len(leaks)], leaks)
	}
}
