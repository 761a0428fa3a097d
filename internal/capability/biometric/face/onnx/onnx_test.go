package onnx_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face/nn"
	"cinnabar/internal/capability/biometric/face/onnx"
)

// part is a field of a message that is itself bytes.
func part(number int, content ...[]byte) []byte {
	b := slices.Concat(content...)
	return append(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(number<<3|2)), uint64(len(b))), b...)
}

func number(number, value int) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(number<<3)), uint64(value))
}

func text(number int, s string) []byte { return part(number, []byte(s)) }

func tensor(name string, values []float32, dims ...int) []byte {
	var shape, raw []byte
	for _, d := range dims {
		shape = append(shape, number(1, d)...)
	}
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return part(5, shape, number(2, 1), text(8, name), part(9, raw))
}

func node(kind, out string, in []string, attributes ...[]byte) []byte {
	var inputs []byte
	for _, name := range in {
		inputs = append(inputs, text(1, name)...)
	}
	return part(1, inputs, text(2, out), text(4, kind), slices.Concat(attributes...))
}

func attribute(name string, values ...int) []byte {
	var list []byte
	for _, v := range values {
		list = append(list, number(8, v)...)
	}
	return part(5, text(1, name), list)
}

func model(nodes ...[]byte) []byte {
	return part(7, slices.Concat(nodes...), part(11, text(1, "x")), part(12, text(1, "y")))
}

// small is a network of all operations: two channels of 3 x 3 become one number.
func small() []byte {
	ones := slices.Repeat([]float32{1}, 18)
	return model(
		tensor("each", ones, 2, 1, 3, 3), tensor("all", []float32{1, 10}, 1, 2, 1, 1), tensor("bias", []float32{-400}, 1),
		tensor("slope", []float32{0.5}, 1, 1, 1), tensor("last", slices.Repeat([]float32{1}, 4), 1, 1, 2, 2),
		node("Conv", "a", []string{"x", "each"}, attribute("group", 2), attribute("strides", 2, 2),
			attribute("pads", 1, 1, 1, 1), attribute("dilations", 1, 1)),
		node("Conv", "b", []string{"a", "all", "bias"}, attribute("strides", 1, 1)),
		node("PRelu", "c", []string{"b", "slope"}),
		node("Add", "d", []string{"c", "c"}),
		node("Conv", "e", []string{"d", "last"}, attribute("strides", 1, 1), attribute("pads", 0, 0, 0, 0)),
		node("Reshape", "y", []string{"e", "shape"}),
	)
}

func TestEveryOperation(t *testing.T) {
	t.Parallel()
	p, err := onnx.Load(small())
	if err != nil {
		t.Fatal(err)
	}
	// Channel 0 is 1…9, channel 1 ten times that, interleaved.
	in := &nn.Tensor{Shape: []int{1, 3, 3, 2}}
	for i := range 9 {
		in.Data = append(in.Data, float32(i+1), float32(10*(i+1)))
	}
	out, err := p.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	// Sums of the corners with one row and column of zeros around: 12, 16, 24, 28 of channel 0, 101 times that with
	// channel 1; less 400; no sum is negative; doubled; added up.
	want := float32(2 * (101*(12+16+24+28) - 4*400))
	if len(out) != 1 || len(out[0].Shape) != 2 || out[0].Data[0] != want {
		t.Errorf("got %+v, want %v", out[0], want)
	}
	for i := range in.Data {
		in.Data[i] = -in.Data[i]
	}
	if out, err = p.Run(in); err != nil || out[0].Data[0] != -(101*(12+16+24+28)+4*400) {
		t.Errorf("negative sums: %+v (%v)", out, err)
	}
}

func TestForeignFilesAreErrors(t *testing.T) {
	t.Parallel()
	weights := tensor("w", []float32{1}, 1, 1, 1, 1)
	for name, file := range map[string][]byte{
		"nothing":            {},
		"text":               []byte("not a model"),
		"no nodes":           model(),
		"unknown operation":  model(node("Softmax", "y", []string{"x"})),
		"weights missing":    model(node("Conv", "y", []string{"x", "w"}, attribute("strides", 1, 1))),
		"no strides":         model(weights, node("Conv", "y", []string{"x", "w"})),
		"dilated":            model(weights, node("Conv", "y", []string{"x", "w"}, attribute("strides", 1, 1), attribute("dilations", 2, 2))),
		"in three groups":    model(weights, node("Conv", "y", []string{"x", "w"}, attribute("strides", 1, 1), attribute("group", 3))),
		"three paddings":     model(weights, node("Conv", "y", []string{"x", "w"}, attribute("strides", 1, 1), attribute("pads", 1, 1, 1))),
		"huge padding":       model(weights, node("Conv", "y", []string{"x", "w"}, attribute("strides", 1, 1), attribute("pads", 1, 1, 1, 1<<30))),
		"too few weights":    model(tensor("w", []float32{1}, 2, 1, 1, 1), node("Conv", "y", []string{"x", "w"}, attribute("strides", 1, 1))),
		"sum of one":         model(node("Add", "y", []string{"x"})),
		"a cycle":            model(node("Add", "y", []string{"x", "y"})),
		"negative dimension": model(tensor("w", nil, -1, 1, 1, 1), node("Conv", "y", []string{"x", "w"}, attribute("strides", 1, 1))),
	} {
		if p, err := onnx.Load(file); err == nil {
			t.Errorf("%s: %v is a program", name, p)
		}
	}
	larger, err := onnx.Load(model(node("Flatten", "y", []string{"x"})))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := larger.Run(&nn.Tensor{Shape: []int{1, 2, 2, 1}, Data: make([]float32, 4)}); err == nil {
		t.Error("flattened an image, whose order of axes is not the file's")
	}
}

// No bytes may make the reader or the executor panic or hang; most are an error.
func FuzzLoad(f *testing.F) {
	f.Add(small())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := onnx.Load(file)
		if err != nil {
			return
		}
		_, _ = p.Run(&nn.Tensor{Shape: []int{1, 3, 3, 2}, Data: make([]float32, 18)}) // must return
	})
}

func TestDamagedFilesAreNoPanic(t *testing.T) {
	t.Parallel()
	file := small()
	for at := range file {
		damaged := slices.Clone(file)
		damaged[at] ^= 0xff
		if p, err := onnx.Load(damaged); err == nil {
			_, _ = p.Run(&nn.Tensor{Shape: []int{1, 3, 3, 2}, Data: make([]float32, 18)}) // must return
		}
	}
}

// BenchmarkEmbedder runs the embedded network on one view of a face.
func BenchmarkEmbedder(b *testing.B) {
	file, err := asset.Read(asset.FaceEmbedder)
	if err != nil {
		b.Fatal(err)
	}
	p, err := onnx.Load(file)
	if err != nil {
		b.Fatal(err)
	}
	in := &nn.Tensor{Shape: []int{1, 112, 112, 3}, Data: make([]float32, 3*112*112)}
	for i := range in.Data {
		in.Data[i] = float32(i%23)/11 - 1
	}
	for b.Loop() {
		if _, err := p.Run(in); err != nil {
			b.Fatal(err)
		}
	}
}
