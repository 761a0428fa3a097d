package pdf

import (
	"bytes"
	"context"
	"maps"

	"cinnabar/internal/platform/errs"
)

// Document is a PDF file that is read as it stands: nothing is repaired, because a reader that repairs
// sees another document than the one that was signed. Objects are read when they are asked for. It is
// not for several goroutines at once.
type Document struct {
	ctx      context.Context // of the one call that reads this file; Document does not outlive it
	data     []byte
	limits   Limits
	sections []Section // newest first
	first    int       // the newest section that counts, see At
	xref     map[int]entry
	objects  map[int]Object
	streams  map[int]*objectStream
	reading  map[int]bool // objects being read now: a second read is a loop
	decoded  int          // bytes decoded so far
}

// Open reads the cross-reference sections of data, all revisions, within limits. Data is kept, not
// copied, and must not change. Errors: errs.Invalid (damaged), errs.TooLarge, or ctx's.
func Open(ctx context.Context, data []byte, limits Limits) (*Document, error) {
	limits = limits.orDefault()
	if len(data) > limits.FileSize {
		return nil, tooLarge("the file")
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil, errs.New(errs.Invalid, CodeMalformed, "this is not a PDF")
	}
	d := &Document{ctx: ctx, data: data, limits: limits}
	d.reset(0)
	start, err := d.startxref()
	if err != nil {
		return nil, err
	}
	if err := d.readSections(start); err != nil {
		return nil, err
	}
	d.reset(0)
	return d, nil
}

// At returns the document as it was when section i (of Sections) was the newest.
func (d *Document) At(i int) *Document {
	c := &Document{ctx: d.ctx, data: d.data, limits: d.limits, sections: d.sections, decoded: d.decoded}
	c.reset(i)
	return c
}

// reset makes the merged cross-reference table of the sections from i on.
func (d *Document) reset(i int) {
	d.first = i
	d.xref = map[int]entry{}
	if i < len(d.sections) {
		for k := len(d.sections) - 1; k >= i; k-- {
			maps.Copy(d.xref, d.sections[k].entries)
		}
	}
	d.objects = map[int]Object{}
	d.streams = map[int]*objectStream{}
	d.reading = map[int]bool{}
}

// Sections are the file's cross-reference sections, newest first: one for each revision.
func (d *Document) Sections() []Section { return d.sections }

// Trailer is the newest trailer dictionary.
func (d *Document) Trailer() Dict { return d.sections[d.first].Trailer }

// Encrypted reports whether the file is encrypted; its strings and streams are then unreadable here.
func (d *Document) Encrypted() bool { return d.Trailer()["Encrypt"] != nil }

// Catalog returns the document catalog and its reference.
func (d *Document) Catalog() (Dict, Ref, error) {
	r, ok := d.Trailer()["Root"].(Ref)
	if !ok {
		return nil, Ref{}, malformed(len(d.data), "the trailer names no catalog")
	}
	c, err := d.DictOf(r)
	if err == nil && c == nil {
		err = malformed(len(d.data), "the catalog is missing")
	}
	return c, r, err
}

// Resolve returns the object that r refers to, nil when there is none (ISO 32000-2 7.3.10).
func (d *Document) Resolve(r Ref) (Object, error) {
	e, ok := d.xref[r.Num]
	if !ok || e.kind == entryFree || e.generation() != r.Gen {
		return nil, nil
	}
	if o, ok := d.objects[r.Num]; ok {
		return o, nil
	}
	if d.reading[r.Num] {
		return nil, malformed(e.a, "objects that refer to each other in a circle")
	}
	if len(d.reading) > d.limits.Depth {
		return nil, tooLarge("objects nested too deeply")
	}
	if err := d.ctx.Err(); err != nil {
		return nil, err
	}
	d.reading[r.Num] = true
	defer delete(d.reading, r.Num)
	var o Object
	var err error
	if e.kind == entryPacked {
		o, err = d.packed(r.Num, e)
	} else {
		o, _, err = d.indirectAt(e.a, r)
	}
	if err != nil {
		return nil, err
	}
	d.objects[r.Num] = o
	return o, nil
}

// Value returns o, or what it refers to when it is a reference.
func (d *Document) Value(o Object) (Object, error) {
	for range 8 {
		r, ok := o.(Ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = d.Resolve(r); err != nil {
			return nil, err
		}
	}
	return nil, malformed(0, "a reference to a reference to a reference")
}

// DictOf returns the dictionary that o is or refers to; nil when it is something else.
func (d *Document) DictOf(o Object) (Dict, error) {
	v, err := d.Value(o)
	if s, ok := v.(*Stream); ok {
		return s.Dict, err
	}
	dict, _ := v.(Dict)
	return dict, err
}

// ArrayOf returns the array that o is or refers to; nil when it is something else.
func (d *Document) ArrayOf(o Object) (Array, error) {
	v, err := d.Value(o)
	a, _ := v.(Array)
	return a, err
}

// Extent returns where the object that stands uncompressed in the file begins ("num gen obj") and ends
// (after "endobj"). It is false for one that is free, missing or in an object stream.
func (d *Document) Extent(num int) (start, end int, ok bool) {
	e, ok := d.xref[num]
	if !ok || e.kind != entryPlain {
		return 0, 0, false
	}
	_, end, err := d.indirectAt(e.a, Ref{Num: num, Gen: e.b})
	return e.a, end, err == nil
}

// indirectAt reads "num gen obj … endobj" at offset at, which must hold exactly the object want.
func (d *Document) indirectAt(at int, want Ref) (Object, int, error) {
	if at <= 0 || at >= len(d.data) {
		return nil, 0, malformed(at, "a cross-reference to outside of the file")
	}
	p := NewParser(d.data, at, d.limits.Depth)
	if !isDigit(p.at(0)) {
		return nil, 0, malformed(at, "no object where the cross-reference says")
	}
	num, err := p.Int()
	if err != nil {
		return nil, 0, err
	}
	gen, err := p.Int()
	if err != nil {
		return nil, 0, err
	}
	if (Ref{Num: num, Gen: gen}) != want || p.Keyword() != "obj" {
		return nil, 0, malformed(at, "another object than the cross-reference says")
	}
	o, err := p.Object()
	if err != nil {
		return nil, 0, err
	}
	word := p.Keyword()
	if dict, ok := o.(Dict); ok && word == "stream" {
		if o, err = d.stream(p, dict); err != nil {
			return nil, 0, err
		}
		word = p.Keyword()
	}
	if word != "endobj" {
		return nil, 0, malformed(p.pos, "an object without end")
	}
	return o, p.pos, nil
}

// stream reads a stream's data; p stands after the keyword "stream".
func (d *Document) stream(p *Parser, dict Dict) (*Stream, error) {
	if p.at(0) == '\r' {
		p.pos++
	}
	if p.at(0) != '\n' {
		return nil, malformed(p.pos, "a stream that does not begin on a new line")
	}
	p.pos++
	v, err := d.Value(dict["Length"])
	if err != nil {
		return nil, err
	}
	n, ok := v.(int64)
	if !ok || n < 0 || n > int64(len(d.data)-p.pos) {
		return nil, malformed(p.pos, "a stream of impossible length")
	}
	s := &Stream{Dict: dict, Data: d.data[p.pos : p.pos+int(n) : p.pos+int(n)]}
	p.pos += int(n)
	for isSpace(p.at(0)) && p.pos < len(p.data) {
		p.pos++
	}
	if p.Keyword() != "endstream" {
		return nil, malformed(p.pos, "a stream of wrong length")
	}
	return s, nil
}

// objectStream is an unpacked object stream (ISO 32000-2 7.5.7).
type objectStream struct {
	data    []byte
	numbers []int
	offsets []int
}

func (d *Document) packed(num int, e entry) (Object, error) {
	s, err := d.objectStream(e.a)
	if err != nil {
		return nil, err
	}
	if e.b < 0 || e.b >= len(s.numbers) || s.numbers[e.b] != num {
		return nil, malformed(0, "another object in an object stream than the cross-reference says")
	}
	return NewParser(s.data, s.offsets[e.b], d.limits.Depth).Object()
}

func (d *Document) objectStream(num int) (*objectStream, error) {
	if s, ok := d.streams[num]; ok {
		return s, nil
	}
	if e := d.xref[num]; e.kind != entryPlain {
		return nil, malformed(e.a, "an object stream that is missing or inside another")
	}
	o, err := d.Resolve(Ref{Num: num})
	if err != nil {
		return nil, err
	}
	raw, ok := o.(*Stream)
	if !ok {
		return nil, malformed(0, "an object stream that is none")
	}
	data, err := d.Decode(raw)
	if err != nil {
		return nil, err
	}
	n, first := intOr(raw.Dict["N"], -1), intOr(raw.Dict["First"], -1)
	if n < 0 || n > d.limits.Objects || first < 0 || first > len(data) {
		return nil, malformed(0, "an object stream with impossible numbers")
	}
	s := &objectStream{data: data}
	p := NewParser(data[:first], 0, 1)
	for range n {
		number, err := p.Int()
		if err != nil {
			return nil, err
		}
		offset, err := p.Int()
		if err != nil || offset > len(data)-first {
			return nil, malformed(0, "an object stream with impossible offsets")
		}
		s.numbers, s.offsets = append(s.numbers, number), append(s.offsets, first+offset)
	}
	d.streams[num] = s
	return s, nil
}
