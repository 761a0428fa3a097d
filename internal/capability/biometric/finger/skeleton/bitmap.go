package skeleton

// Bitmap is a black and white picture: 1 is ridge. Its outermost pixels are always 0, so that every set
// pixel has eight neighbours.
type Bitmap struct {
	W, H int
	Pix  []uint8
}

// NewBitmap returns a bitmap whose pixel x, y is set where ridge says so.
func NewBitmap(w, h int, ridge func(i int) bool) *Bitmap {
	b := &Bitmap{W: w, H: h, Pix: make([]uint8, w*h)}
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			if ridge(y*w + x) {
				b.Pix[y*w+x] = 1
			}
		}
	}
	return b
}

// around returns the offsets of the eight neighbours, clockwise from the one above.
func (b *Bitmap) around() [8]int {
	w := b.W
	return [8]int{-w, -w + 1, 1, w + 1, w, w - 1, -1, -w - 1}
}

// neighbours returns the neighbours of pixel i as bits, bit n for the n-th of around.
func (b *Bitmap) neighbours(i int) uint8 {
	p, w := b.Pix, b.W
	return p[i-w] | p[i-w+1]<<1 | p[i+1]<<2 | p[i+w+1]<<3 | p[i+w]<<4 | p[i+w-1]<<5 | p[i-1]<<6 | p[i-w-1]<<7
}

// DropSpecks flips every piece of ridge and every hole in a ridge of fewer than size pixels: dirt and pores.
func (b *Bitmap) DropSpecks(size int) {
	seen := make([]bool, len(b.Pix))
	b.flipSmall(1, size, seen)
	clear(seen)
	b.flipSmall(0, size, seen)
}

// flipSmall flips the pieces of one colour that are smaller than size and touch no edge of the picture.
// Ridges hang together across corners, valleys do not.
func (b *Bitmap) flipSmall(colour uint8, size int, seen []bool) {
	steps := b.around()
	stride := 2
	if colour == 1 {
		stride = 1
	}
	var piece []int
	for i := b.W + 1; i < len(b.Pix)-b.W-1; i++ {
		if seen[i] || b.Pix[i] != colour || b.onFrame(i) {
			continue
		}
		piece, seen[i] = append(piece[:0], i), true
		atEdge := false
		for k := 0; k < len(piece); k++ {
			for n := 0; n < 8; n += stride {
				j := piece[k] + steps[n]
				if b.onFrame(j) {
					atEdge = true
				} else if b.Pix[j] == colour && !seen[j] {
					seen[j] = true
					piece = append(piece, j)
				}
			}
		}
		if len(piece) < size && (colour == 1 || !atEdge) {
			for _, j := range piece {
				b.Pix[j] = 1 - colour
			}
		}
	}
}

func (b *Bitmap) onFrame(i int) bool {
	x, y := i%b.W, i/b.W
	return x == 0 || y == 0 || x == b.W-1 || y == b.H-1
}
