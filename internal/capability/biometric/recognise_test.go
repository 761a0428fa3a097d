package biometric_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/platform/clock"
)

// builtIn is the built-in provider with the embedded models.
func builtIn(t *testing.T) *biometric.BuiltIn {
	t.Helper()
	engine, err := face.Open(biometric.EmbeddedFaces)
	if err != nil {
		t.Fatal(err)
	}
	b, err := biometric.NewBuiltIn(engine, rand.Reader, clock.Fixed(start), 1)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A face learnt by another model is refused as such, before its person's film is judged.
func TestAFaceOfAnotherModelIsLearntAgain(t *testing.T) {
	t.Parallel()
	numbers := make([]byte, 4*192) // as many as the embedder before had
	binary.BigEndian.PutUint32(numbers, math.Float32bits(1))
	old := append(append([]byte("CFT1"), bytes.Repeat([]byte{7}, 32)...), 0, 192)
	b, template := builtIn(t), append(old, numbers...)
	_, err := b.Recognise(t.Context(), template, challenge.Challenge{}, biometric.Capture{})
	for _, err := range []error{err, b.Comparable(template)} {
		if !errors.Is(err, face.ErrOtherModel) {
			t.Errorf("a template of another model: %v", err)
		}
	}
}
