// Package tflite reads TensorFlow Lite model files (FlatBuffers, schema version 3) with float32 weights
// and the few operations of MTCNN, and makes them ready to run. A damaged or foreign file is an
// error, never a panic; the file is not trusted further than that.
package tflite

import (
	"encoding/binary"
	"fmt"
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

// Load reads the model. outputs names the tensors to compute, in order; what they do not need is left
// out, so a softmax behind them need not be supported.
func Load(file []byte, outputs ...string) (*nn.Program, error) {
	if len(file) < 8 || string(file[4:8]) != "TFL3" {
		return nil, fmt.Errorf("tflite: not a TensorFlow Lite file")
	}
	r := &reader{f: &buffer{b: file}, names: make(map[string]nn.ID)}
	r.graph.Consts = make(map[nn.ID]*nn.Tensor)
	if err := r.model(); err != nil {
		return nil, err
	}
	for _, name := range outputs {
		id, ok := r.names[name]
		if !ok {
			return nil, fmt.Errorf("tflite: no tensor named %q", name)
		}
		r.graph.Outputs = append(r.graph.Outputs, id)
	}
	return nn.Compile(r.graph)
}

type reader struct {
	f           *buffer
	graph       nn.Graph
	names       map[string]nn.ID
	tensorCount int
}

// Places of fields in the schema's tables.
const (
	modelOperatorCodes, modelSubgraphs, modelBuffers                  = 1, 2, 4
	graphTensors, graphInputs, graphOperators                         = 0, 1, 3
	tensorShape, tensorType, tensorBuffer, tensorName                 = 0, 1, 2, 3
	operatorCode, operatorInputs, operatorOutputs, operatorOptionsPos = 0, 1, 2, 4
	codeDeprecated, codeBuiltin                                       = 0, 3
)

func (r *reader) model() error {
	f := r.f
	model := f.follow(0)
	graphs := f.tables(model, modelSubgraphs)
	if len(graphs) != 1 || f.err != nil {
		return errDamaged
	}
	g := graphs[0]
	if err := r.tensors(f.tables(g, graphTensors), f.tables(model, modelBuffers)); err != nil {
		return err
	}
	inputs := f.ints(g, graphInputs)
	if len(inputs) != 1 || f.err != nil {
		return fmt.Errorf("tflite: %d inputs, one is supported", len(inputs))
	}
	r.graph.Input = nn.ID(inputs[0])
	return r.operators(f.tables(g, graphOperators), f.tables(model, modelOperatorCodes))
}

func (r *reader) tensors(tensors, buffers []int) error {
	r.tensorCount = len(tensors)
	for i, t := range tensors {
		shape := r.f.ints(t, tensorShape)
		r.names[r.f.text(t, tensorName)] = nn.ID(i)
		b := r.f.intOr(t, tensorBuffer, 0)
		if b < 0 || b >= len(buffers) {
			return errDamaged
		}
		size, at := r.f.vector(buffers[b], 0)
		if size == 0 {
			continue
		}
		values, err := r.constant(shape, r.f.byteOr(t, tensorType, 0), r.f.bytes(at, size))
		if err != nil {
			return err
		}
		if values != nil {
			r.graph.Consts[nn.ID(i)] = values
		}
	}
	return r.f.err
}

// constant decodes float32 values; other types are left out and missed only where needed.
func (r *reader) constant(shape []int, kind int, raw []byte) (*nn.Tensor, error) {
	const float32Type = 0
	if r.f.err != nil || kind != float32Type {
		return nil, r.f.err
	}
	n, err := nn.Elements(shape)
	if err != nil || len(raw) != 4*n {
		return nil, errDamaged
	}
	t, err := nn.NewTensor(shape...)
	if err != nil {
		return nil, err
	}
	for i := range t.Data {
		t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return t, nil
}

func (r *reader) operators(operators, codes []int) error {
	for _, op := range operators {
		index := r.f.intOr(op, operatorCode, 0)
		if index < 0 || index >= len(codes) {
			return errDamaged
		}
		// Files before 2020 hold the code in a byte, later ones in an int as well.
		code := max(r.f.byteOr(codes[index], codeDeprecated, 0), r.f.intOr(codes[index], codeBuiltin, 0))
		in, out := r.f.ints(op, operatorInputs), r.f.ints(op, operatorOutputs)
		options := 0
		if p := r.f.field(op, operatorOptionsPos); p != 0 {
			options = r.f.follow(p)
		}
		if r.f.err != nil || len(in) == 0 || len(out) != 1 {
			return errDamaged
		}
		if err := r.operator(code, options, in, nn.ID(out[0])); err != nil {
			return fmt.Errorf("tflite: operation %d: %w", code, err)
		}
	}
	return r.f.err
}

// add appends a node; an activation that the file fuses into the operation is not supported.
func (r *reader) add(op nn.Op, activation int, out nn.ID, in ...nn.ID) error {
	if activation != 0 {
		return fmt.Errorf("activation %d is not supported", activation)
	}
	r.graph.Nodes = append(r.graph.Nodes, nn.Node{Op: op, In: in, Out: out})
	return nil
}
