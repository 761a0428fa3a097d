package pairing

import "cinnabar/internal/capability/biometric/finger/minutia"

// gridCell is the side of a grid square in pixels; no search reaches further than one square.
const gridCell = 24

// grid finds the minutiae near a point.
type grid struct {
	cols, rows int
	start      []int // squares' first place in order; one more than squares
	order      []int
}

func newGrid(all []minutia.Minutia) *grid {
	g := new(grid)
	for _, m := range all {
		g.cols, g.rows = max(g.cols, int(m.X)/gridCell+1), max(g.rows, int(m.Y)/gridCell+1)
	}
	g.start, g.order = make([]int, g.cols*g.rows+1), make([]int, len(all))
	for _, m := range all {
		g.start[g.square(m)+1]++
	}
	for i := 1; i < len(g.start); i++ {
		g.start[i] += g.start[i-1]
	}
	next := make([]int, len(g.start))
	copy(next, g.start)
	for i, m := range all {
		s := g.square(m)
		g.order[next[s]] = i
		next[s]++
	}
	return g
}

func (g *grid) square(m minutia.Minutia) int {
	return int(m.Y)/gridCell*g.cols + int(m.X)/gridCell
}

// near calls visit for all minutiae in the squares around x, y.
func (g *grid) near(x, y float32, visit func(i int)) {
	col, row := int(x+gridCell)/gridCell-1, int(y+gridCell)/gridCell-1
	for r := max(row-1, 0); r <= min(row+1, g.rows-1); r++ {
		from, to := max(col-1, 0), min(col+1, g.cols-1)
		if from > to {
			return
		}
		for _, i := range g.order[g.start[r*g.cols+from]:g.start[r*g.cols+to+1]] {
			visit(i)
		}
	}
}
