package nn

import "fmt"

// Depthwise is a convolution of each channel by itself, with bias and an optional activation.
type Depthwise struct {
	window  Window
	kh, kw  int
	ch      int
	weights []float32 // height, width, channel
	bias    []float32
	leaks   []leak // nil: no activation
}

// NewDepthwise takes weights as height, width, channel (a further dimension of one is allowed). bias
// may be nil.
func NewDepthwise(weights *Tensor, bias []float32, window Window) (*Depthwise, error) {
	s := weights.Shape
	if len(s) < 3 || len(s) > 4 || (len(s) == 4 && s[3] != 1) {
		return nil, fmt.Errorf("nn: depthwise weights of shape %v", s)
	}
	if bias == nil {
		bias = make([]float32, s[2])
	}
	if len(bias) != s[2] {
		return nil, fmt.Errorf("nn: %d biases for %d channels", len(bias), s[2])
	}
	return &Depthwise{window: window, kh: s[0], kw: s[1], ch: s[2], weights: weights.Data, bias: bias}, nil
}

// Apply convolves in[0].
func (d *Depthwise) Apply(m *Memory, in []*Tensor) *Tensor {
	x := in[0]
	n, h, w, ch := x.image()
	if ch != d.ch {
		fail("%d channels into a depthwise convolution of %d", ch, d.ch)
	}
	oh, top := d.window.span(h, d.kh, d.window.StrideY)
	ow, left := d.window.span(w, d.kw, d.window.StrideX)
	y := m.New(n, oh, ow, ch)
	at := 0
	for image := range n {
		src := x.Data[image*h*w*ch : (image+1)*h*w*ch]
		for oy := range oh {
			d.row(y.Data[at:at+ow*ch], src, h, w, oy*d.window.StrideY-top, left)
			at += ow * ch
		}
	}
	return y
}

// row computes a row of output pixels whose kernels begin at line y0: in pairs, where two neighbours share what they read.
func (d *Depthwise) row(dst, src []float32, h, w, y0, left int) {
	for x0 := -left; len(dst) > 0; x0 += d.window.StrideX {
		if d.kw == 3 && d.window.StrideX == 1 && x0 >= 0 && x0+3 < w && len(dst) >= 2*d.ch {
			d.pair(dst[:2*d.ch], src, h, w, y0, x0)
			dst = dst[2*d.ch:]
			x0++
			continue
		}
		d.pixel(dst[:d.ch], src, h, w, y0, x0)
		dst = dst[d.ch:]
	}
}

// pair computes two neighbouring pixels of a kernel three wide whose columns lie inside the image.
func (d *Depthwise) pair(dst, src []float32, h, w, y0, x0 int) {
	p, q := dst[:d.ch], dst[d.ch:]
	copy(p, d.bias)
	copy(q, d.bias)
	for ky := max(0, -y0); ky < min(d.kh, h-y0); ky++ {
		madd2x3(p, q, src[((y0+ky)*w+x0)*d.ch:], d.weights[ky*3*d.ch:])
	}
	leakAll(p, d.leaks)
	leakAll(q, d.leaks)
}

// pixel computes one output pixel whose kernel begins at y0, x0 (which may lie outside).
func (d *Depthwise) pixel(dst, src []float32, h, w, y0, x0 int) {
	copy(dst, d.bias)
	from, to := max(0, -x0), min(d.kw, w-x0)
	for ky := max(0, -y0); ky < min(d.kh, h-y0); ky++ {
		x := src[((y0+ky)*w+x0+from)*d.ch:]
		k := d.weights[(ky*d.kw+from)*d.ch:]
		if to-from == 3 {
			madd3(dst, x, k)
			continue
		}
		for range to - from {
			madd(dst, x, k)
			x, k = x[d.ch:], k[d.ch:]
		}
	}
	leakAll(dst, d.leaks)
}

// madd adds x*k to dst, channel by channel.
func madd(dst, x, k []float32) {
	x, k = x[:len(dst)], k[:len(dst)]
	for c := range dst {
		dst[c] += x[c] * k[c]
	}
}

// madd3 adds three neighbouring pixels at once, which saves two of three passes over dst.
func madd3(dst, x, k []float32) {
	n := len(dst)
	x0, x1, x2 := x[:n], x[n:][:n], x[2*n:][:n]
	k0, k1, k2 := k[:n], k[n:][:n], k[2*n:][:n]
	for c := range dst {
		dst[c] += x0[c]*k0[c] + x1[c]*k1[c] + x2[c]*k2[c]
	}
}

// madd2x3 does so for two neighbours that share two of their pixels.
func madd2x3(p, q, x, k []float32) {
	n := len(p)
	q = q[:n]
	x0, x1, x2, x3 := x[:n], x[n:][:n], x[2*n:][:n], x[3*n:][:n]
	k0, k1, k2 := k[:n], k[n:][:n], k[2*n:][:n]
	for c := range p {
		a, b, u, v, w := x1[c], x2[c], k0[c], k1[c], k2[c]
		p[c] += x0[c]*u + a*v + b*w
		q[c] += a*u + b*v + x3[c]*w
	}
}
