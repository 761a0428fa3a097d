// Package tfjs reads TensorFlow.js graph models (model.json and its weight file) with weights of 32 or 16 bits
// and the operations of small networks for faces, and makes them ready to run. A damaged or foreign file is
// an error, never a panic.
package tfjs

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"cinnabar/internal/capability/biometric/face/nn"
)

var errDamaged = errors.New("tfjs: the file is damaged")

type modelFile struct {
	Topology struct {
		Nodes []nodeFile `json:"node"`
	} `json:"modelTopology"`
	Weights []struct {
		Weights []weightFile `json:"weights"`
	} `json:"weightsManifest"`
}

type nodeFile struct {
	Name  string          `json:"name"`
	Op    string          `json:"op"`
	Input []string        `json:"input"`
	Attr  map[string]attr `json:"attr"`
}

type weightFile struct {
	Name         string `json:"name"`
	Shape        []int  `json:"shape"`
	Type         string `json:"dtype"`
	Quantization struct {
		Type string `json:"dtype"`
	} `json:"quantization"`
}

type attr struct {
	Text string `json:"s"` // base64
	List struct {
		Ints  []json.Number `json:"i"`
		Texts []string      `json:"s"` // base64
	} `json:"list"`
}

// Load reads the model; outputs names the nodes to compute, in order.
func Load(graph, weights []byte, outputs ...string) (*nn.Program, error) {
	var m modelFile
	if err := json.Unmarshal(graph, &m); err != nil {
		return nil, fmt.Errorf("tfjs: %w", err)
	}
	r := &reader{ids: make(map[string]nn.ID), graph: nn.Graph{Input: -1, Consts: make(map[nn.ID]*nn.Tensor)}}
	if err := r.weights(m, weights); err != nil {
		return nil, err
	}
	for _, n := range m.Topology.Nodes {
		if err := r.node(n); err != nil {
			return nil, fmt.Errorf("tfjs: node %s: %w", n.Name, err)
		}
	}
	for _, name := range outputs {
		r.graph.Outputs = append(r.graph.Outputs, r.id(name))
	}
	return nn.Compile(r.graph)
}

type reader struct {
	ids   map[string]nn.ID
	graph nn.Graph
}

// id numbers names as they are met; an output port ("name:0") is the node itself.
func (r *reader) id(name string) nn.ID {
	name, _, _ = strings.Cut(name, ":")
	id, ok := r.ids[name]
	if !ok {
		id = nn.ID(len(r.ids))
		r.ids[name] = id
	}
	return id
}

func (r *reader) node(n nodeFile) error {
	var in []nn.ID
	for _, name := range n.Input {
		if !strings.HasPrefix(name, "^") { // control dependencies carry no value
			in = append(in, r.id(name))
		}
	}
	out := r.id(n.Name)
	switch n.Op {
	case "Const":
		return nil
	case "Placeholder":
		if r.graph.Input >= 0 {
			return errors.New("a second input")
		}
		r.graph.Input = out
		return nil
	case "Conv2D", "_FusedConv2D", "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative":
		return r.convolution(n, in, out)
	}
	op, err := r.plain(n, in)
	if err != nil {
		return err
	}
	r.graph.Nodes = append(r.graph.Nodes, nn.Node{Op: op, In: in[:inputsOf(n.Op)], Out: out})
	return nil
}

func inputsOf(op string) int {
	if op == "Add" || op == "AddV2" {
		return 2
	}
	return 1
}

// plain makes the operations without trained weights.
func (r *reader) plain(n nodeFile, in []nn.ID) (nn.Op, error) {
	if len(in) < inputsOf(n.Op) {
		return nil, errDamaged
	}
	switch n.Op {
	case "Add", "AddV2":
		return nn.Add, nil
	case "Relu":
		return nn.Leaky{Slope: []float32{0}}, nil
	case "Prelu":
		slope, err := r.constant(in, 1)
		return nn.Leaky{Slope: slope}, err
	case "Sigmoid":
		return nn.Sigmoid{}, nil
	case "Identity":
		return nn.Identity{}, nil
	case "MaxPool":
		size, window, err := n.window("ksize")
		return nn.MaxPool{Height: size[0], Width: size[1], Window: window}, err
	case "Pad":
		p, err := r.ints(in, 1, 8)
		if err != nil {
			return nil, err
		}
		return nn.Pad{Before: [4]int{p[0], p[2], p[4], p[6]}, After: [4]int{p[1], p[3], p[5], p[7]}}, nil
	case "Reshape":
		shape, err := r.ints(in, 1, 0)
		return nn.Reshape{Shape: shape}, err
	}
	return nil, fmt.Errorf("operation %s is not supported", n.Op)
}

// ints reads a constant operand as whole numbers; want 0 accepts any count.
func (r *reader) ints(in []nn.ID, at, want int) ([]int, error) {
	operand, err := r.constant(in, at)
	if err != nil || (want > 0 && len(operand) != want) {
		return nil, errDamaged
	}
	values := make([]int, len(operand))
	for i, v := range operand {
		if v < -1 || v > 1<<16 {
			return nil, errDamaged
		}
		values[i] = int(v)
	}
	return values, nil
}

func (r *reader) convolution(n nodeFile, in []nn.ID, out nn.ID) error {
	if len(in) < 2 {
		return errDamaged
	}
	weights, ok := r.graph.Consts[in[1]]
	if !ok {
		return errors.New("the weights are not constant")
	}
	fused, err := n.fused()
	if err != nil {
		return err
	}
	var bias []float32
	if len(fused) > 0 && len(in) > 2 {
		if b, ok := r.graph.Consts[in[2]]; ok {
			bias = b.Data
		}
	}
	_, window, err := n.window("strides")
	if err != nil {
		return err
	}
	var op nn.Op
	if strings.Contains(n.Op, "epthwise") {
		op, err = nn.NewDepthwise(weights, bias, window)
	} else {
		op, err = nn.NewConv(weights, bias, window)
	}
	if err != nil {
		return err
	}
	return r.activated(op, fused, in, out)
}

// activated adds the operation and the activation that is fused into it.
func (r *reader) activated(op nn.Op, fused []string, in []nn.ID, out nn.ID) error {
	if len(fused) < 2 {
		r.graph.Nodes = append(r.graph.Nodes, nn.Node{Op: op, In: in[:1], Out: out})
		return nil
	}
	slope := []float32{0}
	switch {
	case len(fused) == 2 && fused[1] == "Prelu":
		var err error
		if slope, err = r.constant(in, 3); err != nil {
			return err
		}
	case len(fused) != 2 || fused[1] != "Relu":
		return fmt.Errorf("fused operations %v are not supported", fused)
	}
	raw := r.id("raw of " + strconv.Itoa(int(out)))
	r.graph.Nodes = append(r.graph.Nodes,
		nn.Node{Op: op, In: in[:1], Out: raw},
		nn.Node{Op: nn.Leaky{Slope: slope}, In: []nn.ID{raw}, Out: out})
	return nil
}

// constant is the operand at a place, which must be among the weights.
func (r *reader) constant(in []nn.ID, at int) ([]float32, error) {
	if at >= len(in) || r.graph.Consts[in[at]] == nil {
		return nil, errDamaged
	}
	return r.graph.Consts[in[at]].Data, nil
}

// fused lists what is fused into a convolution; bias comes first.
func (n nodeFile) fused() ([]string, error) {
	var ops []string
	for _, text := range n.Attr["fused_ops"].List.Texts {
		op, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errDamaged
		}
		ops = append(ops, string(op))
	}
	if len(ops) > 0 && ops[0] != "BiasAdd" {
		return nil, fmt.Errorf("fused operations %v are not supported", ops)
	}
	return ops, nil
}

// window reads strides and padding, and the height and width of the list called size.
func (n nodeFile) window(size string) (hw [2]int, w nn.Window, err error) {
	padding, err := base64.StdEncoding.DecodeString(n.Attr["padding"].Text)
	if err != nil || (string(padding) != "SAME" && string(padding) != "VALID") {
		return hw, w, fmt.Errorf("padding %q is not supported", padding)
	}
	strides, err := pair(n.Attr["strides"].List.Ints)
	if err != nil {
		return hw, w, err
	}
	hw, err = pair(n.Attr[size].List.Ints)
	return hw, nn.Window{StrideY: strides[0], StrideX: strides[1], Same: string(padding) == "SAME"}, err
}

// pair takes height and width out of a list for batch, height, width, channel.
func pair(list []json.Number) (hw [2]int, err error) {
	if len(list) != 4 {
		return hw, errDamaged
	}
	for i := range hw {
		v, err := strconv.Atoi(list[1+i].String())
		if err != nil || v < 1 || v > 1<<10 {
			return hw, errDamaged
		}
		hw[i] = v
	}
	return hw, nil
}
