package tflite_test

import (
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/tflite"
)

// The embedder's file must load whole and give an embedding that depends on its input.
func TestLoadsTheEmbedder(t *testing.T) {
	t.Parallel()
	p := embedder(t)
	var last []float32
	for shade := range 2 {
		in, err := nn.NewTensor(1, 112, 112, 3)
		if err != nil {
			t.Fatal(err)
		}
		for i := range in.Data {
			in.Data[i] = float32((i*(7+shade))%23)/11 - 1
		}
		out, err := p.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		if len(out) != 1 || len(out[0].Data) != 192 {
			t.Fatalf("%d outputs, first of shape %v", len(out), out[0].Shape)
		}
		if last != nil && last[0] == out[0].Data[0] {
			t.Error("two inputs, one embedding")
		}
		last = out[0].Data
	}
}

func embedder(tb testing.TB) *nn.Program {
	tb.Helper()
	file, err := asset.Read(asset.FaceEmbedder)
	if err != nil {
		tb.Skip(err)
	}
	p, err := tflite.Load(file)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func BenchmarkEmbedder(b *testing.B) {
	p := embedder(b)
	in, err := nn.NewTensor(1, 112, 112, 3)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.Run(in); err != nil {
			b.Fatal(err)
		}
	}
}
