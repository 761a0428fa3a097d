// Package onnx reads ONNX model files (Protocol Buffers, onnx.proto3 from IR version 3 on) with float32 weights
// and the four operations of MobileFaceNet, and makes them ready to run in the order that package nn uses:
// height, width, channel. A damaged or foreign file is an error, never a panic; the file is not trusted further
// than that.
package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

// Load reads a model with one input and one output.
func Load(file []byte) (*nn.Program, error) {
	r := &reader{ids: make(map[string]nn.ID), graph: nn.Graph{Consts: make(map[nn.ID]*nn.Tensor)}}
	var graph []byte
	err := each(file, func(f field) error {
		if f.number == modelGraph {
			graph = f.bytes
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := r.read(graph); err != nil {
		return nil, err
	}
	return nn.Compile(r.graph)
}

// Numbers of fields in onnx.proto3.
const (
	modelGraph                                                  = 7
	graphNode, graphInitializer, graphInput, graphOutput        = 1, 5, 11, 12
	nodeInput, nodeOutput, nodeType, nodeAttribute              = 1, 2, 4, 5
	attributeName, attributeInt, attributeInts                  = 1, 3, 8
	tensorDims, tensorType, tensorFloats, tensorName, tensorRaw = 1, 2, 4, 8, 9
	infoName                                                    = 1
)

type reader struct {
	ids    map[string]nn.ID
	graph  nn.Graph
	inputs []nn.ID
	nodes  []node
}

// node is one step as the file describes it.
type node struct {
	kind       string
	in, out    []nn.ID
	attributes map[string][]int
}

// id gives a name its number.
func (r *reader) id(name string) nn.ID {
	id, ok := r.ids[name]
	if !ok {
		id = nn.ID(len(r.ids))
		r.ids[name] = id
	}
	return id
}

// read takes the graph apart: constants first, for the nodes are made from them.
func (r *reader) read(graph []byte) error {
	err := each(graph, func(f field) error {
		switch f.number {
		case graphInitializer:
			return r.constant(f.bytes)
		case graphNode:
			return r.node(f.bytes)
		case graphInput, graphOutput:
			return r.port(f)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.onlyInput(); err != nil {
		return err
	}
	r.prune()
	for _, n := range r.nodes {
		if err := r.add(n); err != nil {
			return fmt.Errorf("onnx: %s: %w", n.kind, err)
		}
	}
	return nil
}

// onlyInput finds the input that is not also a constant (older files list those as inputs too).
func (r *reader) onlyInput() error {
	n := 0
	for _, id := range r.inputs {
		if _, isConst := r.graph.Consts[id]; !isConst {
			r.graph.Input = id
			n++
		}
	}
	if n != 1 || len(r.graph.Outputs) != 1 {
		return fmt.Errorf("onnx: %d inputs and %d outputs, one of each is supported", n, len(r.graph.Outputs))
	}
	return nil
}

func (r *reader) port(f field) error {
	return each(f.bytes, func(g field) error {
		if g.number != infoName {
			return nil
		}
		id := r.id(string(g.bytes))
		if f.number == graphInput {
			r.inputs = append(r.inputs, id)
		} else {
			r.graph.Outputs = append(r.graph.Outputs, id)
		}
		return nil
	})
}

func (r *reader) node(message []byte) error {
	n := node{attributes: make(map[string][]int)}
	err := each(message, func(f field) error {
		switch f.number {
		case nodeInput:
			n.in = append(n.in, r.id(string(f.bytes)))
		case nodeOutput:
			n.out = append(n.out, r.id(string(f.bytes)))
		case nodeType:
			n.kind = string(f.bytes)
		case nodeAttribute:
			return n.attribute(f.bytes)
		}
		return nil
	})
	r.nodes = append(r.nodes, n)
	return err
}

// attribute keeps integers only: no other kind changes what the supported operations do.
func (n node) attribute(message []byte) error {
	var name string
	var values []int
	err := each(message, func(f field) (err error) {
		switch f.number {
		case attributeName:
			name = string(f.bytes)
		case attributeInt, attributeInts:
			values, err = f.ints(values)
		}
		return err
	})
	n.attributes[name] = values
	return err
}

// constant decodes float32 values; other types are left out and missed only where needed.
func (r *reader) constant(message []byte) error {
	const float32Type = 1
	var (
		shape []int
		kind  uint64
		name  string
		raw   []byte
	)
	err := each(message, func(f field) (err error) {
		switch f.number {
		case tensorDims:
			shape, err = f.ints(shape)
		case tensorType:
			kind = f.value
		case tensorFloats, tensorRaw: // both are little-endian bytes
			raw = f.bytes
		case tensorName:
			name = string(f.bytes)
		}
		return err
	})
	if err != nil {
		return err
	}
	t := &nn.Tensor{Shape: shape} // of another type: known to be constant, without values
	if kind == float32Type {
		if n, err := nn.Elements(shape); err != nil || len(raw) != 4*n {
			return errDamaged
		}
		t.Data = make([]float32, len(raw)/4)
		for i := range t.Data {
			t.Data[i] = noDust(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
		}
	}
	r.graph.Consts[r.id(name)] = t
	return nil
}

// noDust makes zero of weights that training has shrunk to nothing. They change no result, but keep channels from being
// pruned, and processors take many times as long to multiply numbers near the smallest that there are.
func noDust(v float32) float32 {
	const dust = 1e-12
	if v > -dust && v < dust {
		return 0
	}
	return v
}
