package nn

// narrow multiplies in plain Go: weights of three output channels, by position in the patch.
type narrow [][][3]float32

func newNarrow(c *Conv, weights []float32) narrow {
	var n narrow
	for first := 0; first < c.out; first += 3 {
		panel := make([][3]float32, c.patch())
		for k := range panel {
			copy(panel[k][:], weights[k*c.out+first:min(k*c.out+first+3, (k+1)*c.out)])
		}
		n = append(n, panel)
	}
	return n
}

func (n narrow) product(c *Conv, a, y []float32, rows int) {
	k := c.patch()
	for p, panel := range n {
		first := 3 * p
		width := min(3, c.out-first)
		var bias [3]float32
		copy(bias[:], c.bias[first:])
		for r := 0; r < rows; r += 2 {
			second := min(r+1, rows-1) // an odd last row is computed twice
			v, u := dot2x3(a[r*k:r*k+k], a[second*k:second*k+k], panel, bias)
			if c.slope != nil {
				leak(v[:width], c.slope[first:first+width])
				leak(u[:width], c.slope[first:first+width])
			}
			copy(y[r*c.out+first:], v[:width])
			copy(y[second*c.out+first:], u[:width])
		}
	}
}

// dot2x3 multiplies two rows by three columns and adds the bias: the largest tile that amd64's registers hold. With two by four, the
// compiler keeps a sum in memory, and each product takes half as long again.
func dot2x3(a, b []float32, w [][3]float32, bias [3]float32) (v, u [3]float32) {
	v0, v1, v2 := bias[0], bias[1], bias[2]
	u0, u1, u2 := v0, v1, v2
	a, b = a[:len(w)], b[:len(w)]
	for k := range w {
		f := &w[k]
		x, y := a[k], b[k]
		v0 += x * f[0]
		u0 += y * f[0]
		v1 += x * f[1]
		u1 += y * f[1]
		v2 += x * f[2]
		u2 += y * f[2]
	}
	return [3]float32{v0, v1, v2}, [3]float32{u0, u1, u2}
}
