package face_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/biometric/face"
)

// encoded is a template as MarshalBinary writes it.
func encoded(model byte, values []float64) []byte {
	var norm float64
	for _, v := range values {
		norm += v * v
	}
	b := append([]byte("CFT1"), bytes.Repeat([]byte{model}, 32)...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(values)))
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(float32(v/math.Sqrt(norm))))
	}
	return b
}

func vector(t *rapid.T, name string) []float64 {
	v := rapid.SliceOfN(rapid.Float64Range(-1, 1), 64, 64).Draw(t, name)
	v[0] += 3 // never all zero
	return v
}

func decoded(tb rapid.TB, b []byte) face.Template {
	tb.Helper()
	var t face.Template
	if err := t.UnmarshalBinary(b); err != nil {
		tb.Fatal(err)
	}
	return t
}

func TestTemplatesSurviveStorage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := encoded(7, vector(t, "v"))
		again, err := decoded(t, b).MarshalBinary()
		if err != nil || !bytes.Equal(b, again) {
			t.Fatal("a template changed in storage", err)
		}
	})
}

func TestComparisonIsSymmetricAndHighestWithItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := decoded(t, encoded(1, vector(t, "a"))), decoded(t, encoded(1, vector(t, "b")))
		ab, err := face.Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		ba, err := face.Compare(b, a)
		if err != nil {
			t.Fatal(err)
		}
		self, err := face.Compare(a, a)
		if err != nil || ab != ba || ab > self+1e-6 || math.Abs(self-1) > 1e-5 {
			t.Fatalf("%v, %v, self %v, %v", ab, ba, self, err)
		}
	})
}

func TestTemplatesOfDifferentModelsAreNeverCompared(t *testing.T) {
	t.Parallel()
	values := make([]float64, 64)
	values[3] = 1
	a, b := decoded(t, encoded(1, values)), decoded(t, encoded(2, values))
	if _, err := face.Compare(a, b); !errors.Is(err, face.ErrOtherModel) {
		t.Errorf("two models: %v", err)
	}
	if _, err := face.Compare(a, face.Template{}); err == nil {
		t.Error("compared with nobody")
	}
	if _, err := (face.Template{}).MarshalBinary(); err == nil {
		t.Error("stored nobody")
	}
}

func FuzzTemplate(f *testing.F) {
	values := make([]float64, 64)
	values[0] = 1
	f.Add(encoded(1, values))
	f.Add([]byte("CFT1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var a face.Template
		if a.UnmarshalBinary(b) != nil {
			return
		}
		again, err := a.MarshalBinary()
		if err != nil || !bytes.Equal(b, again) {
			t.Fatal("accepted bytes that it would not write")
		}
		if s, err := face.Compare(a, a); err != nil || math.Abs(s-1) > 1e-2 {
			t.Fatalf("a template is not like itself: %v, %v", s, err)
		}
	})
}

// fixCRC makes the checksum of a PNG's header chunk right again.
func fixCRC(b []byte) []byte {
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}
