package skeleton

// removable holds, for both half steps, the neighbourhoods whose middle pixel may go: thinning algorithm A1
// of Guo and Hall 1989. Lines become one pixel wide and stay connected.
var removable = thinningTable()

func thinningTable() (table [2][256]bool) {
	for n := range 256 {
		var p [8]bool // clockwise from the neighbour above
		for i := range p {
			p[i] = n>>i&1 == 1
		}
		crossings, first, second := 0, 0, 0
		for i := 0; i < 8; i += 2 {
			next, last := p[(i+1)%8], p[(i+7)%8]
			crossings += one(!p[i] && (next || p[(i+2)%8]))
			first += one(last || p[i])
			second += one(p[i] || next)
		}
		inside := min(first, second)
		open := crossings == 1 && inside >= 2 && inside <= 3
		table[0][n] = open && !((p[4] || p[5] || !p[7]) && p[6])
		table[1][n] = open && !((p[0] || p[1] || !p[3]) && p[2])
	}
	return table
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Thin reduces the ridges to lines one pixel wide.
func (b *Bitmap) Thin() {
	var live, gone []int
	for i, v := range b.Pix {
		if v == 1 {
			live = append(live, i)
		}
	}
	for idle := 0; idle < 2; {
		for half := range removable {
			gone = gone[:0]
			kept := live[:0]
			for _, i := range live {
				if removable[half][b.neighbours(i)] {
					gone = append(gone, i)
				} else {
					kept = append(kept, i)
				}
			}
			for _, i := range gone {
				b.Pix[i] = 0
			}
			live = kept
			if len(gone) == 0 {
				idle++
			} else {
				idle = 0
			}
		}
	}
}
