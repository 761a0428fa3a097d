package tflite

import (
	"fmt"

	"cinnabar/internal/capability/biometric/face/nn"
)

// Built-in operator codes of the schema.
const (
	opAdd            = 0
	opConv           = 3
	opFullyConnected = 9
	opMaxPool        = 17
	opMul            = 18
	opRelu           = 19
	opNeg            = 59
)

// unsupported stands for an operation that the built-in networks have no use for. It matters only if an output needs it.
type unsupported struct{ code int }

// Apply always fails; the executor reports it.
func (u unsupported) Apply(*nn.Memory, []*nn.Tensor) *nn.Tensor {
	panic(fmt.Sprintf("operation %d of the TensorFlow Lite schema is not supported", u.code))
}

func (r *reader) operator(code, options int, in []int, out nn.ID) error {
	ids := make([]nn.ID, 0, len(in))
	for _, i := range in {
		ids = append(ids, nn.ID(i))
	}
	first := ids[:1]
	switch code {
	case opConv, opFullyConnected:
		return r.weighted(code, options, ids, out)
	case opAdd, opMul:
		if len(ids) != 2 {
			return errDamaged
		}
		op := map[int]nn.Binary{opAdd: nn.Add, opMul: nn.Mul}[code]
		return r.add(op, r.f.byteOr(options, 0, 0), out, ids...)
	case opMaxPool:
		pool := nn.MaxPool{
			Height: r.f.intOr(options, 4, 1), Width: r.f.intOr(options, 3, 1), Window: r.window(options),
		}
		return r.add(pool, r.f.byteOr(options, 5, 0), out, first...)
	case opRelu:
		return r.add(nn.Leaky{Slope: []float32{0}}, 0, out, first...)
	case opNeg:
		return r.add(nn.Neg{}, 0, out, first...)
	}
	return r.add(unsupported{code}, 0, out, ids...)
}

// weighted adds a convolution or a dense layer (a convolution of one pixel).
func (r *reader) weighted(code, options int, in []nn.ID, out nn.ID) error {
	weights, err := r.needConst(in, 1)
	if err != nil {
		return err
	}
	var bias []float32
	if len(in) > 2 && in[2] >= 0 {
		b, err := r.needConst(in, 2)
		if err != nil {
			return err
		}
		bias = b.Data
	}
	s := weights.Shape
	switch {
	case code == opFullyConnected && len(s) == 2:
		return r.dense(weights, bias, r.f.byteOr(options, 0, 0), in[0], out)
	case code == opConv && len(s) == 4:
		op, err := nn.NewConv(outputLast(weights), bias, r.window(options))
		if err != nil {
			return err
		}
		return r.add(op, r.f.byteOr(options, 3, 0), out, in[0])
	}
	return errDamaged
}

// dense treats rows of values as images of one pixel.
func (r *reader) dense(weights *nn.Tensor, bias []float32, activation int, in, out nn.ID) error {
	o, k := weights.Shape[0], weights.Shape[1]
	pixel := &nn.Tensor{Shape: []int{o, 1, 1, k}, Data: weights.Data}
	op, err := nn.NewConv(outputLast(pixel), bias, nn.Window{StrideY: 1, StrideX: 1})
	if err != nil {
		return err
	}
	flat := nn.ID(r.tensorCount + len(r.graph.Nodes)) // beyond the file's own numbers
	if err := r.add(nn.Reshape{Shape: []int{-1, 1, 1, k}}, 0, flat, in); err != nil {
		return err
	}
	return r.add(op, activation, out, flat)
}

func (r *reader) needConst(in []nn.ID, at int) (*nn.Tensor, error) {
	if at >= len(in) {
		return nil, errDamaged
	}
	t, ok := r.graph.Consts[in[at]]
	if !ok {
		return nil, fmt.Errorf("tensor %d should hold float32 constants", in[at])
	}
	return t, nil
}

// window reads padding and strides, which stand first in the options of convolutions and pools.
func (r *reader) window(options int) nn.Window {
	return nn.Window{
		Same:    r.f.byteOr(options, 0, 0) == 0,
		StrideX: r.f.intOr(options, 1, 1),
		StrideY: r.f.intOr(options, 2, 1),
	}
}

// outputLast turns weights from output, height, width, input into height, width, input, output.
func outputLast(w *nn.Tensor) *nn.Tensor {
	out := w.Shape[0]
	t := &nn.Tensor{Shape: []int{w.Shape[1], w.Shape[2], w.Shape[3], out}, Data: make([]float32, len(w.Data))}
	if out == 0 {
		return t
	}
	patch := len(w.Data) / out
	for o := range out {
		for k := range patch {
			t.Data[k*out+o] = w.Data[o*patch+k]
		}
	}
	return t
}
