package nn

// simplify recognises how network files spell out PReLU, merges activations into the
// convolution or sum before them, and leaves everything else as it is.
func simplify(nodes []Node, consts map[ID]*Tensor, outputs []ID) []Node {
	s := newSimplifier(nodes, consts, outputs)
	for i := range s.nodes {
		s.spellPRelu(i)
	}
	s = newSimplifier(s.live(), consts, outputs)
	for i := range s.nodes {
		s.mergeActivation(i)
	}
	return s.live()
}

type simplifier struct {
	nodes   []Node
	consts  map[ID]*Tensor
	outputs []ID
	maker   map[ID]int
	uses    map[ID]int
}

func newSimplifier(nodes []Node, consts map[ID]*Tensor, outputs []ID) *simplifier {
	s := &simplifier{nodes: append([]Node(nil), nodes...), consts: consts, outputs: outputs}
	s.maker, s.uses = make(map[ID]int), make(map[ID]int)
	for i, n := range nodes {
		s.maker[n.Out] = i
		for _, in := range n.In {
			s.uses[in]++
		}
	}
	for _, o := range outputs {
		s.uses[o]++
	}
	return s
}

// made returns the node that computes id, if there is one.
func (s *simplifier) made(id ID) (Node, bool) {
	i, ok := s.maker[id]
	if !ok {
		return Node{}, false
	}
	return s.nodes[i], true
}

// spellPRelu turns relu(x) + c*-relu(-x) into PReLU with slope c, where node i is the sum.
func (s *simplifier) spellPRelu(i int) {
	n := s.nodes[i]
	if n.Op != Op(Add) || len(n.In) != 2 {
		return
	}
	for k := range 2 {
		relu, ok1 := s.made(n.In[k])
		mul, ok2 := s.made(n.In[1-k])
		if !ok1 || !ok2 || !isRelu(relu.Op) || mul.Op != Op(Mul) {
			continue
		}
		if slope := s.negativePart(mul, relu.In[0]); slope != nil {
			s.nodes[i] = Node{Op: Leaky{Slope: slope}, In: []ID{relu.In[0]}, Out: n.Out}
			return
		}
	}
}

// negativePart returns the slope by which mul scales the negative part of x, or nil.
func (s *simplifier) negativePart(mul Node, x ID) []float32 {
	for k := range 2 {
		factor, isConst := s.consts[mul.In[k]]
		part, ok := s.made(mul.In[1-k])
		if !isConst || !ok {
			continue
		}
		if part.Op == Op(Neg{}) && s.isReluOfMinus(part.In[0], x) {
			return factor.Data
		}
	}
	return nil
}

func (s *simplifier) isReluOfMinus(id, x ID) bool {
	relu, ok := s.made(id)
	if !ok || !isRelu(relu.Op) {
		return false
	}
	minus, ok := s.made(relu.In[0])
	return ok && minus.Op == Op(Neg{}) && minus.In[0] == x
}

// mergeActivation moves the activation at node i into the node before it when nothing else reads that.
func (s *simplifier) mergeActivation(i int) {
	n := s.nodes[i]
	act, ok := n.Op.(Leaky)
	if !ok || s.uses[n.In[0]] != 1 {
		return
	}
	before, ok := s.made(n.In[0])
	if !ok {
		return
	}
	if op := activated(before.Op, act.Slope); op != nil {
		s.nodes[i] = Node{Op: op, In: before.In, Out: n.Out}
	}
}

// activated returns op with an activation after it, or nil where that is not possible.
func activated(op Op, slope []float32) Op {
	switch op := op.(type) {
	case *Conv:
		if op.slope == nil && fits(slope, op.out) {
			c := *op
			c.slope = widened(slope, op.out)
			return &c
		}
	case *Depthwise:
		if op.leaks == nil && fits(slope, op.ch) {
			d := *op
			d.leaks = leaksOf(widened(slope, op.ch))
			return &d
		}
	case Binary:
		if op == Add {
			return sum{leaks: leaksOf(slope)}
		}
	}
	return nil
}

func fits(slope []float32, channels int) bool { return len(slope) == 1 || len(slope) == channels }

func widened(slope []float32, channels int) []float32 {
	if len(slope) == channels {
		return slope
	}
	w := make([]float32, channels)
	for i := range w {
		w[i] = slope[0]
	}
	return w
}

func isRelu(op Op) bool {
	l, ok := op.(Leaky)
	return ok && len(l.Slope) == 1 && l.Slope[0] == 0
}

// live keeps the nodes that the outputs need, in their order.
func (s *simplifier) live() []Node {
	needed := make(map[ID]bool)
	for _, o := range s.outputs {
		needed[o] = true
	}
	var kept []Node
	for i := len(s.nodes) - 1; i >= 0; i-- {
		if !needed[s.nodes[i].Out] {
			continue
		}
		for _, in := range s.nodes[i].In {
			needed[in] = true
		}
		kept = append(kept, s.nodes[i])
	}
	for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
		kept[i], kept[j] = kept[j], kept[i]
	}
	return kept
}
