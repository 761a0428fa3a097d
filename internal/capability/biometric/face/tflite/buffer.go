package tflite

import (
	"encoding/binary"
	"errors"
)

// buffer reads FlatBuffers (tables, vectors, offsets; little endian). Every access is checked; after
// the first fault all further reads give zero and err is set.
type buffer struct {
	b   []byte
	err error
}

var errDamaged = errors.New("tflite: the file is damaged")

// maxVector bounds the entries of any vector but weights.
const maxVector = 1 << 16

func (f *buffer) bytes(at, n int) []byte {
	if f.err != nil || at < 0 || n < 0 || at > len(f.b)-n {
		f.err = errDamaged
		return make([]byte, min(max(n, 8), 8))
	}
	return f.b[at : at+n]
}

func (f *buffer) u16(at int) int { return int(binary.LittleEndian.Uint16(f.bytes(at, 2))) }
func (f *buffer) u32(at int) int { return int(binary.LittleEndian.Uint32(f.bytes(at, 4))) }
func (f *buffer) i32(at int) int { return int(int32(binary.LittleEndian.Uint32(f.bytes(at, 4)))) }

// follow reads an offset relative to its own place.
func (f *buffer) follow(at int) int { return at + f.u32(at) }

// field returns the place of a table's field, 0 when the field is absent.
func (f *buffer) field(table, index int) int {
	if table == 0 || f.err != nil {
		return 0
	}
	vtable := table - f.i32(table)
	if 4+2*index >= f.u16(vtable) {
		return 0
	}
	offset := f.u16(vtable + 4 + 2*index)
	if offset == 0 {
		return 0
	}
	return table + offset
}

// vector returns length and first place of a table's vector.
func (f *buffer) vector(table, index int) (n, at int) {
	p := f.field(table, index)
	if p == 0 {
		return 0, 0
	}
	v := f.follow(p)
	return f.u32(v), v + 4
}

// tables returns the places of the tables in a vector of tables.
func (f *buffer) tables(table, index int) []int {
	n, at := f.vector(table, index)
	if n > maxVector {
		f.err = errDamaged
		return nil
	}
	places := make([]int, 0, n)
	for i := 0; i < n && f.err == nil; i++ {
		places = append(places, f.follow(at+4*i))
	}
	return places
}

func (f *buffer) ints(table, index int) []int {
	n, at := f.vector(table, index)
	if n > maxVector {
		f.err = errDamaged
		return nil
	}
	values := make([]int, 0, n)
	for i := 0; i < n && f.err == nil; i++ {
		values = append(values, f.i32(at+4*i))
	}
	return values
}

func (f *buffer) text(table, index int) string {
	n, at := f.vector(table, index)
	if n > maxVector {
		f.err = errDamaged
		return ""
	}
	return string(f.bytes(at, n))
}

// byteOr reads a byte field, absent is otherwise.
func (f *buffer) byteOr(table, index, otherwise int) int {
	if p := f.field(table, index); p != 0 {
		return int(f.bytes(p, 1)[0])
	}
	return otherwise
}

// intOr reads an int32 field, absent is otherwise.
func (f *buffer) intOr(table, index, otherwise int) int {
	if p := f.field(table, index); p != 0 {
		return f.i32(p)
	}
	return otherwise
}
