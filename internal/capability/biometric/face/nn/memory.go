package nn

import "sync"

// Memory hands out tensors during one run and reuses those that were given back, so that a run
// needs little more than its two largest values.
type Memory struct {
	spare [][]float32
}

// New returns a tensor whose values are not set.
func (m *Memory) New(shape ...int) *Tensor {
	n, err := Elements(shape)
	if err != nil {
		fail("%v", err)
	}
	return &Tensor{Shape: shape, Data: m.floats(n)}
}

// floats returns n values that are not set, from the tightest spare block that holds them.
func (m *Memory) floats(n int) []float32 {
	best := -1
	for i, s := range m.spare {
		if cap(s) >= n && (best < 0 || cap(s) < cap(m.spare[best])) {
			best = i
		}
	}
	if best < 0 {
		return make([]float32, n)
	}
	s := m.spare[best]
	last := len(m.spare) - 1
	m.spare[best] = m.spare[last]
	m.spare = m.spare[:last]
	return s[:n]
}

func (m *Memory) free(t *Tensor) { m.spare = append(m.spare, t.Data) }

// memoryPool keeps the memory of finished runs for the next ones; the garbage collector may take it.
type memoryPool struct{ p sync.Pool }

func newMemoryPool() *memoryPool { return &memoryPool{sync.Pool{New: func() any { return &Memory{} }}} }

func (p *memoryPool) take() *Memory {
	m, ok := p.p.Get().(*Memory)
	if !ok {
		return &Memory{}
	}
	return m
}

func (p *memoryPool) give(m *Memory) { p.p.Put(m) }
