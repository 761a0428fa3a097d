package iso19794_test

import (
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/biometric/finger/iso19794"
	"cinnabar/internal/capability/biometric/finger/minutia"
)

func raw(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// A record of the 2011 edition as another maker writes it: certified, two quality blocks, five-byte minutiae,
// unknown extended data.
const edition2011 = `
	464d5200 30333000 00000054 0001 01
	00000045 07e6 01 02 03 04 05 0006 04 0001 0002
	02 50 0001 0001 46 0002 0002
	01 0003 01
	07 00 00c5 00c5 00 00c8 012c 50 02
	4064 0032 40
	8014 00c8 00
	0008 0001 0008 01020304`

// A record of the 2005 edition with one right index finger.
const edition2005 = `
	464d5200 20323000 0000002a 0000 00c8 012c 00c5 00c5 01 00
	02 00 3c 02
	4064 0032 40 5a
	8014 00c8 00 00
	0000`

func TestReadsOtherMakersRecords(t *testing.T) {
	t.Parallel()
	want := []minutia.Minutia{
		{X: 100, Y: 50, Angle: 1.5 * math.Pi, Kind: minutia.Ending},
		{X: 20, Y: 200, Angle: 0, Kind: minutia.Bifurcation},
	}
	for name, c := range map[string]struct {
		record   string
		position iso19794.Position
		quality  uint8
		first    uint8 // quality of the first minutia
	}{
		"2011": {edition2011, 7, 70, 0},
		"2005": {edition2005, iso19794.RightIndex, 60, 90},
	} {
		record := raw(t, c.record)
		record[11] = byte(len(record))
		if name == "2011" {
			record[18] = byte(len(record) - 15)
		}
		views, err := iso19794.Unmarshal(record)
		if err != nil || len(views) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v, minutiae := views[0], append([]minutia.Minutia(nil), want...)
		minutiae[0].Quality = c.first
		if v.Position != c.position || v.Quality != c.quality || v.Set.Width != 200 || v.Set.Height != 300 {
			t.Errorf("%s: %+v", name, v)
		}
		if !reflect.DeepEqual(v.Set.Minutiae, minutiae) {
			t.Errorf("%s: %+v", name, v.Set.Minutiae)
		}
	}
}

func TestOtherResolutionsAreBroughtTo500(t *testing.T) {
	t.Parallel()
	record := raw(t, edition2005)
	record[11] = byte(len(record))
	record[18], record[19], record[20], record[21] = 0x01, 0x8a, 0x01, 0x8a // 394 per centimetre
	views, err := iso19794.Unmarshal(record)
	if err != nil || views[0].Set.Width != 100 || views[0].Set.Minutiae[0].X != 50 {
		t.Errorf("%+v, %v", views, err)
	}
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := minutia.Set{Width: rapid.IntRange(1, 600).Draw(t, "w"), Height: rapid.IntRange(1, 600).Draw(t, "h")}
		for range rapid.IntRange(0, 255).Draw(t, "n") {
			s.Minutiae = append(s.Minutiae, minutia.Minutia{
				X: float32(rapid.IntRange(0, s.Width-1).Draw(t, "x")), Y: float32(rapid.IntRange(0, s.Height-1).Draw(t, "y")),
				Angle:   iso19794.QuantiseAngle(rapid.Float32Range(0, 6.28).Draw(t, "angle")),
				Kind:    minutia.Kind(rapid.IntRange(0, 2).Draw(t, "kind")),
				Quality: uint8(rapid.IntRange(0, 100).Draw(t, "q")),
			})
		}
		if rapid.Bool().Draw(t, "field") {
			s.Field = minutia.NewField(s.Width, s.Height)
			for i := range s.Field.Flow {
				if v := rapid.IntRange(0, 270).Draw(t, "flow"); v < 180 {
					s.Field.Flow[i] = uint8(v)
				}
			}
		}
		in := iso19794.View{Position: 3, Quality: 40, Set: s}
		record, err := iso19794.Marshal(in, in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := iso19794.Unmarshal(record)
		if err != nil || len(out) != 2 || !reflect.DeepEqual(out[1], in) {
			t.Fatalf("%v: %+v became %+v", err, in, out)
		}
		cut := rapid.IntRange(0, len(record)-1).Draw(t, "cut")
		if _, err := iso19794.Unmarshal(record[:cut]); !errors.Is(err, iso19794.ErrFormat) {
			t.Fatalf("cut at %d of %d: %v", cut, len(record), err)
		}
	})
}

func TestRefusesToWriteWhatTheFormatCannotHold(t *testing.T) {
	t.Parallel()
	for name, views := range map[string][]iso19794.View{
		"no view":       nil,
		"no size":       {{}},
		"300 minutiae":  {{Set: minutia.Set{Width: 9, Height: 9, Minutiae: make([]minutia.Minutia, 300)}}},
		"a huge canvas": {{Set: minutia.Set{Width: 9000, Height: 9}}},
	} {
		if _, err := iso19794.Marshal(views...); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}
