package nn

import "fmt"

// Depthwise is a convolution of each channel by itself, with bias and an optional activation.
type Depthwise struct {
	window  Window
	kh, kw  int
	ch      int
	weights []float32 // height, width, channel
	bias    []float32
	slope   []float32
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
			for ox := range ow {
				dst := y.Data[at : at+ch]
				d.pixel(dst, src, h, w, oy*d.window.StrideY-top, ox*d.window.StrideX-left)
				at += ch
			}
		}
	}
	return y
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
	leak(dst, d.slope)
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

// leak multiplies negative values by their channel's slope; a nil slope changes nothing.
func leak(v, slope []float32) {
	if slope == nil {
		return
	}
	slope = slope[:len(v)]
	for i, x := range v {
		if x < 0 {
			v[i] = x * slope[i]
		}
	}
}
