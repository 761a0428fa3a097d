package onnx

import (
	"errors"
	"fmt"
	"slices"

	"cinnabar/internal/capability/biometric/face/nn"
)

var errUnsupported = errors.New("not supported")

func (r *reader) add(n node) error {
	if len(n.in) == 0 || len(n.out) != 1 {
		return errDamaged
	}
	switch n.kind {
	case "Conv":
		return r.convolution(n)
	case "PRelu":
		slope, err := r.values(n, 1)
		if err != nil {
			return err
		}
		return r.append(n, nn.Leaky{Slope: slope.Data}, n.in[0])
	case "Add":
		if len(n.in) != 2 {
			return errDamaged
		}
		return r.append(n, nn.Add, n.in...)
	case "Reshape", "Flatten": // of one pixel into a vector, the only use that does not depend on the order of axes
		return r.append(n, flat{}, n.in[0])
	}
	return errUnsupported
}

func (r *reader) append(n node, op nn.Op, in ...nn.ID) error {
	r.graph.Nodes = append(r.graph.Nodes, nn.Node{Op: op, In: in, Out: n.out[0]})
	return nil
}

// values are the constants at one input.
func (r *reader) values(n node, at int) (*nn.Tensor, error) {
	if at >= len(n.in) {
		return nil, errDamaged
	}
	t := r.graph.Consts[n.in[at]]
	if t == nil || len(t.Data) == 0 {
		return nil, fmt.Errorf("input %d should hold float32 constants", at)
	}
	return t, nil
}

func (r *reader) convolution(n node) error {
	w, err := r.values(n, 1)
	if err != nil {
		return err
	}
	var bias []float32
	if len(n.in) > 2 {
		b, err := r.values(n, 2)
		if err != nil {
			return err
		}
		bias = b.Data
	}
	strides := n.attributes["strides"]
	if len(w.Shape) != 4 || len(strides) != 2 || slices.Max(append(n.attributes["dilations"], 1)) != 1 {
		return errUnsupported
	}
	in, err := r.padded(n)
	if err != nil {
		return err
	}
	op, err := weighted(w, bias, n.attributes["group"], nn.Window{StrideY: strides[0], StrideX: strides[1]})
	if err != nil {
		return err
	}
	return r.append(n, op, in)
}

// maxPad is more than any face network adds at an edge.
const maxPad = 64

// padded adds the zeros around the input of a convolution, where the file asks for some. It names them by
// itself: nn's own padding is TensorFlow's, which begins elsewhere when a stride is two.
func (r *reader) padded(n node) (nn.ID, error) {
	p := n.attributes["pads"]
	if len(p) == 0 || slices.Max(p) == 0 && slices.Min(p) == 0 {
		return n.in[0], nil
	}
	if len(p) != 4 || slices.Min(p) < 0 || slices.Max(p) > maxPad {
		return 0, errUnsupported
	}
	id := nn.ID(-1 - len(r.graph.Nodes)) // below the file's own numbers
	pad := nn.Pad{Before: [4]int{0, p[0], p[1], 0}, After: [4]int{0, p[2], p[3], 0}}
	r.graph.Nodes = append(r.graph.Nodes, nn.Node{Op: pad, In: n.in[:1], Out: id})
	return id, nil
}

// weighted makes a convolution of all channels (group 1) or of each by itself (as many groups as outputs).
func weighted(w *nn.Tensor, bias []float32, group []int, window nn.Window) (nn.Op, error) {
	groups := 1
	if len(group) == 1 {
		groups = group[0]
	}
	switch {
	case groups == 1:
		return nn.NewConv(channelsLast(w), bias, window)
	case groups == w.Shape[0] && w.Shape[1] == 1:
		t := channelsLast(w) // height, width, 1, channel
		t.Shape = []int{t.Shape[0], t.Shape[1], t.Shape[3]}
		return nn.NewDepthwise(t, bias, window)
	}
	return nil, errUnsupported
}

// channelsLast turns weights from output, input, height, width into height, width, input, output.
func channelsLast(w *nn.Tensor) *nn.Tensor {
	o, i, h, wd := w.Shape[0], w.Shape[1], w.Shape[2], w.Shape[3]
	t := &nn.Tensor{Shape: []int{h, wd, i, o}, Data: make([]float32, len(w.Data))}
	at := 0
	for a := range o {
		for b := range i {
			for p := range h * wd {
				t.Data[(p*i+b)*o+a] = w.Data[at]
				at++
			}
		}
	}
	return t
}

// flat makes vectors of images of one pixel.
type flat struct{}

// Apply fails for larger images, whose order of axes differs from the file's.
func (flat) Apply(m *nn.Memory, in []*nn.Tensor) *nn.Tensor {
	s := in[0].Shape
	if len(s) == 4 && s[1]*s[2] != 1 {
		panic(fmt.Sprintf("onnx: flattening of %v is not supported", s))
	}
	return nn.Reshape{Shape: []int{s[0], -1}}.Apply(m, in)
}
