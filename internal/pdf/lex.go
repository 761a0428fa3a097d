package pdf

import (
	"bytes"
	"math"
	"strconv"
)

// Parser reads PDF syntax from bytes that nobody has checked. It never reads outside them, never recurses
// deeper than it is told, and reports the first thing that is wrong instead of guessing.
type Parser struct {
	data  []byte
	pos   int
	depth int // levels that are still allowed
}

// NewParser reads data from offset pos on. depth bounds the nesting of arrays and dictionaries.
func NewParser(data []byte, pos, depth int) *Parser {
	return &Parser{data: data, pos: max(pos, 0), depth: depth}
}

// Object reads one direct object or reference. A Keyword error means an operator or keyword stood there.
func (p *Parser) Object() (Object, error) {
	p.skipSpace()
	if p.pos >= len(p.data) {
		return nil, malformed(p.pos, "it ends where a value is due")
	}
	switch c := p.data[p.pos]; {
	case c == '/':
		return p.name()
	case c == '(':
		return p.literal()
	case c == '<' && p.at(1) == '<':
		return p.nested(p.dict)
	case c == '<':
		return p.hex()
	case c == '[':
		return p.nested(p.array)
	case c == '+' || c == '-' || c == '.' || isDigit(c):
		return p.numberOrRef()
	}
	return p.constant()
}

// Keyword reads a run of regular characters such as obj or xref; it is empty when none stands there.
func (p *Parser) Keyword() string {
	p.skipSpace()
	start := p.pos
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		p.pos++
	}
	return string(p.data[start:p.pos])
}

// Int reads an integer that is not negative.
func (p *Parser) Int() (int, error) {
	p.skipSpace()
	start := p.pos
	for p.pos < len(p.data) && isDigit(p.data[p.pos]) {
		p.pos++
	}
	n, err := strconv.Atoi(string(p.data[start:p.pos]))
	if err != nil {
		return 0, malformed(start, "no integer where one is due")
	}
	return n, nil
}

func (p *Parser) at(ahead int) byte {
	if p.pos+ahead >= len(p.data) {
		return 0
	}
	return p.data[p.pos+ahead]
}

// skipSpace skips white space and comments.
func (p *Parser) skipSpace() {
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		if c == '%' {
			for p.pos < len(p.data) && p.data[p.pos] != '\r' && p.data[p.pos] != '\n' {
				p.pos++
			}
			continue
		}
		if !isSpace(c) {
			return
		}
		p.pos++
	}
}

func (p *Parser) nested(read func() (Object, error)) (Object, error) {
	if p.depth <= 0 {
		return nil, tooLarge("values nested too deeply")
	}
	p.depth--
	defer func() { p.depth++ }()
	return read()
}

func (p *Parser) constant() (Object, error) {
	start := p.pos
	switch p.Keyword() {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	p.pos = start
	return nil, malformed(start, "no value where one is due")
}

func (p *Parser) name() (Object, error) {
	p.pos++
	start := p.pos
	escaped := false
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		escaped = escaped || p.data[p.pos] == '#'
		p.pos++
	}
	raw := p.data[start:p.pos]
	if !escaped {
		return Name(raw), nil
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) && isHex(raw[i+1]) && isHex(raw[i+2]) {
			out = append(out, unhex(raw[i+1])<<4|unhex(raw[i+2]))
			i += 2
			continue
		}
		out = append(out, raw[i])
	}
	return Name(out), nil
}

func (p *Parser) array() (Object, error) {
	p.pos++
	out := Array{}
	for {
		p.skipSpace()
		if p.at(0) == ']' {
			p.pos++
			return out, nil
		}
		o, err := p.Object()
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
}

func (p *Parser) dict() (Object, error) {
	p.pos += 2
	out := Dict{}
	for {
		p.skipSpace()
		if p.at(0) == '>' && p.at(1) == '>' {
			p.pos += 2
			return out, nil
		}
		if p.at(0) != '/' {
			return nil, malformed(p.pos, "a dictionary key that is no name")
		}
		at := p.pos
		key, err := p.name()
		if err != nil {
			return nil, err
		}
		if _, twice := out[key.(Name)]; twice {
			// Readers disagree on which of the two counts: the way one file shows two contents.
			return nil, malformed(at, "a dictionary with the same key twice")
		}
		if out[key.(Name)], err = p.Object(); err != nil {
			return nil, err
		}
	}
}

func (p *Parser) hex() (Object, error) {
	start := p.pos
	p.pos++
	end := bytes.IndexByte(p.data[p.pos:], '>')
	if end < 0 {
		p.pos = len(p.data) // so that nobody looks for the same end again
		return nil, malformed(start, "a hexadecimal string without end")
	}
	raw := p.data[p.pos : p.pos+end]
	p.pos += end + 1
	out := make(String, 0, len(raw)/2+1)
	high, half := byte(0), false
	for _, c := range raw {
		if isSpace(c) {
			continue
		}
		if !isHex(c) {
			return nil, malformed(start, "a hexadecimal string with other characters")
		}
		if half {
			out = append(out, high<<4|unhex(c))
		}
		high, half = unhex(c), !half
	}
	if half {
		out = append(out, high<<4)
	}
	return out, nil
}

func (p *Parser) literal() (Object, error) {
	start := p.pos
	out := String{}
	open := 0
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		p.pos++
		switch c {
		case '(':
			open++
			if open == 1 {
				continue
			}
		case ')':
			open--
			if open == 0 {
				return out, nil
			}
		case '\\':
			out = p.escape(out)
			continue
		case '\r':
			if p.at(0) == '\n' {
				p.pos++
			}
			c = '\n'
		}
		out = append(out, c)
	}
	return nil, malformed(start, "a string without end")
}

// escape reads what follows a backslash in a literal string (ISO 32000-2 table 3).
func (p *Parser) escape(out String) String {
	c := p.at(0)
	p.pos++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\n':
		return out
	case '\r':
		if p.at(0) == '\n' {
			p.pos++
		}
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for range 2 {
		if d := p.at(0); d >= '0' && d <= '7' {
			v = v<<3 | int(d-'0')
			p.pos++
			continue
		}
		break
	}
	return append(out, byte(v))
}

// numberOrRef reads a number, or "num gen R".
func (p *Parser) numberOrRef() (Object, error) {
	first, err := p.number()
	if err != nil {
		return nil, err
	}
	num, ok := first.(int64)
	if !ok || num < 0 || num > math.MaxInt32 {
		return first, nil
	}
	back := p.pos
	p.skipSpace()
	if !isDigit(p.at(0)) {
		p.pos = back
		return first, nil
	}
	gen, err := p.Int()
	if err == nil && gen <= 65535 && p.Keyword() == "R" {
		return Ref{Num: int(num), Gen: gen}, nil
	}
	p.pos = back
	return first, nil
}

func (p *Parser) number() (Object, error) {
	start := p.pos
	isReal := false
	for p.pos < len(p.data) && isRegular(p.data[p.pos]) {
		isReal = isReal || p.data[p.pos] == '.'
		p.pos++
	}
	s := string(p.data[start:p.pos])
	if !isReal {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, malformed(start, "a number that is none")
		}
		return n, nil
	}
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && c != '.' && (i > 0 || c != '-' && c != '+') {
			return nil, malformed(start, "a number that is none")
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, malformed(start, "a number that is none")
	}
	return f, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
