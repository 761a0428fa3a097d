// Package iso19794 writes and reads finger minutiae records: ISO/IEC 19794-2:2011 (version "030"), and reads
// the 2005 edition (version " 20") too. A record that comes from outside may hold anything: reading takes time
// and memory in proportion to its length and refuses whatever breaks the format with ErrFormat.
//
// The ridge flow, which the standard has no place for, travels as vendor-defined extended data; readers that
// do not know it skip it, and a record without it reads back with no field.
package iso19794

import (
	"errors"
	"fmt"
	"math"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// ErrFormat is wrapped by every error about a record that is not one or is damaged.
var ErrFormat = errors.New("iso19794: not a finger minutiae record")

// Limits on what is read.
const (
	maxRecord = 1 << 20
	maxViews  = 176 // 11 positions, 16 views of each
)

// Position says which finger a record is of, numbered as in the standard.
type Position uint8

// Positions, in the standard's numbering: 1-5 right thumb to little finger, 6-10 left.
const (
	Unknown    Position = 0
	RightThumb Position = 1
	RightIndex Position = 2
	LeftThumb  Position = 6
	LeftLittle Position = 10
)

// View is one print of a record.
type View struct {
	Position Position
	Number   uint8 // of the view among those of the same finger
	Quality  uint8 // 0..100, 255 where none was given
	Set      minutia.Set
}

const (
	pixelsPerCM  = 197 // 500 per inch
	noQuality    = 255
	extendedFlow = 0x0101 // vendor-defined extended data: our ridge flow
	angleSteps   = 256    // of a full turn
)

// QuantiseAngle rounds an angle to what a record can hold.
func QuantiseAngle(a float32) float32 { return fromSteps(toSteps(a)) }

// toSteps turns an angle that grows clockwise into the record's, which grows counter-clockwise.
func toSteps(a float32) uint8 {
	return uint8(-int(math.Round(float64(a)*angleSteps/(2*math.Pi))) & (angleSteps - 1))
}

func fromSteps(s uint8) float32 {
	return float32(-int(s)&(angleSteps-1)) * (2 * math.Pi / angleSteps)
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFormat}, args...)...)
}
