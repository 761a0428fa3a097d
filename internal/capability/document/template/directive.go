package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"cinnabar/internal/pdf/typeset"
)

// attrs are the name="value" pairs of a directive. Lengths are in millimetres.
type attrs map[string]string

var isAttr = regexp.MustCompile(`^\s*([a-z]+)=("[^"]*"|[^\s"]+)`)

// known are the directives and their attributes.
var known = map[string]string{
	"sign": "name width height lift shift align", "seal": "name size lift shift align",
	"qr": "size align text", "space": "height", "pagebreak": "", "columns": "gap", "next": "", "keep": "", "end": "",
}

// directive carries out a line that begins with three colons.
func (p *parser) directive(s string) error {
	if strings.ContainsRune(s, valueStart) {
		return fmt.Errorf("a directive cannot hold field values")
	}
	name, rest, _ := strings.Cut(s, " ")
	names, ok := known[name]
	if !ok {
		return fmt.Errorf("there is no directive :::%s", name)
	}
	a := attrs{}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		m := isAttr.FindStringSubmatch(rest)
		if m == nil || !strings.Contains(" "+names+" ", " "+m[1]+" ") {
			return fmt.Errorf(":::%s: cannot read %q; possible are: %s", name, rest, names)
		}
		a[m[1]] = strings.Trim(m[2], `"`)
		rest = rest[len(m[0]):]
	}
	switch name {
	case "columns", "keep", "next", "end":
		return p.container(name, a)
	}
	b, err := p.thing(name, a)
	if err == nil && b != nil {
		p.add(b)
	}
	return err
}

// thing makes the block of a directive that holds no others.
func (p *parser) thing(name string, a attrs) (typeset.Block, error) {
	l := lengths{a: a}
	var b typeset.Block
	switch name {
	case "sign":
		b = typeset.PlaceBox{Name: a["name"], Width: l.mm("width", 45), Height: l.mm("height", 16), Lift: l.mm("lift", 0), Shift: l.mm("shift", 0), Align: l.align()}
	case "seal":
		size := l.mm("size", 42) // 42 mm is the size of a contract seal, 18 mm of a legal representative's
		b = typeset.PlaceBox{Name: a["name"], Width: size, Height: size, Lift: l.mm("lift", 0), Shift: l.mm("shift", 0), Align: l.align()}
	case "qr":
		content := a["text"]
		if content == "" {
			content = p.verifyURL
		}
		if content != "" {
			b = typeset.QR{Content: content, Size: l.mm("size", 24), Align: l.align(), Alt: "验证二维码：" + content}
		}
	case "space":
		b = typeset.Space{Height: l.mm("height", 5)}
	case "pagebreak":
		b = typeset.PageBreak{}
	}
	if (name == "sign" || name == "seal") && a["name"] == "" {
		return nil, fmt.Errorf(":::%s needs a name", name)
	}
	return b, l.err
}

// container opens, continues or closes a frame.
func (p *parser) container(name string, a attrs) error {
	top := p.top()
	switch name {
	case "columns", "keep":
		if len(p.frames) > 4 {
			return fmt.Errorf(":::%s is nested too deep", name)
		}
		p.frames = append(p.frames, &frame{kind: name, gap: a["gap"]})
	case "next":
		if top.kind != "columns" {
			return fmt.Errorf(":::next stands outside of :::columns")
		}
		top.parts, top.blocks = append(top.parts, top.blocks), nil
	case "end":
		if len(p.frames) == 1 {
			return fmt.Errorf(":::end has nothing to close")
		}
		p.frames = p.frames[:len(p.frames)-1]
		if top.kind == "keep" {
			p.add(typeset.Keep{Blocks: top.blocks})
			return nil
		}
		l := lengths{a: attrs{"gap": top.gap}}
		p.add(typeset.Columns{Parts: append(top.parts, top.blocks), Gap: l.mm("gap", 6)})
		return l.err
	}
	return nil
}

// lengths reads attributes and keeps the first error.
type lengths struct {
	a   attrs
	err error
}

// mm reads a length of 0 to 300 mm and returns points.
func (l *lengths) mm(name string, otherwise float64) float64 {
	s := l.a[name]
	if s == "" {
		return otherwise * typeset.MM
	}
	v, err := strconv.ParseFloat(s, 64)
	if (err != nil || !(v >= 0 && v <= 300)) && l.err == nil {
		l.err = fmt.Errorf("%s=%q is not a length of 0 to 300 mm", name, s)
	}
	return v * typeset.MM
}

func (l *lengths) align() typeset.Align {
	switch l.a["align"] {
	case "", "left":
		return typeset.Left
	case "center":
		return typeset.Center
	case "right":
		return typeset.Right
	}
	if l.err == nil {
		l.err = fmt.Errorf("align=%q is neither left, center nor right", l.a["align"])
	}
	return typeset.Left
}
