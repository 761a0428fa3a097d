package onnx_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/onnx"
)

// A channel that is read with weights of zero may be taken out: the result is that of weights next to zero, which are
// not. So also where something else reads the channels, which must then stay.
func TestChannelsThatNobodyReadsChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hidden := rapid.IntRange(1, 7).Draw(t, "channels")
		read := rapid.SliceOfN(rapid.Bool(), hidden, hidden).Draw(t, "read")
		elsewhere := rapid.SampledFrom([]string{"", "a", "b", "c", "all"}).Draw(t, "also read elsewhere")
		seed := rapid.Uint64().Draw(t, "seed")
		in := &nn.Tensor{Shape: []int{1, 3, 3, 2}, Data: numbers(rand.New(rand.NewPCG(seed, 1)), 18)}
		var results [2][]float32
		for i, nothing := range []float32{0, 1e-9} {
			p, err := onnx.Load(between(rand.New(rand.NewPCG(seed, 2)), read, nothing, elsewhere))
			if err != nil {
				t.Fatal(err)
			}
			out, err := p.Run(in)
			if err != nil {
				t.Fatal(err)
			}
			results[i] = out[0].Data
		}
		for i, v := range results[0] {
			if len(results[1]) != len(results[0]) || math.Abs(float64(v-results[1][i])) > 1e-5 {
				t.Fatalf("%v, and %v with all channels", results[0], results[1])
			}
		}
	})
}

// between is a network with channels between two convolutions, of which the second reads some with weights of nothing.
func between(r *rand.Rand, read []bool, nothing float32, elsewhere string) []byte {
	n := len(read)
	last := numbers(r, 3*n*4)
	for i := range last {
		if !read[i/4%n] {
			last[i] = nothing
		}
	}
	nodes := [][]byte{
		tensor("all", numbers(r, 2*n), n, 2, 1, 1), tensor("bias", numbers(r, n), n), tensor("slope", numbers(r, n), n, 1, 1),
		tensor("each", numbers(r, 4*n), n, 1, 2, 2), tensor("bias of each", numbers(r, n), n), tensor("last", last, 3, n, 2, 2),
		node("Conv", "a", []string{"x", "all", "bias"}, attribute("strides", 1, 1)),
		node("PRelu", "b", []string{"a", "slope"}),
		node("Conv", "c", []string{"b", "each", "bias of each"}, attribute("group", n), attribute("strides", 1, 1)),
		node("Conv", "d", []string{"c", "last"}, attribute("strides", 1, 1)),
	}
	sum := tensor("sum", numbers(r, 3*n), 3, n, 1, 1)
	switch elsewhere { // the sum's other half, of one pixel too
	case "":
		nodes = append(nodes, node("PRelu", "e", []string{"d", "slope of d"}))
	case "a", "b":
		nodes = append(nodes, sum, node("Conv", "f", []string{elsewhere, "sum"}, attribute("strides", 3, 3)), node("Add", "e", []string{"d", "f"}))
	case "c":
		nodes = append(nodes, sum, node("Conv", "f", []string{"c", "sum"}, attribute("strides", 2, 2)), node("Add", "e", []string{"d", "f"}))
	case "all": // weights that serve twice
		nodes = append(nodes, sum, node("Conv", "g", []string{"x", "all", "bias"}, attribute("strides", 1, 1)),
			node("Conv", "f", []string{"g", "sum"}, attribute("strides", 3, 3)), node("Add", "e", []string{"d", "f"}))
	}
	nodes = append(nodes, tensor("slope of d", numbers(r, 3), 3, 1, 1), node("Reshape", "y", []string{"e", "shape"}))
	return model(nodes...)
}

func numbers(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = r.Float32()*2 - 1
	}
	return v
}
