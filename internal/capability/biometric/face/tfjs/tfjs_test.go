package tfjs_test

import (
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/tfjs"
)

func detector(tb testing.TB) *nn.Program {
	tb.Helper()
	graph, err := asset.Read(asset.FaceDetectorGraph)
	if err != nil {
		tb.Fatal(err)
	}
	weights, err := asset.Read(asset.FaceDetectorWeights)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := tfjs.Load(graph, weights, "Identity", "Identity_1", "Identity_2", "Identity_3")
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestLoadsTheDetector(t *testing.T) {
	t.Parallel()
	in, err := nn.NewTensor(1, 256, 256, 3)
	if err != nil {
		t.Fatal(err)
	}
	out, err := detector(t).Run(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{512, 384, 512 * 16, 384 * 16} {
		if len(out[i].Data) != want {
			t.Errorf("output %d has %d values, want %d", i, len(out[i].Data), want)
		}
	}
}

func BenchmarkDetector(b *testing.B) {
	p := detector(b)
	in, err := nn.NewTensor(1, 256, 256, 3)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.Run(in); err != nil {
			b.Fatal(err)
		}
	}
}
