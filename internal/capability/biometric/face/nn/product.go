package nn

// narrow multiplies in plain Go: weights of four output channels, by position in the patch.
type narrow [][][4]float32

func newNarrow(c *Conv, weights []float32) narrow {
	var n narrow
	for first := 0; first < c.out; first += 4 {
		panel := make([][4]float32, c.patch())
		for k := range panel {
			copy(panel[k][:], weights[k*c.out+first:min(k*c.out+first+4, (k+1)*c.out)])
		}
		n = append(n, panel)
	}
	return n
}

func (n narrow) product(c *Conv, a, y []float32, rows int) {
	k := c.patch()
	for p, panel := range n {
		first := 4 * p
		width := min(4, c.out-first)
		for r := 0; r < rows; r += 2 {
			second := min(r+1, rows-1) // an odd last row is computed twice
			v, u := dot2x4(a[r*k:r*k+k], a[second*k:second*k+k], panel)
			c.finish(v[:width], first)
			c.finish(u[:width], first)
			copy(y[r*c.out+first:], v[:width])
			copy(y[second*c.out+first:], u[:width])
		}
	}
}

func (c *Conv) finish(v []float32, first int) {
	bias := c.bias[first : first+len(v)]
	for i := range v {
		v[i] += bias[i]
	}
	if c.slope == nil {
		return
	}
	slope := c.slope[first : first+len(v)]
	for i, x := range v {
		if x < 0 {
			v[i] = x * slope[i]
		}
	}
}

// dot2x4 multiplies two rows by four columns. Two by four is the largest tile whose eight sums stay
// in amd64's registers; three by four spills and is a quarter slower.
func dot2x4(a, b []float32, w [][4]float32) (v, u [4]float32) {
	var v0, v1, v2, v3, u0, u1, u2, u3 float32
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
		v3 += x * f[3]
		u3 += y * f[3]
	}
	return [4]float32{v0, v1, v2, v3}, [4]float32{u0, u1, u2, u3}
}
