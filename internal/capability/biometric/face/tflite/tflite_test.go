package tflite_test

import (
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/tflite"
)

// points is where the landmark network's ten coordinates are.
const points = "onet/conv6-3/conv6-3"

// The landmark network's file must load whole and give numbers that depend on its input.
func TestLoadsTheLandmarkNetwork(t *testing.T) {
	t.Parallel()
	file, err := asset.Read(asset.FaceLandmarker)
	if err != nil {
		t.Fatal(err)
	}
	p, err := tflite.Load(file, points)
	if err != nil {
		t.Fatal(err)
	}
	var last []float32
	for shade := range 2 {
		in, err := nn.NewTensor(1, 48, 48, 3)
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
		if len(out) != 1 || len(out[0].Data) != 10 {
			t.Fatalf("%d outputs, first of shape %v", len(out), out[0].Shape)
		}
		if last != nil && last[0] == out[0].Data[0] {
			t.Error("two inputs, one answer")
		}
		last = out[0].Data
	}
}
