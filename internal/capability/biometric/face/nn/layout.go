package nn

// Reshape gives the same values another shape. One entry may be -1: it follows from the others. A
// first entry that names another batch size than the run's is taken as the batch.
type Reshape struct{ Shape []int }

// Apply copies in[0].
func (r Reshape) Apply(m *Memory, in []*Tensor) *Tensor {
	x := in[0]
	shape := append([]int(nil), r.Shape...)
	rest, free := 1, -1
	for i, s := range shape {
		if s < 0 {
			free = i
			continue
		}
		rest *= s
	}
	if free < 0 && rest != len(x.Data) && len(shape) > 0 && shape[0] > 0 {
		rest, free = rest/shape[0], 0
	}
	if free >= 0 {
		if rest == 0 || len(x.Data)%rest != 0 {
			fail("%v does not become %v", x.Shape, r.Shape)
		}
		shape[free] = len(x.Data) / rest
	}
	y := m.New(shape...)
	if len(y.Data) != len(x.Data) {
		fail("%v does not become %v", x.Shape, r.Shape)
	}
	copy(y.Data, x.Data)
	return y
}

// Pad adds zeros before and after each of the four dimensions of an image.
type Pad struct{ Before, After [4]int }

// Apply pads in[0].
func (p Pad) Apply(m *Memory, in []*Tensor) *Tensor {
	x := in[0]
	n, h, w, c := x.image()
	y := m.New(n+p.Before[0]+p.After[0], h+p.Before[1]+p.After[1], w+p.Before[2]+p.After[2], c+p.Before[3]+p.After[3])
	clear(y.Data)
	_, oh, ow, oc := y.image()
	at := 0
	for i := range n {
		for r := range h {
			for s := range w {
				to := (((i+p.Before[0])*oh+r+p.Before[1])*ow+s+p.Before[2])*oc + p.Before[3]
				copy(y.Data[to:to+c], x.Data[at:at+c])
				at += c
			}
		}
	}
	return y
}

// MaxPool takes the largest value in each window.
type MaxPool struct {
	Height, Width int
	Window        Window
}

// Apply pools in[0].
func (p MaxPool) Apply(m *Memory, in []*Tensor) *Tensor {
	x := in[0]
	n, h, w, c := x.image()
	oh, top := p.Window.span(h, p.Height, p.Window.StrideY)
	ow, left := p.Window.span(w, p.Width, p.Window.StrideX)
	y := m.New(n, oh, ow, c)
	at := 0
	for i := range n {
		src := x.Data[i*h*w*c : (i+1)*h*w*c]
		for oy := range oh {
			for ox := range ow {
				p.pixel(y.Data[at:at+c], src, h, w, oy*p.Window.StrideY-top, ox*p.Window.StrideX-left)
				at += c
			}
		}
	}
	return y
}

func (p MaxPool) pixel(dst, src []float32, h, w, y0, x0 int) {
	first := true
	for iy := max(0, y0); iy < min(h, y0+p.Height); iy++ {
		for ix := max(0, x0); ix < min(w, x0+p.Width); ix++ {
			v := src[(iy*w+ix)*len(dst):][:len(dst)]
			if first {
				copy(dst, v)
				first = false
				continue
			}
			for c, u := range v {
				dst[c] = max(dst[c], u)
			}
		}
	}
}

// Identity copies its input under another name.
type Identity struct{}

// Apply copies in[0].
func (Identity) Apply(m *Memory, in []*Tensor) *Tensor {
	y := m.New(in[0].Shape...)
	copy(y.Data, in[0].Data)
	return y
}
