// Package minutia holds the words all parts of the fingerprint engine share: a minutia, the ridge-flow
// field around it, and the set of both that is taken from one print.
//
// Everything is measured in pixels at 500 per inch; x grows to the right, y downwards, and angles turn from
// x towards y (clockwise on a screen). The direction of a minutia points along the ridge that ends, or into
// the valley that a bifurcation encloses, as ISO/IEC 19794-2 has it.
package minutia

import "math"

// Limits of a Set. A set outside them is not a fingerprint, and no part of the engine accepts it.
const (
	// MaxCount is the largest number of minutiae: ISO/IEC 19794-2 counts them in one byte.
	MaxCount = 255
	// MaxSide is the largest width or height of a print, in pixels at 500 per inch (3 inches).
	MaxSide = 1500
)

// Kind says how a ridge stops being one ridge.
type Kind uint8

// The kinds of minutia, numbered as in ISO/IEC 19794-2.
const (
	Other       Kind = 0
	Ending      Kind = 1
	Bifurcation Kind = 2
)

// Minutia is one point where a ridge ends or splits.
type Minutia struct {
	X, Y    float32 // position
	Angle   float32 // direction in radians, [0, 2π)
	Kind    Kind
	Quality uint8 // 1..100, 0 where the source said nothing
}

// Set is what is kept of one print.
type Set struct {
	Width, Height int // of the print's picture
	Minutiae      []Minutia
	// Field is the ridge flow, nil where the source carries none (other makers' templates).
	Field *Field
}

// Turn is the smallest turn in radians from angle a to angle b, in (-π, π].
func Turn(a, b float32) float32 {
	d := b - a
	for d > math.Pi {
		d -= 2 * math.Pi
	}
	for d <= -math.Pi {
		d += 2 * math.Pi
	}
	return d
}

// Wrap brings an angle in radians into [0, 2π).
func Wrap(a float32) float32 {
	for a < 0 {
		a += 2 * math.Pi
	}
	for a >= 2*math.Pi {
		a -= 2 * math.Pi
	}
	return a
}
