package pdf

import (
	"bytes"
)

// Section is one cross-reference section (ISO 32000-2 7.5.4, 7.5.8): the list of what one revision of
// the file added, replaced or freed.
type Section struct {
	Offset  int  // where it begins: "xref", or the cross-reference stream's object
	End     int  // after the "%%EOF" and line end that close it; 0 when there is none (linearised files)
	Names   int  // the offset that the startxref before End names
	Stream  bool // it is a cross-reference stream
	Trailer Dict
	entries map[int]entry
}

// Numbers lists the objects that the section adds, replaces (true) or frees (false).
func (s Section) Numbers() map[int]bool {
	out := make(map[int]bool, len(s.entries))
	for n, e := range s.entries {
		out[n] = e.kind != entryFree
	}
	return out
}

type entryKind byte

const (
	entryFree entryKind = iota
	entryPlain
	entryPacked
)

// entry says where an object is: plain at offset a with generation b, or as number b in object stream a.
type entry struct {
	kind entryKind
	a, b int
}

func (e entry) generation() int {
	if e.kind == entryPacked {
		return 0
	}
	return e.b
}

// startxref reads the last lines of the file. Nothing but white space may follow its %%EOF.
func (d *Document) startxref() (int, error) {
	const tail = 2048
	from := max(0, len(d.data)-tail)
	i := bytes.LastIndex(d.data[from:], []byte("startxref"))
	if i < 0 {
		return 0, malformed(len(d.data), "no startxref at its end")
	}
	offset, end, err := d.closing(from + i)
	if err != nil {
		return 0, err
	}
	if rest := bytes.TrimRight(d.data[end:], "\x00\t\n\f\r "); len(rest) > 0 {
		return 0, malformed(end, "bytes after its end")
	}
	return offset, nil
}

// closing reads "startxref n %%EOF" at offset at and returns n and the offset after the line end.
func (d *Document) closing(at int) (offset, end int, err error) {
	p := NewParser(d.data, at, 1)
	if p.Keyword() != "startxref" {
		return 0, 0, malformed(at, "no startxref where one is due")
	}
	if offset, err = p.Int(); err != nil {
		return 0, 0, err
	}
	for isSpace(p.at(0)) && p.pos < len(d.data) {
		p.pos++
	}
	if !bytes.HasPrefix(d.data[p.pos:], []byte("%%EOF")) {
		return 0, 0, malformed(p.pos, "no %%EOF where one is due")
	}
	p.pos += len("%%EOF")
	if p.at(0) == '\r' {
		p.pos++
	}
	if p.at(0) == '\n' {
		p.pos++
	}
	return offset, p.pos, nil
}

// readSections follows /Prev from the newest section to the oldest.
func (d *Document) readSections(start int) error {
	seen := map[int]bool{}
	total := 0
	for at := start; ; {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		if seen[at] {
			return malformed(at, "cross-reference sections in a circle")
		}
		if len(d.sections) >= d.limits.Sections {
			return tooLarge("revisions")
		}
		seen[at] = true
		s, err := d.section(at)
		if err != nil {
			return err
		}
		if total += len(s.entries); total > d.limits.Objects {
			return tooLarge("objects")
		}
		d.sections = append(d.sections, s)
		prev, ok := s.Trailer["Prev"]
		if !ok {
			return nil
		}
		if at = intOr(prev, -1); at < 0 {
			return malformed(s.Offset, "a /Prev that is no offset")
		}
	}
}

func (d *Document) section(at int) (Section, error) {
	if at <= 0 || at >= len(d.data) {
		return Section{}, malformed(at, "a cross-reference section outside of the file")
	}
	s := Section{Offset: at, entries: map[int]entry{}}
	var end int
	var err error
	if bytes.HasPrefix(d.data[at:], []byte("xref")) {
		end, err = d.classic(&s)
	} else {
		s.Stream = true
		end, err = d.xrefStream(&s, at)
	}
	if err != nil {
		return s, err
	}
	if names, closed, err := d.closing(end); err == nil {
		s.Names, s.End = names, closed
	}
	return s, nil
}

// classic reads a table and its trailer (ISO 32000-2 7.5.4, 7.5.5).
func (d *Document) classic(s *Section) (end int, err error) {
	p := NewParser(d.data, s.Offset+len("xref"), d.limits.Depth)
	for {
		p.skipSpace()
		if !isDigit(p.at(0)) {
			break
		}
		if err := d.subsection(p, s); err != nil {
			return 0, err
		}
	}
	if p.Keyword() != "trailer" {
		return 0, malformed(p.pos, "no trailer where one is due")
	}
	o, err := p.Object()
	if err != nil {
		return 0, err
	}
	trailer, ok := o.(Dict)
	if !ok {
		return 0, malformed(p.pos, "a trailer that is no dictionary")
	}
	s.Trailer = trailer
	if at, ok := trailer["XRefStm"].(int64); ok {
		// A hybrid file: what the table hides, the stream shows (7.5.8.4).
		hidden := Section{Offset: int(at), entries: map[int]entry{}}
		if _, err := d.xrefStream(&hidden, intOr(at, -1)); err != nil {
			return 0, err
		}
		for n, e := range hidden.entries {
			if old, ok := s.entries[n]; !ok || old.kind == entryFree {
				s.entries[n] = e
			}
		}
	}
	return p.pos, nil
}

func (d *Document) subsection(p *Parser, s *Section) error {
	first, err := p.Int()
	if err != nil {
		return err
	}
	n, err := p.Int()
	if err != nil {
		return err
	}
	if n > d.limits.Objects || first > 1<<24 {
		return tooLarge("objects")
	}
	for i := range n {
		offset, err := p.Int()
		if err != nil {
			return err
		}
		gen, err := p.Int()
		if err != nil {
			return err
		}
		e := entry{kind: entryPlain, a: offset, b: gen}
		switch p.Keyword() {
		case "n":
		case "f":
			e.kind = entryFree
		default:
			return malformed(p.pos, "a cross-reference entry that is neither used nor free")
		}
		if _, twice := s.entries[first+i]; twice {
			return malformed(p.pos, "an object listed twice in one cross-reference table")
		}
		s.entries[first+i] = e
	}
	return nil
}

// xrefStream reads a cross-reference stream (ISO 32000-2 7.5.8).
func (d *Document) xrefStream(s *Section, at int) (end int, err error) {
	if at <= 0 || at >= len(d.data) || !isDigit(d.data[at]) {
		return 0, malformed(at, "no cross-reference section where one is due")
	}
	p := NewParser(d.data, at, 1)
	num, err := p.Int()
	if err != nil {
		return 0, err
	}
	gen, err := p.Int()
	if err != nil {
		return 0, err
	}
	o, end, err := d.indirectAt(at, Ref{Num: num, Gen: gen})
	if err != nil {
		return 0, err
	}
	raw, ok := o.(*Stream)
	if !ok || raw.Dict["Type"] != Name("XRef") {
		return 0, malformed(at, "a cross-reference stream that is none")
	}
	data, err := d.Decode(raw)
	if err != nil {
		return 0, err
	}
	s.Trailer = raw.Dict
	return end, d.xrefEntries(s, data)
}

func (d *Document) xrefEntries(s *Section, data []byte) error {
	var w [3]int
	widths, _ := s.Trailer["W"].(Array)
	for i := range w {
		if i < len(widths) {
			w[i] = intOr(widths[i], -1)
		}
		if w[i] < 0 || w[i] > 7 {
			return malformed(s.Offset, "a cross-reference stream with impossible widths")
		}
	}
	row := w[0] + w[1] + w[2]
	index, _ := s.Trailer["Index"].(Array)
	if index == nil {
		index = Array{int64(0), s.Trailer["Size"]}
	}
	for len(index) >= 2 {
		first, n := intOr(index[0], -1), intOr(index[1], -1)
		index = index[2:]
		if first < 0 || n < 0 || row == 0 || n > len(data)/row {
			return malformed(s.Offset, "a cross-reference stream with an impossible index")
		}
		if n > d.limits.Objects || first > 1<<24 {
			return tooLarge("objects")
		}
		for i := range n {
			if err := s.add(first+i, data[:row], w); err != nil {
				return err
			}
			data = data[row:]
		}
	}
	return nil
}

func (s *Section) add(num int, row []byte, w [3]int) error {
	kind := 1
	if w[0] > 0 {
		kind = bigEndian(row[:w[0]])
	}
	e := entry{a: bigEndian(row[w[0] : w[0]+w[1]]), b: bigEndian(row[w[0]+w[1]:])}
	switch kind {
	case 0:
	case 1:
		e.kind = entryPlain
	case 2:
		e.kind = entryPacked
	default:
		return nil // later kinds read as null (7.5.8.3)
	}
	if _, twice := s.entries[num]; twice {
		return malformed(s.Offset, "an object listed twice in one cross-reference stream")
	}
	s.entries[num] = e
	return nil
}

func bigEndian(b []byte) int {
	n := 0
	for _, c := range b {
		n = n<<8 | int(c)
	}
	return n
}
