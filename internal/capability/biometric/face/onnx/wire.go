package onnx

import (
	"encoding/binary"
	"errors"
)

var errDamaged = errors.New("onnx: damaged file")

// field is one field of a Protocol Buffers message: a number, or bytes.
type field struct {
	number int
	value  uint64
	bytes  []byte
}

// Wire types of the Protocol Buffers encoding.
const (
	wireVarint, wireFixed64, wireBytes, wireFixed32 = 0, 1, 2, 5
)

// each calls do with every field of a message, in order.
func each(message []byte, do func(field) error) error {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 || tag>>3 == 0 || tag>>3 > 1<<29 {
			return errDamaged
		}
		message = message[n:]
		f := field{number: int(tag >> 3)}
		switch tag & 7 {
		case wireVarint:
			f.value, n = binary.Uvarint(message)
		case wireFixed64:
			n = 8
		case wireFixed32:
			n = 4
		case wireBytes:
			size, head := binary.Uvarint(message)
			if head <= 0 || size > uint64(len(message)-head) {
				return errDamaged
			}
			n = head + int(size)
			f.bytes = message[head:n]
		default:
			return errDamaged
		}
		if n <= 0 || n > len(message) {
			return errDamaged
		}
		message = message[n:]
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

// ints reads a repeated integer, packed or not.
func (f field) ints(list []int) ([]int, error) {
	if f.bytes == nil {
		return append(list, int(f.value)), nil
	}
	for rest := f.bytes; len(rest) > 0; {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			return nil, errDamaged
		}
		list, rest = append(list, int(v)), rest[n:]
	}
	return list, nil
}
