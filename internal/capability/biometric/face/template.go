package face

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ModelDigest names the networks and the pipeline around them: SHA-256 over all weights and the version
// of the steps between. Templates of different digests live in different spaces and are never compared.
type ModelDigest [32]byte

// String is the digest in hexadecimal.
func (d ModelDigest) String() string { return fmt.Sprintf("%x", d[:]) }

// Template is a face as numbers: a vector of length one, bound to the model that made it. It is personal
// data as sensitive as the picture: an approximate face can be computed back from it.
type Template struct {
	Model  ModelDigest
	vector []float32
}

// IsZero tells whether t holds no face.
func (t Template) IsZero() bool { return len(t.vector) == 0 }

// String hides the vector from logs.
func (t Template) String() string { return fmt.Sprintf("face template of model %.8s", t.Model) }

// Bounds of a template's vector; embedders in use give 128 to 512 numbers.
const (
	minDimensions = 64
	maxDimensions = 1024
)

var templateMagic = []byte("CFT1") // format and version

var errBadTemplate = errors.New("face: not a template, or a damaged one")

// ErrOtherModel says that two templates were made by different models and cannot be compared.
var ErrOtherModel = errors.New("face: the templates were made by different models; enrol again")

// MarshalBinary writes magic, digest, dimension (uint16) and the vector (float32), big endian.
func (t Template) MarshalBinary() ([]byte, error) {
	if t.IsZero() {
		return nil, errBadTemplate
	}
	b := append(append([]byte(nil), templateMagic...), t.Model[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(t.vector)))
	for _, v := range t.vector {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b, nil
}

// UnmarshalBinary accepts exactly what MarshalBinary writes: finite numbers, length one.
func (t *Template) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, templateMagic)
	if !ok || len(rest) < len(t.Model)+2 {
		return errBadTemplate
	}
	digest, rest := rest[:len(t.Model)], rest[len(t.Model):]
	n := int(binary.BigEndian.Uint16(rest))
	if n < minDimensions || n > maxDimensions || len(rest) != 2+4*n {
		return errBadTemplate
	}
	vector := make([]float32, n)
	for i := range vector {
		vector[i] = math.Float32frombits(binary.BigEndian.Uint32(rest[2+4*i:]))
	}
	if !isUnit(vector) {
		return errBadTemplate
	}
	copy(t.Model[:], digest)
	t.vector = vector
	return nil
}

// Compare is the cosine of two templates: 1 the same picture, around 0 different people. It fails with
// ErrOtherModel when they were made by different models.
func Compare(a, b Template) (float64, error) {
	if a.IsZero() || b.IsZero() {
		return 0, errBadTemplate
	}
	if a.Model != b.Model || len(a.vector) != len(b.vector) {
		return 0, ErrOtherModel
	}
	var sum float64
	for i, v := range a.vector {
		sum += float64(v) * float64(b.vector[i])
	}
	return min(max(sum, -1), 1), nil
}

// Band is what a score means.
type Band string

// The bands. Review means that a person must look.
const (
	Match   Band = "match"
	Review  Band = "review"
	NoMatch Band = "no_match"
)

// Thresholds divide scores into bands: at least Match is a match, at least Review goes to a person.
type Thresholds struct {
	Match, Review float64
}

// DefaultThresholds are those of the embedded models; docs/biometrics-face.md says where they come from and how to set
// one's own.
func DefaultThresholds() Thresholds { return Thresholds{Match: 0.52, Review: 0.32} }

// Decide gives the band of a score; a score that is no number never matches.
func (t Thresholds) Decide(score float64) Band {
	switch {
	case score >= t.Match:
		return Match
	case score >= t.Review:
		return Review
	}
	return NoMatch
}
