// Package sealart draws Chinese seals (公章, 合同专用章, 法人章, 椭圆章) from the outlines of a font, or takes
// them from an uploaded picture. A seal comes out as a PDF form (vectors, laid over the text so that it shows
// through), as SVG, as PNG, and in slices for a straddle seal (骑缝章). The same input gives the same bytes.
// A character that no font has is refused by name, never left blank.
package sealart

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/image/vector"
)

type op struct {
	kind byte // M L Q C Z
	at   [6]float64
}

// path is an outline with y upwards, filled by the non-zero rule.
type path struct{ ops []op }

func (p *path) add(kind byte, at ...float64) {
	o := op{kind: kind}
	copy(o.at[:], at)
	p.ops = append(p.ops, o)
}

// ellipse adds a closed ellipse; a hole runs the other way round.
func (p *path) ellipse(cx, cy, a, b float64, hole bool) {
	const k = 0.5522847498 // control points of a quarter circle
	s := 1.0
	if hole {
		s = -1
	}
	p.add('M', cx+a, cy)
	p.add('C', cx+a, cy+s*k*b, cx+k*a, cy+s*b, cx, cy+s*b)
	p.add('C', cx-k*a, cy+s*b, cx-a, cy+s*k*b, cx-a, cy)
	p.add('C', cx-a, cy-s*k*b, cx-k*a, cy-s*b, cx, cy-s*b)
	p.add('C', cx+k*a, cy-s*b, cx+a, cy-s*k*b, cx+a, cy)
	p.add('Z')
}

func (p *path) rectangle(x0, y0, x1, y1 float64, hole bool) {
	p.add('M', x0, y0)
	if hole {
		p.add('L', x0, y1)
		p.add('L', x1, y1)
		p.add('L', x1, y0)
	} else {
		p.add('L', x1, y0)
		p.add('L', x1, y1)
		p.add('L', x0, y1)
	}
	p.add('Z')
}

// star adds a five-pointed star; the inner radius is that of the regular pentagram.
func (p *path) star(cx, cy, r float64) {
	const inner = 0.381966
	for i := range 10 {
		radius, kind := r, byte('L')
		if i%2 == 1 {
			radius = r * inner
		}
		if i == 0 {
			kind = 'M'
		}
		a := math.Pi/2 + float64(i)*math.Pi/5
		p.add(kind, cx+radius*math.Cos(a), cy+radius*math.Sin(a))
	}
	p.add('Z')
}

// operators writes the path as PDF path operators, scaled.
func (p *path) operators(scale float64) []byte {
	var b []byte
	var px, py float64
	number := func(v ...float64) {
		for _, f := range v {
			b = appendNumber(b, f*scale)
			b = append(b, ' ')
		}
	}
	for _, o := range p.ops {
		q := o.at
		switch o.kind {
		case 'M', 'L':
			number(q[0], q[1])
			b = append(b, o.kind|0x20, '\n')
			px, py = q[0], q[1]
		case 'Q': // PDF has no quadratic curves
			number(px+2*(q[0]-px)/3, py+2*(q[1]-py)/3, q[2]+2*(q[0]-q[2])/3, q[3]+2*(q[1]-q[3])/3, q[2], q[3])
			b = append(b, "c\n"...)
			px, py = q[2], q[3]
		case 'C':
			number(q[:]...)
			b = append(b, "c\n"...)
			px, py = q[4], q[5]
		case 'Z':
			b = append(b, "h\n"...)
		}
	}
	return b
}

func appendNumber(b []byte, f float64) []byte {
	s := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", f), "0"), ".")
	if s == "-0" {
		s = "0"
	}
	return append(b, s...)
}

// svg writes the path as SVG path data in a system with y downwards and the given height.
func (p *path) svg(height float64) string {
	var b []byte
	for _, o := range p.ops {
		count := map[byte]int{'M': 2, 'L': 2, 'Q': 4, 'C': 6}[o.kind]
		b = append(b, o.kind)
		for i, v := range o.at[:count] {
			if i%2 == 1 {
				v = height - v
			}
			if i > 0 {
				b = append(b, ' ')
			}
			b = appendNumber(b, v)
		}
	}
	return string(b)
}

// raster draws the path with the given number of pixels for one unit.
func (p *path) raster(z *vector.Rasterizer, k, height float64) {
	x := func(v float64) float32 { return float32(v * k) }
	y := func(v float64) float32 { return float32((height - v) * k) }
	for _, o := range p.ops {
		q := o.at
		switch o.kind {
		case 'M':
			z.MoveTo(x(q[0]), y(q[1]))
		case 'L':
			z.LineTo(x(q[0]), y(q[1]))
		case 'Q':
			z.QuadTo(x(q[0]), y(q[1]), x(q[2]), y(q[3]))
		case 'C':
			z.CubeTo(x(q[0]), y(q[1]), x(q[2]), y(q[3]), x(q[4]), y(q[5]))
		case 'Z':
			z.ClosePath()
		}
	}
}
