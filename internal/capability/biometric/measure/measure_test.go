package measure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/biometric/measure"
)

func TestFiguresOfACountedByHandExperiment(t *testing.T) {
	t.Parallel()
	s := measure.Scores{
		Genuine:  []float64{.9, .8, .7, .3},
		Impostor: []float64{.1, .2, .25, .4},
		Attempts: 10, Failures: map[string]int{"blurred": 1, "no_face": 1},
		GenuineLost: 1,
	}
	f, err := measure.Compute(s)
	if err != nil {
		t.Fatal(err)
	}
	if f.EER != .25 {
		t.Errorf("EER %v: one of four on either side", f.EER)
	}
	if f.FTE.Value != .2 || f.FTE.Errors != 2 {
		t.Errorf("failure to enrol %v", f.FTE)
	}
	if f.ZeroFMR.FNMR.Errors != 1 || f.ZeroFMR.Threshold <= .4 || f.ZeroFMR.FMR.Errors != 0 {
		t.Errorf("zero FMR %v", f.ZeroFMR)
	}
	if f.FMR1000.Supported {
		t.Error("four impostor pairs cannot show a rate of 1/1000")
	}
	counted, err := measure.Compute(s.Counting())
	if err != nil {
		t.Fatal(err)
	}
	if got := counted.ZeroFMR.FNMR; got.Errors != 2 || got.Trials != 5 {
		t.Errorf("a lost pair must count as a non-match, got %v", got)
	}
	fmr, fnmr := s.At(.35)
	if fmr.Errors != 1 || fnmr.Errors != 1 {
		t.Errorf("at .35: %v, %v", fmr, fnmr)
	}
}

func TestBoundsOfKnownProportions(t *testing.T) {
	t.Parallel()
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 5e-5 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	// Clopper-Pearson 95 % for 1 of 10 and 10 of 100, from published tables.
	near("1/10 low", measure.NewRate(1, 10).Low, .00253)
	near("1/10 high", measure.NewRate(1, 10).High, .44502)
	near("10/100 low", measure.NewRate(10, 100).Low, .04900)
	near("10/100 high", measure.NewRate(10, 100).High, .17622)
	near("rule of three", measure.NewRate(0, 1000).High, .00299)
	if r := measure.NewRate(0, 0); r.High != 1 {
		t.Error("nothing tried must not bound anything")
	}
}

func TestRefusesNothingAndNonsense(t *testing.T) {
	t.Parallel()
	if _, err := measure.Compute(measure.Scores{Genuine: []float64{1}}); !errors.Is(err, measure.ErrTooFew) {
		t.Errorf("no impostors: %v", err)
	}
	if _, err := measure.Compute(measure.Scores{Genuine: []float64{math.NaN()}, Impostor: []float64{0}}); err == nil {
		t.Error("a score that is no number was accepted")
	}
}

func TestFiguresKeepTheirOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 60)
		s := measure.Scores{Genuine: scores.Draw(t, "genuine"), Impostor: scores.Draw(t, "impostor")}
		f, err := measure.Compute(s)
		if err != nil {
			t.Fatal(err)
		}
		if f.ZeroFMR.FMR.Errors != 0 || f.FMR100.FMR.Value > .01 {
			t.Fatalf("operating points break their limit: %v %v", f.ZeroFMR, f.FMR100)
		}
		if f.FMR100.FNMR.Value > f.ZeroFMR.FNMR.Value {
			t.Fatal("a looser limit cannot reject more")
		}
		for _, r := range []measure.Rate{f.EERBounds, f.ZeroFMR.FNMR, f.FMR100.FMR} {
			if r.Low > r.Value || r.High < r.Value {
				t.Fatalf("bounds do not hold the value: %+v", r)
			}
		}
		for i := 1; i < len(f.DET); i++ {
			if f.DET[i].FMR > f.DET[i-1].FMR || f.DET[i].FNMR < f.DET[i-1].FNMR {
				t.Fatal("the curve must trade one error for the other")
			}
		}
	})
}

func TestDETIsWellFormedSVG(t *testing.T) {
	t.Parallel()
	f, err := measure.Compute(measure.Scores{Genuine: []float64{.9, .5, .2}, Impostor: []float64{.1, .3, .6}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := measure.DrawDET(&b, measure.Curve{Name: `a <b> & "c"`, Points: f.DET}); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(&b)
	lines := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "polyline" {
			lines++
		}
	}
	if lines != 1 {
		t.Errorf("%d curves drawn", lines)
	}
}
