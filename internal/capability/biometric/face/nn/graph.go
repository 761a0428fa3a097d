package nn

import (
	"errors"
	"fmt"
)

// ID names a value of a graph.
type ID int

// Op computes one value from others. Apply may panic when shapes do not fit: Program.Run turns that
// into an error. It takes its result's memory from m and must not keep or return its inputs.
type Op interface {
	Apply(m *Memory, in []*Tensor) *Tensor
}

// Node is one step of a graph.
type Node struct {
	Op  Op
	In  []ID
	Out ID
}

// Graph is a network as its file describes it: nodes in any order, constants, one input.
type Graph struct {
	Nodes   []Node
	Consts  map[ID]*Tensor
	Input   ID
	Outputs []ID
}

// Program is a graph made ready to run: only what the outputs need, in order, simplified. It is safe
// for concurrent use.
type Program struct {
	nodes   []Node
	consts  map[ID]*Tensor
	input   ID
	outputs []ID
	lastUse map[ID]int
	pool    *memoryPool
}

// Compile orders the nodes, drops what no output needs and merges activations into convolutions.
func Compile(g Graph) (*Program, error) {
	ordered, err := order(g)
	if err != nil {
		return nil, err
	}
	nodes := simplify(ordered, g.Consts, g.Outputs)
	p := &Program{nodes: nodes, consts: make(map[ID]*Tensor), input: g.Input, outputs: g.Outputs, pool: newMemoryPool()}
	p.lastUse = make(map[ID]int)
	for i, n := range nodes {
		for _, in := range n.In {
			p.lastUse[in] = i
			p.keep(in, g)
		}
	}
	for _, out := range g.Outputs {
		p.keep(out, g)
	}
	return p, nil
}

// keep takes over a constant. Weights are not among those that nodes read: operations hold packed copies.
func (p *Program) keep(id ID, g Graph) {
	if c, ok := g.Consts[id]; ok {
		p.consts[id] = c
	}
}

// Run computes the outputs for one input, which it does not change.
func (p *Program) Run(in *Tensor) (out []*Tensor, err error) {
	m := p.pool.take()
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, faultOf(r)
			return // the memory is dropped: its state is unknown
		}
		p.pool.give(m)
	}()
	if n, err := Elements(in.Shape); err != nil || n != len(in.Data) {
		return nil, fmt.Errorf("nn: input of shape %v has %d values", in.Shape, len(in.Data))
	}
	values := map[ID]*Tensor{p.input: in}
	for i, n := range p.nodes {
		args := make([]*Tensor, len(n.In))
		for k, id := range n.In {
			args[k] = p.value(values, id)
		}
		values[n.Out] = n.Op.Apply(m, args)
		p.release(m, values, n, i)
	}
	for _, id := range p.outputs {
		v := p.value(values, id)
		out = append(out, &Tensor{Shape: v.Shape, Data: append([]float32(nil), v.Data...)})
	}
	for id, v := range values {
		if id != p.input {
			m.free(v)
		}
	}
	return out, nil
}

func (p *Program) value(values map[ID]*Tensor, id ID) *Tensor {
	if v, ok := values[id]; ok {
		return v
	}
	return p.consts[id]
}

// release gives back the values that no later node reads.
func (p *Program) release(m *Memory, values map[ID]*Tensor, n Node, at int) {
	for _, id := range n.In {
		v, live := values[id]
		if !live || id == p.input || p.lastUse[id] != at || p.isOutput(id) {
			continue
		}
		m.free(v)
		delete(values, id)
	}
}

func (p *Program) isOutput(id ID) bool {
	for _, o := range p.outputs {
		if o == id {
			return true
		}
	}
	return false
}

func faultOf(r any) error {
	if m, ok := r.(misfit); ok {
		return errors.New("nn: " + m.text)
	}
	return fmt.Errorf("nn: fault while running: %v", r)
}

// order sorts the nodes that the outputs depend on; it refuses cycles and values from nowhere.
func order(g Graph) ([]Node, error) {
	maker := make(map[ID]int, len(g.Nodes))
	for i, n := range g.Nodes {
		maker[n.Out] = i
	}
	o := orderer{g: g, maker: maker, state: make([]visit, len(g.Nodes))}
	for _, id := range g.Outputs {
		if err := o.need(id, 0); err != nil {
			return nil, err
		}
	}
	return o.sorted, nil
}

type visit int

const (
	unseen visit = iota
	open
	done
)

type orderer struct {
	g      Graph
	maker  map[ID]int
	state  []visit
	sorted []Node
}

const maxDepth = 10000 // longest chain of nodes that is followed

func (o *orderer) need(id ID, depth int) error {
	if _, isConst := o.g.Consts[id]; isConst || id == o.g.Input {
		return nil
	}
	at, ok := o.maker[id]
	if !ok {
		return fmt.Errorf("nn: value %d is computed by no node", id)
	}
	if o.state[at] == done {
		return nil
	}
	if o.state[at] == open || depth > maxDepth {
		return fmt.Errorf("nn: value %d depends on itself", id)
	}
	o.state[at] = open
	for _, in := range o.g.Nodes[at].In {
		if err := o.need(in, depth+1); err != nil {
			return err
		}
	}
	o.state[at] = done
	o.sorted = append(o.sorted, o.g.Nodes[at])
	return nil
}
