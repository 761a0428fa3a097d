package nn

import "math"

// Leaky multiplies negative values by a slope for each channel: PReLU, or ReLU with slope zero.
type Leaky struct {
	Slope []float32 // one for each channel (the last dimension), or a single one for all
}

// Apply is max(x,0) + slope*min(x,0).
func (l Leaky) Apply(m *Memory, in []*Tensor) *Tensor {
	y := Identity{}.Apply(m, in)
	leakRows(y, leaksOf(l.Slope))
	return y
}

// Neg changes the sign, with which network files spell out PReLU.
type Neg struct{}

// Apply is -x.
func (Neg) Apply(m *Memory, in []*Tensor) *Tensor {
	y := m.New(in[0].Shape...)
	for i, v := range in[0].Data {
		y.Data[i] = -v
	}
	return y
}

// Binary is a function of two values.
type Binary int

// The binary functions.
const (
	Add Binary = iota
	Mul
)

// Apply combines two tensors of one shape, or a tensor and a vector along its last dimensions.
func (b Binary) Apply(m *Memory, in []*Tensor) *Tensor {
	p, q := in[0], in[1]
	if len(q.Data) > len(p.Data) {
		p, q = q, p
	}
	step := len(q.Data)
	if step == 0 || len(p.Data)%step != 0 {
		fail("shapes %v and %v do not combine", p.Shape, q.Shape)
	}
	y := m.New(p.Shape...)
	for at := 0; at < len(p.Data); at += step {
		b.combine(y.Data[at:at+step], p.Data[at:at+step], q.Data)
	}
	return y
}

func (b Binary) combine(y, p, q []float32) {
	p, q = p[:len(y)], q[:len(y)]
	if b == Mul {
		for i := range y {
			y[i] = p[i] * q[i]
		}
		return
	}
	for i := range y {
		y[i] = p[i] + q[i]
	}
}

// sum is Add followed by Leaky, which is how residual blocks end.
type sum struct{ leaks []leak }

// Apply adds two tensors of one shape and applies the activation, in one pass where it is the same for all channels.
func (s sum) Apply(m *Memory, in []*Tensor) *Tensor {
	p, q := in[0], in[1]
	if len(s.leaks) != 1 || len(p.Data) != len(q.Data) {
		y := Add.Apply(m, in)
		leakRows(y, s.leaks)
		return y
	}
	y := m.New(p.Shape...)
	l, a, b := s.leaks[0], p.Data[:len(y.Data)], q.Data[:len(y.Data)]
	for i := range y.Data {
		y.Data[i] = l.of(a[i] + b[i])
	}
	return y
}

// Sigmoid maps every value into 0…1.
type Sigmoid struct{}

// Apply is 1/(1+e^-x).
func (Sigmoid) Apply(m *Memory, in []*Tensor) *Tensor {
	y := m.New(in[0].Shape...)
	for i, v := range in[0].Data {
		y.Data[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
	return y
}
