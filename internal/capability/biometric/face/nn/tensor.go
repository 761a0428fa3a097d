// Package nn runs small convolutional networks on one core in plain Go: dense arrays in NHWC order,
// convolution as a blocked matrix product, depthwise convolution directly, and the handful of other
// operations that face networks need. It guarantees that a Run either returns values or an error,
// never a panic, however the shapes disagree; it does not guarantee bit-equal results with other
// runtimes, only equal to rounding.
package nn

import "fmt"

// Tensor is a dense array in row-major order; images are batch, height, width, channel.
type Tensor struct {
	Shape []int
	Data  []float32
}

// maxElements bounds one tensor (64 MB), far above what face networks use.
const maxElements = 16 << 20

// Elements is the number of entries of a shape; it fails on negative or absurd sizes.
func Elements(shape []int) (int, error) {
	n := 1
	for _, s := range shape {
		if s < 0 || (s > 0 && n > maxElements/s) {
			return 0, fmt.Errorf("nn: shape %v is too large", shape)
		}
		n *= s
	}
	return n, nil
}

// NewTensor makes a tensor of zeros.
func NewTensor(shape ...int) (*Tensor, error) {
	n, err := Elements(shape)
	if err != nil {
		return nil, err
	}
	return &Tensor{Shape: shape, Data: make([]float32, n)}, nil
}

// image reads the shape as batch, height, width, channels.
func (t *Tensor) image() (n, h, w, c int) {
	if len(t.Shape) != 4 {
		fail("an image has four dimensions, not %v", t.Shape)
	}
	return t.Shape[0], t.Shape[1], t.Shape[2], t.Shape[3]
}

// misfit is what an operation panics with when its inputs do not fit; Program.Run recovers it.
type misfit struct{ text string }

func fail(format string, args ...any) {
	panic(misfit{fmt.Sprintf(format, args...)})
}
