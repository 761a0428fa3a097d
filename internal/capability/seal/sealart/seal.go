package sealart

import (
	"math"
	"strings"

	"cinnabar/internal/platform/errs"
)

// CodeWording is the code of the errs.Invalid for a wording that does not fit on a seal.
const CodeWording = "seal-wording"

// Sizes on paper in millimetres: the customary ones of company seals and name seals.
const (
	roundSize  = 42
	squareSize = 20
)

const maxName = 40

// Company is the wording of an organisation's seal.
type Company struct {
	Name   string // full name, 1 to 40 characters, along the arc
	Kind   string // e.g. 合同专用章; up to 12 characters; may be empty, as on a 公章
	Number string // the 13 digits that the police register; may be empty
}

func (c Company) check() error {
	name, kind, number := []rune(c.Name), []rune(c.Kind), []rune(c.Number)
	if len(name) < 1 || len(name) > maxName || len(kind) > 12 || len(number) > 18 {
		return errs.New(errs.Invalid, CodeWording, "a seal takes a name of 1 to %d characters, a kind of up to 12 and a number of up to 18", maxName)
	}
	return nil
}

// Round draws a round company seal (公章, 合同专用章): ring, name along the arc, star, kind below it.
func Round(f *Face, c Company) (*Art, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p := &pen{face: f}
	p.path.ellipse(50, 50, 49, 49, false)
	p.path.ellipse(50, 50, 46.4, 46.4, true)
	p.path.star(50, 50, 14.5)
	if err := p.arc(c.Name, 37.5, span(c), 13, 11.5); err != nil {
		return nil, err
	}
	room := 52.0
	if span(c) > 4.1 { // 235 degrees: the name reaches down beside the kind
		room = 35
	}
	if err := p.line(c.Kind, 50, 26.5, room, 9.5, 11); err != nil {
		return nil, err
	}
	if err := p.foot(c.Number, 42); err != nil {
		return nil, err
	}
	return &Art{path: &p.path, wide: 100, high: 100, millimetres: roundSize}, nil
}

// span is the angle that the name takes: short names are not pulled apart, long ones reach further down.
func span(c Company) float64 {
	n := float64(len([]rune(c.Name)))
	widest := 290.0
	if c.Number != "" {
		widest = 262
	}
	return math.Min(widest, 30+(n-1)*19) * math.Pi / 180
}

// onCircle is a place on the circle of a radius around the middle of a seal.
func onCircle(radius, angle float64) (x, y float64) {
	return 50 + radius*math.Cos(angle), 50 + radius*math.Sin(angle)
}

// arc sets text clockwise over the top of a circle, its characters at equal distances.
func (p *pen) arc(text string, radius, span, high, widest float64) error {
	rs := []rune(text)
	turn := 0.0 // from one character to the next
	wide := widest * 0.94
	if len(rs) > 1 {
		turn = span / float64(len(rs)-1)
		wide = math.Min(widest, radius*turn*0.94)
	}
	high = math.Min(high, wide*2.1)
	for i, c := range rs {
		lean := (float64(len(rs)-1)/2 - float64(i)) * turn
		x, y := onCircle(radius, math.Pi/2+lean)
		if err := p.character(c, x, y, wide, high, lean); err != nil {
			return err
		}
	}
	return nil
}

// line sets text in a straight line around (cx, cy), narrowed to fit.
func (p *pen) line(text string, cx, cy, room, wide, high float64) error {
	rs := []rune(text)
	if len(rs) == 0 {
		return nil
	}
	wide = math.Min(wide, room/float64(len(rs))/1.05)
	for i, c := range rs {
		x := cx + (float64(i)-float64(len(rs)-1)/2)*wide*1.05
		w := wide
		if !isWide(c) {
			w = wide * 0.7
		}
		if err := p.character(c, x, cy, w, math.Min(high, wide*1.8), 0); err != nil {
			return err
		}
	}
	return nil
}

// foot sets the number along the lower edge, readable from outside.
func (p *pen) foot(number string, radius float64) error {
	rs := []rune(number)
	step := math.Min(0.085, 1.15/math.Max(1, float64(len(rs))))
	for i, c := range rs {
		t := -math.Pi/2 + (float64(i)-float64(len(rs)-1)/2)*step
		x, y := onCircle(radius, t)
		if err := p.character(c, x, y, 2.3, 3.9, t+math.Pi/2); err != nil {
			return err
		}
	}
	return nil
}

// Square draws a name seal (法人章, 名章): columns from right to left. Names of one and three characters get
// 印 behind them, of two 之印; names of minorities keep their dot (·), which ends a column.
func Square(f *Face, name string) (*Art, error) {
	rs := []rune(strings.TrimSpace(name))
	if len(rs) < 1 || len(rs) > maxName {
		return nil, errs.New(errs.Invalid, CodeWording, "a name seal takes 1 to %d characters", maxName)
	}
	p := &pen{face: f}
	p.path.rectangle(2, 2, 98, 98, false)
	p.path.rectangle(6.5, 6.5, 93.5, 93.5, true)
	columns := layOut(rs)
	const from, to = 9.5, 90.5
	wide := (to - from) / float64(len(columns))
	for i, column := range columns {
		cx := to - wide*(float64(i)+0.5)
		y := to
		total := 0.0
		for _, c := range column {
			total += weight(c)
		}
		for _, c := range column {
			high := (to - from) * weight(c) / total
			if err := p.cell(c, cx, y-high/2, wide, high); err != nil {
				return nil, err
			}
			y -= high
		}
	}
	return &Art{path: &p.path, wide: 100, high: 100, millimetres: squareSize}, nil
}

func (p *pen) cell(c rune, cx, cy, wide, high float64) error {
	if isDot(c) {
		r := math.Min(wide, high) * 0.22
		p.path.ellipse(cx, cy, r, r, false)
		return nil
	}
	return p.filling(c, cx, cy, wide*0.9, high*0.9)
}

// weight is the share of a column's height.
func weight(c rune) float64 {
	if isDot(c) {
		return 0.4
	}
	return 1
}

// isDot knows the signs that are written for the dot in names.
func isDot(c rune) bool { return strings.ContainsRune("·•‧・∙⋅．", c) }

// layOut divides a name into columns, the first of which stands on the right.
func layOut(name []rune) [][]rune {
	switch len(name) {
	case 1:
		return [][]rune{name, {'印'}}
	case 2:
		return [][]rune{name, {'之', '印'}}
	case 3:
		if !isDot(name[1]) {
			return [][]rune{name[:2], {name[2], '印'}}
		}
	}
	rows := int(math.Ceil(math.Sqrt(float64(len(name)))))
	if len(parts(name)) > 1 {
		rows = max(rows, 5) // a part and its dot in one column, if they fit
	}
	var out [][]rune
	var column []rune
	flush := func() {
		if len(column) > 0 {
			out = append(out, column)
			column = nil
		}
	}
	for _, part := range parts(name) {
		even := (len(part) + rows - 1) / rows // columns of this part
		size := (len(part) + even - 1) / even
		for _, c := range part {
			column = append(column, c)
			if len(column) >= size {
				flush()
			}
		}
		flush()
	}
	return out
}

// parts cuts a name behind its dots.
func parts(name []rune) [][]rune {
	var out [][]rune
	start := 0
	for i, c := range name {
		if isDot(c) && i > start {
			out = append(out, name[start:i+1])
			start = i + 1
		}
	}
	if start < len(name) {
		out = append(out, name[start:])
	}
	return out
}
