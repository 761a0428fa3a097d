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
		var bias [3]float32
		copy(bias[:], c.bias[first:])
		leaks := [3]leak{noLeak, noLeak, noLeak}
		for i := range c.slope[min(first, len(c.slope)):min(first+3, len(c.slope))] {
			leaks[i][1] = c.slope[first+i]
		}
		for r := 0; r < rows; r += 2 {
			second := min(r+1, rows-1) // an odd last row is computed twice
			v0, v1, v2, u0, u1, u2 := dot2x3(a[r*k:r*k+k], a[second*k:second*k+k], panel, &bias)
			put(y[r*c.out+first:(r+1)*c.out], &leaks, v0, v1, v2)
			put(y[second*c.out+first:(second+1)*c.out], &leaks, u0, u1, u2)
		}
	}
}

// put writes as many of three values as the row has room for.
func put(row []float32, leaks *[3]leak, v0, v1, v2 float32) {
	if len(row) >= 3 {
		row[0], row[1], row[2] = leaks[0].of(v0), leaks[1].of(v1), leaks[2].of(v2)
		return
	}
	row[0] = leaks[0].of(v0)
	if len(row) == 2 {
		row[1] = leaks[1].of(v1)
	}
}

// dot2x3 multiplies two rows by three columns and adds the bias: the largest tile that amd64's registers hold. With two by four,
// three by three or one by eight, the compiler keeps a sum in memory, and each product takes half as long again.
func dot2x3(a, b []float32, w [][3]float32, bias *[3]float32) (v0, v1, v2, u0, u1, u2 float32) {
	v0, v1, v2 = bias[0], bias[1], bias[2]
	u0, u1, u2 = v0, v1, v2
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
	return v0, v1, v2, u0, u1, u2
}
