package pdf

import (
	"strings"
	"unicode/utf16"
)

// Words returns the text of all pages in the order in which the file draws them, a line break where it
// starts a new line and a form feed behind each page: good for searching, not for reading aloud. Fonts without
// /ToUnicode are read as Latin-1 when their codes are single bytes and passed over otherwise. The result ends
// at Limits.Text bytes.
func (d *Document) Words() (string, error) {
	pages, err := d.Pages()
	if err != nil {
		return "", err
	}
	w := &textWalk{d: d, fonts: map[Ref]*decoder{}, room: maxAllCodes}
	for _, p := range pages {
		content, err := d.Content(p)
		if err != nil {
			return "", err
		}
		if err := w.run(content, p.Resources, 0); err != nil {
			return "", err
		}
		w.out.WriteByte('\f')
		if w.out.Len() >= d.limits.Text {
			break
		}
	}
	return w.out.String(), nil
}

type textWalk struct {
	d     *Document
	fonts map[Ref]*decoder
	font  *decoder
	room  int // codes that the fonts may still map
	out   strings.Builder
}

// maxForms bounds forms drawn within forms.
const maxForms = 4

// run reads one content stream. What is malformed ends the stream, as viewers do, not the document.
func (w *textWalk) run(content []byte, resources Object, depth int) error {
	res, err := w.d.DictOf(resources)
	if err != nil {
		return err
	}
	p := NewParser(content, 0, 16)
	var operands []Object
	for w.out.Len() < w.d.limits.Text {
		p.skipSpace()
		if p.pos >= len(content) {
			return nil
		}
		if o, err := p.Object(); err == nil {
			if operands = append(operands, o); len(operands) > 64 {
				operands = operands[1:]
			}
			continue
		}
		start := p.pos
		word := p.Keyword()
		if p.pos == start {
			p.pos++ // a delimiter that means nothing here
			continue
		}
		if word == "ID" {
			p.skipImage()
		} else if err := w.operator(word, operands, res, depth); err != nil {
			return err
		}
		operands = operands[:0]
	}
	return nil
}

// skipImage jumps behind the data of an inline image.
func (p *Parser) skipImage() {
	for p.pos+2 < len(p.data) {
		p.pos++
		if isSpace(p.data[p.pos-1]) && p.data[p.pos] == 'E' && p.data[p.pos+1] == 'I' && !isRegular(p.at(2)) {
			p.pos += 2
			return
		}
	}
	p.pos = len(p.data)
}

func (w *textWalk) operator(op string, args []Object, res Dict, depth int) error {
	switch op {
	case "Tf":
		if len(args) >= 2 {
			return w.setFont(args[len(args)-2], res)
		}
	case "Tj":
		w.show(args)
	case "'", "\"":
		w.line()
		w.show(args)
	case "TJ":
		if len(args) > 0 {
			a, _ := args[len(args)-1].(Array)
			w.showSpaced(a)
		}
	case "T*", "Tm", "ET":
		w.line()
	case "Td", "TD":
		if len(args) >= 2 && args[len(args)-1] != int64(0) && args[len(args)-1] != 0.0 {
			w.line()
		}
	case "Do":
		if len(args) > 0 && depth < maxForms {
			return w.form(args[len(args)-1], res, depth)
		}
	}
	return nil
}

func (w *textWalk) line() {
	if s := w.out.String(); s != "" && !strings.HasSuffix(s, "\n") && !strings.HasSuffix(s, "\f") {
		w.out.WriteByte('\n')
	}
}

func (w *textWalk) show(args []Object) {
	if len(args) == 0 || w.font == nil {
		return
	}
	if s, ok := args[len(args)-1].(String); ok {
		w.font.decode(s, &w.out)
	}
}

// showSpaced writes a space where the text is moved by more than a fifth of an em, as between Latin words.
func (w *textWalk) showSpaced(a Array) {
	for _, o := range a {
		if v, err := number(o); err == nil && v < -200 {
			w.out.WriteByte(' ')
		}
		w.show([]Object{o})
	}
}

func (w *textWalk) form(name Object, res Dict, depth int) error {
	n, _ := name.(Name)
	all, err := w.d.DictOf(res["XObject"])
	if err != nil {
		return err
	}
	v, err := w.d.Value(all[n])
	if err != nil {
		return err
	}
	s, ok := v.(*Stream)
	if !ok || s.Dict["Subtype"] != Name("Form") {
		return nil
	}
	data, err := w.d.Decode(s)
	if err != nil {
		return err
	}
	inner := s.Dict["Resources"]
	if inner == nil {
		inner = res
	}
	return w.run(data, inner, depth+1)
}

func (w *textWalk) setFont(name Object, res Dict) error {
	n, _ := name.(Name)
	all, err := w.d.DictOf(res["Font"])
	if err != nil {
		return err
	}
	ref, shared := all[n].(Ref)
	if known, ok := w.fonts[ref]; ok && shared {
		w.font = known
		return nil
	}
	dict, err := w.d.DictOf(all[n])
	if err != nil {
		return err
	}
	if w.font, err = w.decoder(dict); err == nil && shared {
		w.fonts[ref] = w.font
	}
	return err
}

// decoder turns character codes into text.
type decoder struct {
	width int // bytes of a code
	codes map[int]string
	latin bool // codes stand for themselves
	room  int  // codes that may be mapped
}

func (w *textWalk) decoder(font Dict) (*decoder, error) {
	f := &decoder{width: 1, latin: font["Subtype"] != Name("Type0")}
	if !f.latin {
		f.width = 2
	}
	v, err := w.d.Value(font["ToUnicode"])
	if err != nil {
		return nil, err
	}
	s, ok := v.(*Stream)
	if !ok {
		return f, nil
	}
	data, err := w.d.Decode(s)
	if err != nil {
		return nil, err
	}
	f.codes = map[int]string{}
	f.room = min(maxCodes, w.room)
	f.read(data)
	w.room -= len(f.codes)
	return f, nil
}

func (f *decoder) decode(s String, out *strings.Builder) {
	for i := 0; i+f.width <= len(s); i += f.width {
		code := bigEndian(s[i : i+f.width])
		if t, ok := f.codes[code]; ok {
			out.WriteString(t)
		} else if f.latin && f.codes == nil && code >= ' ' {
			out.WriteRune(rune(code))
		}
	}
}

// Codes that one font and all fonts together may map: a range of a few bytes can name 65,536.
const (
	maxCodes    = 70_000
	maxAllCodes = 500_000
)

// read reads the mappings of a ToUnicode CMap (ISO 32000-2 9.10.3).
func (f *decoder) read(data []byte) {
	p := NewParser(data, 0, 4)
	var args []Object
	for p.pos < len(data) && len(f.codes) < f.room {
		if o, err := p.Object(); err == nil {
			args = append(args, o)
			continue
		}
		start := p.pos
		switch p.Keyword() {
		case "endcodespacerange":
			if len(args) > 0 {
				if s, ok := args[0].(String); ok && (len(s) == 1 || len(s) == 2) {
					f.width = len(s)
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				f.mapRange(args[i], args[i], args[i+1])
			}
		case "endbfrange":
			for i := 0; i+2 < len(args); i += 3 {
				f.mapRange(args[i], args[i+1], args[i+2])
			}
		}
		args = args[:0]
		if p.pos == start {
			p.pos++
		}
	}
}

func (f *decoder) mapRange(from, to, target Object) {
	first, ok1 := from.(String)
	last, ok2 := to.(String)
	if !ok1 || !ok2 || len(first) > 2 || len(last) > 2 {
		return
	}
	a, b := bigEndian(first), bigEndian(last)
	list, many := target.(Array)
	for code := a; code <= b && len(f.codes) < f.room; code++ {
		if many {
			if code-a < len(list) {
				s, _ := list[code-a].(String)
				f.codes[code] = utf16Text(s, 0)
			}
			continue
		}
		s, _ := target.(String)
		f.codes[code] = utf16Text(s, code-a)
	}
}

// utf16Text decodes UTF-16BE whose last unit is raised by add.
func utf16Text(s String, add int) string {
	var units []uint16
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	if len(units) > 0 {
		units[len(units)-1] += uint16(add)
	}
	return string(utf16.Decode(units))
}
