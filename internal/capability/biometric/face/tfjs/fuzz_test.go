package tfjs_test

import (
	"testing"

	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/tfjs"
)

// tiny is a whole model: relu(x * 2 + 1) for one channel.
const tiny = `{"modelTopology":{"node":[
 {"name":"x","op":"Placeholder"},{"name":"w","op":"Const"},{"name":"b","op":"Const"},
 {"name":"y","op":"_FusedConv2D","input":["x","w","b"],"attr":{"padding":{"s":"U0FNRQ=="},
  "strides":{"list":{"i":["1","1","1","1"]}},"fused_ops":{"list":{"s":["Qmlhc0FkZA==","UmVsdQ=="]}}}}]},
 "weightsManifest":[{"weights":[{"name":"w","shape":[1,1,1,1],"dtype":"float32"},{"name":"b","shape":[1],"dtype":"float32"}]}]}`

var tinyWeights = []byte{0, 0, 0, 0x40, 0, 0, 0x80, 0x3f}

func TestRunsAModel(t *testing.T) {
	t.Parallel()
	p, err := tfjs.Load([]byte(tiny), tinyWeights, "y")
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Run(&nn.Tensor{Shape: []int{1, 1, 2, 1}, Data: []float32{3, -4}})
	if err != nil || out[0].Data[0] != 7 || out[0].Data[1] != 0 {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := tfjs.Load([]byte(tiny), tinyWeights[:4], "y"); err == nil {
		t.Error("missing weights were accepted")
	}
	if _, err := tfjs.Load([]byte(tiny), tinyWeights, "z"); err == nil {
		t.Error("an unknown output was accepted")
	}
}

// No bytes may make the reader or a run panic or hang.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(tiny), tinyWeights)
	f.Add([]byte(`{}`), []byte{})
	f.Fuzz(func(t *testing.T, graph, weights []byte) {
		p, err := tfjs.Load(graph, weights, "y")
		if err != nil {
			return
		}
		_, _ = p.Run(&nn.Tensor{Shape: []int{1, 1, 2, 1}, Data: []float32{3, -4}}) // must return
	})
}
