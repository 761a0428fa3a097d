// Package pdf reads and writes the objects of a PDF file (ISO 32000): values, streams, cross-reference
// tables, incremental updates. It lays nothing out (see typeset) and signs nothing (see pades); it
// knows nothing of Cinnabar.
package pdf

// Object is any PDF value: nil (null), bool, int64, float64, Name, String, Array, Dict, Ref or *Stream.
type Object any

// Name is a PDF name without its leading slash and with its escapes resolved.
type Name string

// String is a PDF string, as bytes. Text in it is UTF-16BE with a byte order mark (see Text).
type String []byte

// Array is a PDF array.
type Array []Object

// Dict is a PDF dictionary. It is written with its keys sorted, so that output is deterministic.
type Dict map[Name]Object

// Ref refers to an indirect object.
type Ref struct{ Num, Gen int }

// Stream is a dictionary with data. Data is as it stands in the file: encoded by the filters that
// Dict names. Dict's /Length is set when the stream is written.
type Stream struct {
	Dict Dict
	Data []byte
}
