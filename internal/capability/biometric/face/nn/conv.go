package nn

import "fmt"

// Window is how a kernel moves over an image.
type Window struct {
	StrideY, StrideX int
	Same             bool // pad with zeros so that output = ceil(input / stride); otherwise no padding
}

// span gives the output length of one axis and the padding before it (TensorFlow's rule).
func (w Window) span(in, kernel, stride int) (out, before int) {
	if stride < 1 {
		fail("stride %d", stride)
	}
	if w.Same {
		out = (in + stride - 1) / stride
		return out, max((out-1)*stride+kernel-in, 0) / 2
	}
	if in < kernel {
		fail("a kernel of %d does not fit into %d", kernel, in)
	}
	return (in-kernel)/stride + 1, 0
}

// Conv is a convolution over all channels with bias and an optional activation.
type Conv struct {
	window     Window
	kh, kw, in int
	out        int
	kernel     kernel // the weights, packed for whoever multiplies them
	bias       []float32
	slope      []float32 // factor for negative results by output channel; nil: no activation
}

// kernel multiplies rows of a (one patch each) by a convolution's weights into rows of y, adds the bias and applies
// the activation.
type kernel interface {
	product(c *Conv, a, y []float32, rows int)
}

// NewConv packs weights given as height, width, input, output channel. bias may be nil.
func NewConv(weights *Tensor, bias []float32, window Window) (*Conv, error) {
	if len(weights.Shape) != 4 || len(weights.Data) == 0 {
		return nil, fmt.Errorf("nn: convolution weights of shape %v", weights.Shape)
	}
	s := weights.Shape
	c := &Conv{window: window, kh: s[0], kw: s[1], in: s[2], out: s[3]}
	if bias != nil && len(bias) != c.out {
		return nil, fmt.Errorf("nn: %d biases for %d channels", len(bias), c.out)
	}
	c.bias = make([]float32, c.out)
	copy(c.bias, bias)
	if c.kernel = newWide(c, weights.Data); c.kernel == nil {
		c.kernel = newNarrow(c, weights.Data)
	}
	return c, nil
}

func (c *Conv) patch() int { return c.kh * c.kw * c.in }

// blockRows is how many output pixels are computed together: their patches stay in the first cache.
const blockRows = 64

// Apply convolves in[0].
func (c *Conv) Apply(m *Memory, in []*Tensor) *Tensor {
	x := in[0]
	n, h, w, ch := x.image()
	if ch != c.in {
		fail("%d channels into a convolution of %d", ch, c.in)
	}
	oh, top := c.window.span(h, c.kh, c.window.StrideY)
	ow, left := c.window.span(w, c.kw, c.window.StrideX)
	y := m.New(n, oh, ow, c.out)
	rows := n * oh * ow
	patches := &Tensor{}
	direct := c.kh == 1 && c.kw == 1 && c.window.StrideY == 1 && c.window.StrideX == 1
	if !direct {
		patches = m.New(blockRows, c.patch())
		defer m.free(patches)
	}
	for first := 0; first < rows; first += blockRows {
		last := min(first+blockRows, rows)
		a := x.Data
		if direct {
			a = a[first*c.in : last*c.in]
		} else {
			c.gather(patches.Data, x, first, last, oh, ow, top, left)
			a = patches.Data[:(last-first)*c.patch()]
		}
		c.kernel.product(c, a, y.Data[first*c.out:last*c.out], last-first)
	}
	return y
}

// gather copies the patches of output pixels first..last into consecutive rows.
func (c *Conv) gather(dst []float32, x *Tensor, first, last, oh, ow, top, left int) {
	_, h, w, ch := x.image()
	line := c.kw * ch
	for p := first; p < last; p++ {
		image, oy, ox := p/(oh*ow), p/ow%oh, p%ow
		x0 := ox*c.window.StrideX - left
		from, to := max(0, -x0), min(c.kw, w-x0) // columns of the kernel inside the image
		for ky := range c.kh {
			row := dst[:line]
			dst = dst[line:]
			iy := oy*c.window.StrideY + ky - top
			if iy < 0 || iy >= h || from >= to {
				clear(row)
				continue
			}
			clear(row[:from*ch])
			clear(row[to*ch:])
			at := ((image*h+iy)*w + x0) * ch
			copy(row[from*ch:to*ch], x.Data[at+from*ch:at+to*ch])
		}
	}
}
