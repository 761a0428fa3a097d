package skeleton

import "math/bits"

// crossings counts the lines that leave a skeleton pixel with these neighbours: 1 at an ending, 3 or more at
// a bifurcation (the crossing number of Rutovitz 1966).
func crossings(n uint8) int {
	return bits.OnesCount8(n & ^bits.RotateLeft8(n, 1))
}

// path is a run of skeleton pixels that starts beside a node.
type path struct {
	pixels []int
	end    int // the ending or bifurcation it reaches, -1 if it is longer than asked or a ring
}

// trace follows the line that leaves node from by its neighbour first, for at most limit pixels.
func (b *Bitmap) trace(from, first, limit int, buffer []int) path {
	pixels := append(buffer[:0], first)
	last, at := from, first
	steps := b.around()
	for len(pixels) <= limit {
		if at == from || crossings(b.neighbours(at)) != 2 {
			return path{pixels, at}
		}
		next := b.onward(last, at, &steps)
		if next < 0 {
			break
		}
		pixels = append(pixels, next)
		last, at = at, next
	}
	return path{pixels, -1}
}

// onward is the neighbour of at by which the line goes on when it came from last, -1 if there is none. A side
// neighbour goes before a corner, and a neighbour of last only goes if there is nothing else.
func (b *Bitmap) onward(last, at int, steps *[8]int) int {
	best, bestRank := -1, 4
	for n, s := range steps {
		to := at + s
		if b.Pix[to] == 0 || to == last {
			continue
		}
		rank := n & 1
		if b.touch(to, last) {
			rank += 2
		}
		if rank < bestRank {
			best, bestRank = to, rank
		}
	}
	return best
}

func (b *Bitmap) touch(i, j int) bool {
	dx, dy := i%b.W-j%b.W, i/b.W-j/b.W
	return dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1
}

// branches lists the first pixels of the lines that leave node i.
func (b *Bitmap) branches(i int, buffer []int) []int {
	out := buffer[:0]
	steps := b.around()
	n := b.neighbours(i)
	for k := range 8 {
		set := func(m int) bool { return n>>(m&7)&1 == 1 }
		if !set(k) || set(k+7) { // each run of neighbours counts once, from its first
			continue
		}
		first := k
		if k&1 == 1 && set(k+1) { // a side neighbour stands for its corners
			first = k + 1
		}
		out = append(out, i+steps[first&7])
	}
	return out
}

// erase clears the pixels of a path except nodes.
func (b *Bitmap) erase(p path) {
	for _, i := range p.pixels {
		if i != p.end || crossings(b.neighbours(i)) < 3 {
			b.Pix[i] = 0
		}
	}
}
