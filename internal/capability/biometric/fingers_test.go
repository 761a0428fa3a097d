package biometric_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"path/filepath"
	"testing"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/finger/synth"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// press is a picture of a made-up finger.
func press(t *testing.T, seed, impression uint64) []byte {
	t.Helper()
	p := synth.New(seed).Press(synth.Casual(impression))
	var b bytes.Buffer
	grey := &image.Gray{Pix: p.Grey, Stride: synth.Width, Rect: image.Rect(0, 0, synth.Width, synth.Height)}
	if err := png.Encode(&b, grey); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func newFingers(t *testing.T, d db.DB) *biometric.Fingers {
	t.Helper()
	vault, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := biometric.NewFingers(biometric.FingerDeps{DB: d, Clock: clock.Fixed(start), Vault: vault})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Any of three enrolled fingers verifies their owner (LCK-13), nobody else's does; templates are unreadable
// in the database and belong to one person (PLT-3).
func TestThreeFingers_LCK13_PLT3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFingers(t, d)
		var prints []biometric.Print
		for i := range biometric.EnrolledFingers {
			prints = append(prints, biometric.Print{Position: i + 1, Picture: press(t, uint64(i+1), 1), DPI: 500})
		}
		read, err := f.Read(t.Context(), prints)
		if err != nil {
			t.Fatal(err)
		}
		enrol := func(who cinnabar.PersonID, list []biometric.ReadPrint) error {
			return d.InTx(t.Context(), func(tx db.Tx) error { return f.Enrol(t.Context(), tx, who, "test", list, "p_officer") })
		}
		if err := enrol("p_1", read); err != nil {
			t.Fatal(err)
		}
		for seed, want := range map[uint64]biometric.State{2: biometric.Match, 9: biometric.NoMatch} {
			again, err := f.Read(t.Context(), []biometric.Print{{Picture: press(t, seed, 2), DPI: 500}})
			if err != nil {
				t.Fatal(err)
			}
			r, err := f.Verify(t.Context(), "p_1", "test", again[0])
			if err != nil || r.State != want {
				t.Errorf("finger %d: %+v, %v, want %s", seed, r, err, want)
			}
		}
		if err := d.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE bio_template SET subject = 'person/p_2'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Verify(t.Context(), "p_2", "test", read[0]); err == nil || errs.As(err).Code == "not-enrolled" {
			t.Errorf("another's templates were opened: %v", err)
		}
	})
}

// The same finger twice, too few, and pictures without a print are refused at their place.
func TestEnrolmentIsStrict(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	f := newFingers(t, d)
	read, err := f.Read(t.Context(), []biometric.Print{
		{Position: 1, Picture: press(t, 1, 1), DPI: 500}, {Position: 2, Picture: press(t, 1, 2), DPI: 500}, {Position: 3, Picture: press(t, 3, 1), DPI: 500},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string][]biometric.ReadPrint{"the same finger twice": read, "two fingers": {read[0], read[2]}} {
		err := d.InTx(t.Context(), func(tx db.Tx) error { return f.Enrol(t.Context(), tx, "p_1", "test", list, "p_officer") })
		if !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var empty bytes.Buffer
	if err := png.Encode(&empty, image.NewGray(image.Rect(0, 0, 300, 300))); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(t.Context(), []biometric.Print{{Position: 1, Picture: empty.Bytes(), DPI: 500}}); len(errs.As(err).Fields) != 1 {
		t.Errorf("no print: %v", err)
	}
}
