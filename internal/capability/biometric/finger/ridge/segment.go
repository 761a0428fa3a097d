package ridge

import (
	"math"
	"slices"
)

// What a block must show to be print rather than background.
const (
	leastContrast = 6    // grey levels
	shareContrast = 0.30 // of the contrast of the print's better blocks
	leastCoherent = 0.20 // agreement of the gradients
)

// Mask says for each block whether it belongs to the print.
type Mask struct {
	Cols, Rows int
	In         []bool
}

// At tells whether block col, row is print; outside the picture nothing is.
func (m *Mask) At(col, row int) bool {
	return col >= 0 && row >= 0 && col < m.Cols && row < m.Rows && m.In[row*m.Cols+col]
}

// Area is the number of blocks of the print.
func (m *Mask) Area() int {
	n := 0
	for _, in := range m.In {
		if in {
			n++
		}
	}
	return n
}

// Segment parts the print from its background by contrast and by agreement of direction, then evens out the
// outline, keeps the largest piece and fills its holes.
func Segment(grey []uint8, w, h int, flow *Flow) *Mask {
	contrast := blockContrast(grey, w, h)
	near := flow.Smooth(2)
	floor := max(leastContrast, shareContrast*percentile(contrast, 0.85))
	m := &Mask{Cols: flow.Cols, Rows: flow.Rows, In: make([]bool, len(contrast))}
	for i, c := range contrast {
		m.In[i] = c >= floor && near.Coherence(i) >= leastCoherent
	}
	m.vote(2)
	m.vote(2)
	m.keepLargest()
	m.fillHoles()
	return m
}

// blockContrast is the standard deviation of the grey levels in the three by three blocks around each block.
func blockContrast(grey []uint8, w, h int) []float32 {
	cols, rows := (w+block-1)/block, (h+block-1)/block
	n, sum, square := make([]float32, cols*rows), make([]float32, cols*rows), make([]float32, cols*rows)
	for y := range h {
		for x, g := range grey[y*w : (y+1)*w] {
			i, v := (y/block)*cols+x/block, float32(g)
			n[i]++
			sum[i] += v
			square[i] += v * v
		}
	}
	three := []float32{1, 1}
	n, sum, square = smoothGrid(n, cols, rows, three), smoothGrid(sum, cols, rows, three), smoothGrid(square, cols, rows, three)
	for i := range n {
		mean := sum[i] / n[i]
		n[i] = float32(math.Sqrt(float64(max(square[i]/n[i]-mean*mean, 0))))
	}
	return n
}

func percentile(values []float32, p float64) float32 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[int(p*float64(len(sorted)-1))]
}

// vote gives each block the opinion of most blocks within r of it.
func (m *Mask) vote(r int) {
	out := make([]bool, len(m.In))
	for i := range out {
		yes := 0
		for row := i/m.Cols - r; row <= i/m.Cols+r; row++ {
			for col := i%m.Cols - r; col <= i%m.Cols+r; col++ {
				if m.At(col, row) {
					yes++
				}
			}
		}
		out[i] = 2*yes > (2*r+1)*(2*r+1)
	}
	m.In = out
}

// keepLargest drops all pieces but the largest.
func (m *Mask) keepLargest() {
	seen := make([]bool, len(m.In))
	var best []int
	for i, in := range m.In {
		if in && !seen[i] {
			if piece := m.flood(i, true, seen); len(piece) > len(best) {
				best = piece
			}
		}
	}
	clear(m.In)
	for _, i := range best {
		m.In[i] = true
	}
}

// fillHoles makes background that does not reach the edge of the picture part of the print.
func (m *Mask) fillHoles() {
	seen := make([]bool, len(m.In))
	for i, in := range m.In {
		if in || seen[i] {
			continue
		}
		piece := m.flood(i, false, seen)
		if slices.ContainsFunc(piece, m.onEdge) {
			continue
		}
		for _, j := range piece {
			m.In[j] = true
		}
	}
}

func (m *Mask) onEdge(i int) bool {
	x, y := i%m.Cols, i/m.Cols
	return x == 0 || y == 0 || x == m.Cols-1 || y == m.Rows-1
}

// flood returns the blocks of the value `in` that hang together with block start, and marks them seen.
func (m *Mask) flood(start int, in bool, seen []bool) []int {
	piece := []int{start}
	seen[start] = true
	for k := 0; k < len(piece); k++ {
		x, y := piece[k]%m.Cols, piece[k]/m.Cols
		for _, to := range [4][2]int{{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}} {
			if to[0] < 0 || to[1] < 0 || to[0] >= m.Cols || to[1] >= m.Rows {
				continue
			}
			if j := to[1]*m.Cols + to[0]; m.In[j] == in && !seen[j] {
				seen[j] = true
				piece = append(piece, j)
			}
		}
	}
	return piece
}
