package nn

import "golang.org/x/sys/cpu"

// wide multiplies eight rows by eight output channels at once, by AVX2 and FMA. The last panel is filled up with
// zeros.
type wide [][][8]float32

// tile8x8 computes y[r][c] = leak(bias[c] + sum over i of a[r][i]*w[i][c]) for eight rows and eight columns. stride
// and step are the bytes from one row of a and y to the next; k is at least one; a nil slope is no activation. It
// reads eight rows of k numbers at a and writes eight rows of eight numbers at y.
//
//go:noescape
func tile8x8(a *float32, stride uintptr, w *[8]float32, k int, bias, slope *[8]float32, y *float32, step uintptr)

// newWide packs the weights; nil where this processor cannot multiply so.
func newWide(c *Conv, weights []float32) kernel {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA || c.patch() == 0 {
		return nil
	}
	var n wide
	for first := 0; first < c.out; first += 8 {
		panel := make([][8]float32, c.patch())
		for k := range panel {
			copy(panel[k][:], weights[k*c.out+first:min(k*c.out+first+8, (k+1)*c.out)])
		}
		n = append(n, panel)
	}
	return n
}

const floatBytes = 4

func (n wide) product(c *Conv, a, y []float32, rows int) {
	k := c.patch()
	if rows < 8 { // too few for a tile: rows of zeros fill it up
		filled := make([]float32, 8*k)
		copy(filled, a[:rows*k])
		out := make([]float32, 8*c.out)
		n.product(c, filled, out, 8)
		copy(y[:rows*c.out], out)
		return
	}
	a, y = a[:rows*k], y[:rows*c.out]
	var bias, slope, none [8]float32
	for p, panel := range n {
		first := 8 * p
		width := min(8, c.out-first)
		bias = none
		copy(bias[:], c.bias[first:])
		leaks := (*[8]float32)(nil)
		if c.slope != nil {
			slope = none
			copy(slope[:], c.slope[first:])
			leaks = &slope
		}
		for r := 0; r < rows; r += 8 {
			r := min(r, rows-8) // the last rows may be computed twice
			if width == 8 {
				tile8x8(&a[r*k], uintptr(k)*floatBytes, &panel[0], k, &bias, leaks, &y[r*c.out+first], uintptr(c.out)*floatBytes)
				continue
			}
			var part [8][8]float32
			tile8x8(&a[r*k], uintptr(k)*floatBytes, &panel[0], k, &bias, leaks, &part[0][0], 8*floatBytes)
			for i := range part {
				copy(y[(r+i)*c.out+first:], part[i][:width])
			}
		}
	}
}
