package finger_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/finger/minutia"
	"cinnabar/internal/capability/biometric/finger/synth"
)

func TestTemplateSurvivesStorage(t *testing.T) {
	t.Parallel()
	fresh := extract(t, finger.New(), draw(2, synth.Casual(4)))
	record, err := fresh.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if len(record) > 2000 {
		t.Errorf("%d bytes, more than 2 kB", len(record))
	}
	var stored finger.Template
	if err := stored.UnmarshalBinary(record); err != nil {
		t.Fatal(err)
	}
	if stored.Model() != finger.Model {
		t.Errorf("model %q", stored.Model())
	}
	again, err := stored.MarshalBinary()
	if err != nil || !bytes.Equal(record, again) {
		t.Errorf("written again it differs: %v", err)
	}
	if a, b := match(t, fresh, fresh), match(t, fresh, stored); a != b {
		t.Errorf("scores %.3f before and %.3f after", a, b)
	}
}

// Two templates of different models are never compared; reduced to minutiae they may be.
func TestModelsAreNeverMixed(t *testing.T) {
	t.Parallel()
	own := extract(t, finger.New(), draw(2, synth.Casual(4)))
	set := own.Set()
	foreign, err := finger.FromMinutiae(set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := finger.Match(own, foreign); !errors.Is(err, finger.ErrModel) {
		t.Errorf("own with foreign: %v", err)
	}
	if s := match(t, own.Interoperable(), foreign); s < strict() {
		t.Errorf("both reduced to minutiae score %.1f", s)
	}
	if _, err := finger.Match(own, finger.Template{}); !errors.Is(err, finger.ErrEmpty) {
		t.Errorf("with nothing: %v", err)
	}
}

// Made-up minutiae, even many and at random, must not look like a finger.
func TestRandomTemplatesDoNotMatch(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 1))
	own := extract(t, finger.New(), draw(2, synth.Press{})).Interoperable()
	for range 1000 {
		set := minutia.Set{Width: 400, Height: 400}
		for range 10 + rnd.IntN(90) {
			set.Minutiae = append(set.Minutiae, minutia.Minutia{
				X: 400 * rnd.Float32(), Y: 400 * rnd.Float32(), Angle: 6.28 * rnd.Float32(), Quality: 80,
			})
		}
		random, err := finger.FromMinutiae(set)
		if err != nil {
			t.Fatal(err)
		}
		if s := match(t, own, random); s >= strict() {
			t.Fatalf("%d random minutiae score %.1f", len(set.Minutiae), s)
		}
	}
}

// FuzzTemplate feeds hostile records to the reader and the matcher.
func FuzzTemplate(f *testing.F) {
	own := extract(f, finger.New(), draw(2, synth.Casual(4)))
	record, err := own.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	plain, err := own.Interoperable().MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(record)
	f.Add(plain)
	f.Add([]byte("FMR\x00 20\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var hostile finger.Template
		if hostile.UnmarshalBinary(data) != nil {
			return
		}
		other := own
		if hostile.Model() == finger.Interoperable {
			other = own.Interoperable()
		}
		for _, pair := range [][2]finger.Template{{other, hostile}, {hostile, hostile}} {
			if s, err := finger.Match(pair[0], pair[1]); err != nil || s < 0 || s != s {
				t.Errorf("score %v, %v", s, err)
			}
		}
		if _, err := hostile.MarshalBinary(); err != nil {
			t.Errorf("read but not written: %v", err)
		}
	})
}
