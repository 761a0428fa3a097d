package pdf

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"

	"cinnabar/internal/platform/errs"
)

// Update appends one revision to a file (ISO 32000-2 7.5.6). Not a byte of what is there changes, so
// signatures over it stay whole. The revision keeps the file's own kind of cross-reference, its /Info
// and the first half of its /ID.
type Update struct {
	doc     *Document
	buf     []byte
	offsets map[int]int // object number to offset
	gens    map[int]int
	next    int
	lifted  map[*Stream]Ref
}

// Update begins a revision. extra is how many bytes it will roughly need. Encrypted files are refused.
func (d *Document) Update(extra int) (*Update, error) {
	if d.Encrypted() {
		return nil, errs.New(errs.Invalid, CodeEncrypted, "the PDF is encrypted and cannot be added to")
	}
	size := intOr(d.Trailer()["Size"], 0)
	for n := range d.xref {
		size = max(size, n+1)
	}
	buf := make([]byte, len(d.data), len(d.data)+extra+1024)
	copy(buf, d.data)
	if buf[len(buf)-1] != '\n' {
		buf = append(buf, '\n')
	}
	return &Update{
		doc: d, buf: buf, next: size,
		offsets: map[int]int{}, gens: map[int]int{}, lifted: map[*Stream]Ref{},
	}, nil
}

// Alloc reserves the number of a new object.
func (u *Update) Alloc() Ref {
	u.next++
	return Ref{Num: u.next - 1}
}

// Put writes o as the object r, which is new or replaces an older one. Streams inside o become objects of
// their own, each once per revision however often it is used.
func (u *Update) Put(r Ref, o Object) {
	if s, ok := o.(*Stream); ok {
		o = &Stream{Dict: u.lift(s.Dict).(Dict), Data: s.Data}
	} else {
		o = u.lift(o)
	}
	u.begin(r)
	u.buf = AppendIndirect(u.buf, r, o)
}

// Add writes o as a new object.
func (u *Update) Add(o Object) Ref {
	if s, ok := o.(*Stream); ok {
		return u.lift(s).(Ref)
	}
	r := u.Alloc()
	u.Put(r, o)
	return r
}

// PutRaw writes body, which must be the PDF syntax of one object, as object r, and returns the offset in
// the finished file at which body begins: for objects with places that are filled in later.
func (u *Update) PutRaw(r Ref, body []byte) int {
	u.begin(r)
	u.buf = fmt.Appendf(u.buf, "%d %d obj\n", r.Num, r.Gen)
	at := len(u.buf)
	u.buf = append(u.buf, body...)
	u.buf = append(u.buf, "\nendobj\n"...)
	return at
}

// Finish writes the cross-reference section and the trailer, and returns the whole file.
func (u *Update) Finish() []byte {
	if u.doc.sections[u.doc.first].Stream {
		return u.finishStream()
	}
	at := len(u.buf)
	u.buf = append(u.buf, "xref\n"...)
	for _, run := range u.runs() {
		u.buf = fmt.Appendf(u.buf, "%d %d\n", run[0], len(run))
		for _, n := range run {
			u.buf = fmt.Appendf(u.buf, "%010d %05d n \n", u.offsets[n], u.gens[n])
		}
	}
	u.buf = append(u.buf, "trailer\n"...)
	u.buf = AppendObject(u.buf, u.trailer())
	return u.close(at)
}

// finishStream writes a cross-reference stream, which lists itself too.
func (u *Update) finishStream() []byte {
	self := u.Alloc()
	at := len(u.buf)
	u.begin(self)
	index := Array{}
	var rows []byte
	for _, run := range u.runs() {
		index = append(index, int64(run[0]), int64(len(run)))
		for _, n := range run {
			o, g := u.offsets[n], u.gens[n]
			rows = append(rows, 1, byte(o>>24), byte(o>>16), byte(o>>8), byte(o), byte(g>>8), byte(g))
		}
	}
	dict := u.trailer()
	dict["Type"] = Name("XRef")
	dict["W"] = Array{int64(1), int64(4), int64(2)}
	dict["Index"] = index
	u.buf = AppendIndirect(u.buf, self, &Stream{Dict: dict, Data: rows})
	return u.close(at)
}

func (u *Update) close(xref int) []byte {
	u.buf = append(u.buf, "\nstartxref\n"...)
	u.buf = strconv.AppendInt(u.buf, int64(xref), 10)
	return append(u.buf, "\n%%EOF\n"...)
}

func (u *Update) begin(r Ref) {
	u.offsets[r.Num] = len(u.buf)
	u.gens[r.Num] = r.Gen
	u.next = max(u.next, r.Num+1)
}

// runs groups the written object numbers into runs without gaps.
func (u *Update) runs() [][]int {
	numbers := make([]int, 0, len(u.offsets))
	for n := range u.offsets {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	var out [][]int
	for i, n := range numbers {
		if i == 0 || numbers[i-1] != n-1 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], n)
	}
	return out
}

func (u *Update) trailer() Dict {
	old := u.doc.Trailer()
	t := Dict{
		"Size": int64(u.next),
		"Root": old["Root"],
		"Prev": int64(u.doc.sections[u.doc.first].Offset),
		"ID":   u.id(),
	}
	if info, ok := old["Info"]; ok {
		t["Info"] = info
	}
	return t
}

// id keeps the first half, which names the document, and changes the second, which names the revision.
func (u *Update) id() Array {
	h := sha256.New()
	old, _ := u.doc.Value(u.doc.Trailer()["ID"])
	first := String(nil)
	if a, ok := old.(Array); ok && len(a) == 2 {
		first, _ = a[0].(String)
		second, _ := a[1].(String)
		h.Write(second)
	}
	h.Write(u.buf[len(u.doc.data):])
	second := String(h.Sum(nil)[:16])
	if first == nil {
		sum := sha256.Sum256(u.doc.data)
		first = String(sum[:16])
	}
	return Array{first, second}
}

// lift replaces the streams in o by references to objects written for them.
func (u *Update) lift(o Object) Object {
	switch v := o.(type) {
	case Dict:
		out := make(Dict, len(v))
		for _, k := range sortedKeys(v) {
			out[k] = u.lift(v[k])
		}
		return out
	case Array:
		out := make(Array, len(v))
		for i := range v {
			out[i] = u.lift(v[i])
		}
		return out
	case *Stream:
		r, ok := u.lifted[v]
		if !ok {
			r = u.Alloc()
			u.lifted[v] = r
			u.Put(r, v)
		}
		return r
	}
	return o
}
