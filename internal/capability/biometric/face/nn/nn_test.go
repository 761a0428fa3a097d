package nn_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/biometric/face/nn"
)

func random(r *rand.Rand, shape ...int) *nn.Tensor {
	t, err := nn.NewTensor(shape...)
	if err != nil {
		panic(err)
	}
	for i := range t.Data {
		t.Data[i] = r.Float32()*2 - 1
	}
	return t
}

// single runs one operation.
func single(t rapid.TB, op nn.Op, in *nn.Tensor) *nn.Tensor {
	t.Helper()
	p, err := nn.Compile(nn.Graph{Nodes: []nn.Node{{Op: op, In: []nn.ID{0}, Out: 1}}, Input: 0, Outputs: []nn.ID{1}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// plainConv is the definition of a convolution, channel by channel; depthwise where w has one input.
func plainConv(x, w *nn.Tensor, bias []float32, win nn.Window, depthwise bool, oh, ow, top, left int) []float32 {
	h, wd, c := x.Shape[1], x.Shape[2], x.Shape[3]
	kh, kw := w.Shape[0], w.Shape[1]
	oc := len(bias)
	var y []float32
	for n := range x.Shape[0] {
		for i := range oh * ow * oc {
			oy, ox, o := i/oc/ow, i/oc%ow, i%oc
			sum := float64(bias[o])
			for ky := range kh {
				for kx := range kw {
					iy, ix := oy*win.StrideY+ky-top, ox*win.StrideX+kx-left
					if iy < 0 || ix < 0 || iy >= h || ix >= wd {
						continue
					}
					at := ((n*h+iy)*wd + ix) * c
					if depthwise {
						sum += float64(x.Data[at+o]) * float64(w.Data[(ky*kw+kx)*c+o])
						continue
					}
					for k := range c {
						sum += float64(x.Data[at+k]) * float64(w.Data[((ky*kw+kx)*c+k)*oc+o])
					}
				}
			}
			y = append(y, float32(sum))
		}
	}
	return y
}

// TensorFlow's rule for output size and padding.
func span(in, kernel, stride int, same bool) (out, before int) {
	if !same {
		return (in-kernel)/stride + 1, 0
	}
	out = int(math.Ceil(float64(in) / float64(stride)))
	return out, max((out-1)*stride+kernel-in, 0) / 2
}

func TestConvolutionsEqualTheirDefinition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		small := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
		kh, kw := small("kh", 1, 5), small("kw", 1, 5)
		h, w := small("h", kh, 12), small("w", kw, 12)
		c, oc := small("c", 1, 9), small("oc", 1, 11)
		win := nn.Window{StrideY: small("sy", 1, 3), StrideX: small("sx", 1, 3), Same: rapid.Bool().Draw(t, "same")}
		x := random(r, small("batch", 1, 2), h, w, c)
		depthwise := rapid.Bool().Draw(t, "depthwise")
		var op nn.Op
		var weights, bias *nn.Tensor
		var err error
		if depthwise {
			weights, bias = random(r, kh, kw, c), random(r, c)
			op, err = nn.NewDepthwise(weights, bias.Data, win)
		} else {
			weights, bias = random(r, kh, kw, c, oc), random(r, oc)
			op, err = nn.NewConv(weights, bias.Data, win)
		}
		if err != nil {
			t.Fatal(err)
		}
		oh, top := span(h, kh, win.StrideY, win.Same)
		ow, left := span(w, kw, win.StrideX, win.Same)
		want := plainConv(x, weights, bias.Data, win, depthwise, oh, ow, top, left)
		got := single(t, op, x)
		if len(got.Data) != len(want) {
			t.Fatalf("shape %v, want %d values", got.Shape, len(want))
		}
		for i := range want {
			if math.Abs(float64(got.Data[i]-want[i])) > 1e-4 {
				t.Fatalf("value %d is %v, want %v", i, got.Data[i], want[i])
			}
		}
	})
}

// PReLU spelled out as relu(x) + c(-relu(-x)) must give what PReLU is, also when merged into a convolution.
func TestSpelledOutPReluIsPRelu(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	slope := random(r, 5)
	relu := nn.Leaky{Slope: []float32{0}}
	conv, err := nn.NewConv(random(r, 1, 1, 3, 5), nil, nn.Window{StrideY: 1, StrideX: 1})
	if err != nil {
		t.Fatal(err)
	}
	x := random(r, 1, 4, 4, 3)
	raw := single(t, conv, x)
	p, err := nn.Compile(nn.Graph{Nodes: []nn.Node{
		{Op: relu, In: []nn.ID{1}, Out: 2},
		{Op: nn.Neg{}, In: []nn.ID{1}, Out: 3},
		{Op: relu, In: []nn.ID{3}, Out: 7},
		{Op: nn.Neg{}, In: []nn.ID{7}, Out: 4},
		{Op: nn.Mul, In: []nn.ID{9, 4}, Out: 5},
		{Op: nn.Add, In: []nn.ID{2, 5}, Out: 6},
		{Op: conv, In: []nn.ID{0}, Out: 1},
	}, Consts: map[nn.ID]*nn.Tensor{9: slope}, Input: 0, Outputs: []nn.ID{6}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Run(x)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range raw.Data {
		want := v
		if v < 0 {
			want = v * slope.Data[i%5]
		}
		if math.Abs(float64(out[0].Data[i]-want)) > 1e-5 {
			t.Fatalf("%v, want %v", out[0].Data[i], want)
		}
	}
}

func TestPoolPadAndReshape(t *testing.T) {
	t.Parallel()
	x := &nn.Tensor{Shape: []int{1, 2, 2, 1}, Data: []float32{1, -2, 3, 4}}
	if got := single(t, nn.MaxPool{Height: 2, Width: 2, Window: nn.Window{StrideY: 2, StrideX: 2}}, x); len(got.Data) != 1 || got.Data[0] != 4 {
		t.Errorf("pool %v", got)
	}
	got := single(t, nn.Pad{Before: [4]int{0, 0, 0, 1}, After: [4]int{0, 1, 0, 0}}, x)
	if want := []float32{0, 1, 0, -2, 0, 3, 0, 4, 0, 0, 0, 0}; len(got.Data) != len(want) || got.Data[1] != 1 || got.Data[7] != 4 || got.Data[11] != 0 {
		t.Errorf("pad %v", got)
	}
	if got := single(t, nn.Reshape{Shape: []int{-1, 2}}, x); got.Shape[0] != 2 {
		t.Errorf("reshape %v", got.Shape)
	}
}

// However shapes disagree, Run answers with an error, and the program stays usable.
func TestMisfitsAreErrors(t *testing.T) {
	t.Parallel()
	conv, err := nn.NewConv(random(rand.New(rand.NewPCG(1, 1)), 3, 3, 4, 4), nil, nn.Window{StrideY: 1, StrideX: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		op    nn.Op
		shape []int
	}{
		"channels": {conv, []int{1, 5, 5, 3}}, "too small": {conv, []int{1, 2, 2, 4}}, "no image": {conv, []int{20}},
		"slopes":  {nn.Leaky{Slope: make([]float32, 7)}, []int{1, 1, 1, 4}},
		"reshape": {nn.Reshape{Shape: []int{5, -1, 7}}, []int{4}}, "panic": {broken{}, []int{1}},
		"stride": {nn.MaxPool{Height: 1, Width: 1}, []int{1, 2, 2, 1}},
	} {
		p, err := nn.Compile(nn.Graph{Nodes: []nn.Node{{Op: c.op, In: []nn.ID{0}, Out: 1}}, Outputs: []nn.ID{1}})
		if err != nil {
			t.Fatal(err)
		}
		in, err := nn.NewTensor(c.shape...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Run(in); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := p.Run(&nn.Tensor{Shape: []int{3}, Data: nil}); err == nil {
			t.Errorf("%s: a shape without its values was accepted", name)
		}
	}
}

type broken struct{}

func (broken) Apply(*nn.Memory, []*nn.Tensor) *nn.Tensor { panic("boom") }

func TestGraphsThatCannotRunAreRefused(t *testing.T) {
	t.Parallel()
	loop := []nn.Node{{Op: nn.Neg{}, In: []nn.ID{2}, Out: 1}, {Op: nn.Neg{}, In: []nn.ID{1}, Out: 2}}
	if _, err := nn.Compile(nn.Graph{Nodes: loop, Outputs: []nn.ID{2}}); err == nil {
		t.Error("a value that depends on itself was accepted")
	}
	if _, err := nn.Compile(nn.Graph{Outputs: []nn.ID{5}}); err == nil {
		t.Error("a value from nowhere was accepted")
	}
	if _, err := nn.NewTensor(1<<20, 1<<20); err == nil {
		t.Error("an absurd size was accepted")
	}
}

func TestOneProgramServesManyAtOnce(t *testing.T) {
	t.Parallel()
	conv, err := nn.NewConv(random(rand.New(rand.NewPCG(1, 1)), 3, 3, 4, 4), nil, nn.Window{StrideY: 1, StrideX: 1, Same: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := nn.Compile(nn.Graph{Nodes: []nn.Node{
		{Op: conv, In: []nn.ID{0}, Out: 1}, {Op: conv, In: []nn.ID{1}, Out: 2}, {Op: nn.Add, In: []nn.ID{1, 2}, Out: 3},
	}, Outputs: []nn.ID{3, 1}})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for seed := range uint64(8) {
		all.Go(func() {
			x := random(rand.New(rand.NewPCG(seed, 9)), 1, 9, 9, 4)
			first, err := p.Run(x)
			if err != nil {
				t.Error(err)
				return
			}
			for range 20 {
				again, err := p.Run(x)
				if err != nil || again[0].Data[7] != first[0].Data[7] || again[1].Data[3] != first[1].Data[3] {
					t.Error("two runs of one input differ", err)
				}
			}
		})
	}
	all.Wait()
}
