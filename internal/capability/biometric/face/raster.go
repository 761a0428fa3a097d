package face

import (
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

// raster is a picture as interleaved RGB bytes.
type raster struct {
	w, h int
	pix  []uint8
}

func newRaster(w, h int) *raster { return &raster{w, h, make([]uint8, 3*w*h)} }

// holds tells whether p lies inside the picture.
func (r *raster) holds(p Point) bool {
	return p.X >= 0 && p.Y >= 0 && p.X < float64(r.w) && p.Y < float64(r.h)
}

// upright applies an EXIF orientation.
func (r *raster) upright(orientation int) *raster {
	if orientation <= 1 {
		return r
	}
	swap := orientation >= 5 // the axes change places
	mirrorX := orientation == 2 || orientation == 3 || orientation >= 7
	mirrorY := orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7
	out := newRaster(r.w, r.h)
	if swap {
		out = newRaster(r.h, r.w)
	}
	for y := range out.h {
		for x := range out.w {
			sx, sy := x, y
			if swap {
				sx, sy = y, x
			}
			if mirrorX {
				sx = r.w - 1 - sx
			}
			if mirrorY {
				sy = r.h - 1 - sy
			}
			copy(out.pix[3*(y*out.w+x):][:3], r.pix[3*(sy*r.w+sx):])
		}
	}
	return out
}

// half shrinks the picture to half its size by averaging.
func (r *raster) half() *raster {
	out := newRaster(r.w/2, r.h/2)
	for y := range out.h {
		a, b := r.pix[6*y*r.w:], r.pix[3*(2*y+1)*r.w:]
		row := out.pix[3*y*out.w : 3*(y+1)*out.w]
		for i := range row {
			j := 6*(i/3) + i%3
			row[i] = uint8((int(a[j]) + int(a[j+3]) + int(b[j]) + int(b[j+3]) + 2) / 4)
		}
	}
	return out
}

// frame is a similarity that maps positions of a small picture into a raster:
// x' = a*x - b*y + tx, y' = b*x + a*y + ty.
type frame struct{ a, b, tx, ty float64 }

func (f frame) at(p Point) Point {
	return Point{f.a*p.X - f.b*p.Y + f.tx, f.b*p.X + f.a*p.Y + f.ty}
}

// square is the frame that lays a picture of size pixels over the square around a centre, turned by an
// angle in radians.
func square(centre Point, side, angle float64, size int) frame {
	s := side / float64(size)
	f := frame{a: s * math.Cos(angle), b: s * math.Sin(angle)}
	middle := float64(size-1) / 2
	f.tx = centre.X - f.a*middle + f.b*middle
	f.ty = centre.Y - f.b*middle - f.a*middle
	return f
}

// tone is the scale of brightness that a network expects: (value - mean) / span.
type tone struct{ mean, span float32 }

// edge maps an index beyond a picture's edge to one inside, or to -1 for black.
type edge func(i, n int) int

// sample draws the part of r under f as an image of size x size pixels.
func (r *raster) sample(f frame, size int, t tone, beyond edge) *nn.Tensor {
	scale := math.Hypot(f.a, f.b)
	for scale > 2 && r.w > 8 && r.h > 8 {
		r = r.half()
		f = frame{f.a / 2, f.b / 2, f.tx/2 - 0.25, f.ty/2 - 0.25}
		scale /= 2
	}
	out := &nn.Tensor{Shape: []int{1, size, size, 3}, Data: make([]float32, 3*size*size)}
	at := 0
	for y := range size {
		for x := range size {
			p := r.colour(f.at(Point{float64(x), float64(y)}), beyond)
			for c, v := range p {
				out.Data[at+c] = (v - t.mean) / t.span
			}
			at += 3
		}
	}
	return out
}

// colour interpolates between the four pixels around p.
func (r *raster) colour(p Point, beyond edge) [3]float32 {
	fx, fy := math.Floor(p.X), math.Floor(p.Y)
	x0, x1 := beyond(int(fx), r.w), beyond(int(fx)+1, r.w)
	y0, y1 := beyond(int(fy), r.h), beyond(int(fy)+1, r.h)
	dx, dy := float32(p.X-fx), float32(p.Y-fy)
	a, b, c, d := r.pixel(x0, y0), r.pixel(x1, y0), r.pixel(x0, y1), r.pixel(x1, y1)
	var out [3]float32
	for i := range out {
		top := float32(a[i]) + dx*(float32(b[i])-float32(a[i]))
		low := float32(c[i]) + dx*(float32(d[i])-float32(c[i]))
		out[i] = top + dy*(low-top)
	}
	return out
}

// pixel is black outside the picture.
func (r *raster) pixel(x, y int) [3]uint8 {
	if x < 0 || y < 0 {
		return [3]uint8{}
	}
	return [3]uint8(r.pix[3*(y*r.w+x):])
}

// black has nothing beyond the edges. So the embedder was trained; a mirror would show it a second pair of
// eyes in a tight crop.
func black(i, n int) int {
	if i < 0 || i >= n {
		return -1
	}
	return i
}

// mirrored reflects an index at the edges 0 and n-1, so that a tight crop looks whole to a detector.
func mirrored(i, n int) int {
	if i >= 0 && i < n {
		return i
	}
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i %= period
	if i < 0 {
		i += period
	}
	if i >= n {
		i = period - i
	}
	return i
}
