package onnx

import (
	"slices"

	"cinnabar/internal/capability/biometric/face/nn"
)

// prune takes out the channels that a convolution of all channels reads with nothing but zeros, of which training
// leaves many, back to the convolution of all channels that makes them. The results stay the same.
func (r *reader) prune() {
	makers, readers := make(map[nn.ID]node), make(map[nn.ID]int)
	for _, n := range r.nodes {
		for _, id := range n.in {
			readers[id]++
		}
		for _, id := range n.out {
			makers[id] = n
		}
	}
	for _, id := range r.graph.Outputs {
		readers[id]++
	}
	for _, n := range r.nodes {
		weights, err := r.values(n, 1)
		if err != nil || !n.mixes() || len(weights.Shape) != 4 || readers[n.in[1]] != 1 {
			continue
		}
		live := channelsRead(weights)
		if len(live) == 0 || len(live) == weights.Shape[1] {
			continue
		}
		if made, ok := r.makes(n, weights.Shape[1], makers, readers); ok {
			r.graph.Consts[n.in[1]] = picked(weights, 1, live)
			r.narrow(made, live)
		}
	}
}

// mixes tells a convolution of all channels.
func (n node) mixes() bool {
	g := n.attributes["group"]
	return n.kind == "Conv" && (len(g) == 0 || g[0] == 1)
}

// channelsRead lists the input channels of which a weight is not zero.
func channelsRead(w *nn.Tensor) (live []int) {
	in, each := w.Shape[1], w.Shape[2]*w.Shape[3]
	for c := range in {
		for at := c * each; at < len(w.Data); at += in * each {
			if slices.ContainsFunc(w.Data[at:at+each], func(v float32) bool { return v != 0 }) {
				live = append(live, c)
				break
			}
		}
	}
	return live
}

// makes lists the nodes that make what n reads, back to the convolution of all channels. It fails where these
// channels, or the constants of each, serve something else as well.
func (r *reader) makes(n node, channels int, makers map[nn.ID]node, readers map[nn.ID]int) (list []node, ok bool) {
	for range r.nodes {
		if readers[n.in[0]] != 1 {
			return nil, false
		}
		if n, ok = makers[n.in[0]]; !ok || (n.kind != "Conv" && n.kind != "PRelu") {
			return nil, false
		}
		for at := range n.in[1:] {
			t, err := r.values(n, 1+at)
			if err != nil || len(t.Shape) == 0 || t.Shape[0] != channels || readers[n.in[1+at]] != 1 {
				return nil, false
			}
		}
		list = append(list, n)
		if n.mixes() {
			return list, true
		}
	}
	return nil, false
}

// narrow keeps of each node the given channels.
func (r *reader) narrow(list []node, live []int) {
	for _, n := range list {
		for _, id := range n.in[1:] {
			r.graph.Consts[id] = picked(r.graph.Consts[id], 0, live)
		}
		if n.kind == "Conv" && !n.mixes() {
			n.attributes["group"] = []int{len(live)}
		}
	}
}

// picked keeps the given places of an axis.
func picked(t *nn.Tensor, axis int, live []int) *nn.Tensor {
	p := &nn.Tensor{Shape: slices.Clone(t.Shape)}
	p.Shape[axis] = len(live)
	each := 1
	for _, n := range t.Shape[axis+1:] {
		each *= n
	}
	step := t.Shape[axis] * each
	for at := 0; at < len(t.Data); at += step {
		for _, c := range live {
			p.Data = append(p.Data, t.Data[at+c*each:][:each]...)
		}
	}
	return p
}
