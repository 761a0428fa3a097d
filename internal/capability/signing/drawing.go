package signing

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
)

// Drawing is a signature drawn by hand: strokes of points, each x, y and perhaps time and pressure, on a
// pad of that width and height with the origin at the top left.
type Drawing struct {
	Strokes [][][]float64 `json:"strokes"`
	Width   float64       `json:"width"`
	Height  float64       `json:"height"`
}

// Bounds of a drawing. A stroke of the pen across a tenth of the pad is no signature.
const (
	maxPoints = 20_000
	maxSide   = 10_000
	minSpan   = 0.15 // of the pad's shorter side: the extent of the ink
	minInk    = 0.4  // of the pad's shorter side: the length of the line
)

// Digest identifies the drawing, with its times and pressures.
func (d Drawing) Digest() cinnabar.Digest {
	var b bytes.Buffer
	put := func(v float64) { _ = binary.Write(&b, binary.BigEndian, v) }
	put(d.Width)
	put(d.Height)
	for _, stroke := range d.Strokes {
		put(float64(len(stroke)))
		for _, p := range stroke {
			put(float64(len(p)))
			for _, v := range p {
				put(v)
			}
		}
	}
	return cinnabar.DigestOf(b.Bytes())
}

// box is the extent of the ink.
type box struct{ x0, y0, x1, y1 float64 }

// check refuses what is no drawing, empty, or too small to be a signature.
func (d Drawing) check() (box, error) {
	wrong := func(code string) (box, error) {
		return box{}, errs.Wrong(errs.Field{Pointer: "/drawing", Code: code})
	}
	if !within(d.Width, 1, maxSide) || !within(d.Height, 1, maxSide) {
		return wrong("malformed")
	}
	b, points, ink := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}, 0, 0.0
	for _, stroke := range d.Strokes {
		if points += len(stroke); points > maxPoints || len(d.Strokes) > maxPoints {
			return wrong("too-long")
		}
		for i, p := range stroke {
			if len(p) < 2 || len(p) > 4 || !within(p[0], 0, d.Width) || !within(p[1], 0, d.Height) {
				return wrong("malformed")
			}
			b = box{min(b.x0, p[0]), min(b.y0, p[1]), max(b.x1, p[0]), max(b.y1, p[1])}
			if i > 0 {
				ink += math.Hypot(p[0]-stroke[i-1][0], p[1]-stroke[i-1][1])
			}
		}
	}
	side := min(d.Width, d.Height)
	switch {
	case points == 0:
		return wrong("missing")
	case max(b.x1-b.x0, b.y1-b.y0) < minSpan*side, ink < minInk*side:
		return wrong("too-short")
	}
	return b, nil
}

// within is false for NaN too.
func within(v, from, to float64) bool { return v >= from && v <= to }

// Form draws the signature as vectors into a form XObject of that size in points, as large as fits.
func (d Drawing) Form(width, height float64) (*pdf.Stream, error) {
	b, err := d.check()
	if err != nil {
		return nil, err
	}
	if !within(width, 5, 2000) || !within(height, 5, 2000) {
		return nil, fmt.Errorf("signing: a signature field of %v by %v points", width, height)
	}
	const margin = 2.0
	pen := min(max(height/30, 0.8), 2)
	room := margin + pen/2
	scale := min((width-2*room)/max(b.x1-b.x0, 1e-6), (height-2*room)/max(b.y1-b.y0, 1e-6))
	at := func(p []float64) (x, y float64) {
		x = width/2 + (p[0]-(b.x0+b.x1)/2)*scale
		y = height/2 - (p[1]-(b.y0+b.y1)/2)*scale // PDF counts upwards
		return x, y
	}
	content := fmt.Appendf(nil, "q 1 J 1 j %.2f w 0.05 0.05 0.25 RG\n", pen)
	for _, stroke := range d.Strokes {
		if len(stroke) > 0 {
			content = appendStroke(content, thin(stroke, at))
		}
	}
	content = append(content, "Q\n"...)
	return &pdf.Stream{
		Dict: pdf.Dict{
			"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0.0, 0.0, width, height},
			"Resources": pdf.Dict{}, "Filter": pdf.Name("FlateDecode"),
		},
		Data: pdf.Deflate(content),
	}, nil
}

type point struct{ x, y float64 }

// thin leaves out points that lie closer together than can be seen on paper.
func thin(stroke [][]float64, at func([]float64) (float64, float64)) []point {
	var out []point
	for i, p := range stroke {
		x, y := at(p)
		if n := len(out); n == 0 || i == len(stroke)-1 || math.Hypot(x-out[n-1].x, y-out[n-1].y) >= 0.3 {
			out = append(out, point{x, y})
		}
	}
	return out
}

// appendStroke draws a smooth line: quadratic curves from middle to middle with the points as controls,
// written as the cubic ones that PDF has. A single point becomes a dot by the round caps.
func appendStroke(dst []byte, p []point) []byte {
	dst = fmt.Appendf(dst, "%.2f %.2f m\n", p[0].x, p[0].y)
	from := p[0]
	for i := 1; i < len(p)-1; i++ {
		c, to := p[i], point{(p[i].x + p[i+1].x) / 2, (p[i].y + p[i+1].y) / 2}
		dst = fmt.Appendf(dst, "%.2f %.2f %.2f %.2f %.2f %.2f c\n",
			from.x+2*(c.x-from.x)/3, from.y+2*(c.y-from.y)/3, to.x+2*(c.x-to.x)/3, to.y+2*(c.y-to.y)/3, to.x, to.y)
		from = to
	}
	last := p[len(p)-1]
	return fmt.Appendf(dst, "%.2f %.2f l S\n", last.x, last.y)
}
