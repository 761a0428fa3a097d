package bench

import (
	"log/slog"
	"testing"

	"cinnabar/internal/platform/clock"
)

func benchOffice(b *testing.B) (*office, Options) {
	b.Helper()
	o := Options{Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Temp: b.TempDir()}
	w, err := openOffice(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := w.stop(); err != nil {
			b.Error(err)
		}
	})
	return w, o
}

// A thousand documents of a spreadsheet (DOC-12).
func BenchmarkMake(b *testing.B) {
	w, o := benchOffice(b)
	for b.Loop() {
		_, used, err := w.make(b.Context(), o, b.Name(), madeAtOnce)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(used.Seconds(), "cpu-s/op")
	}
}

// A thousand documents sealed with one unlocking (DOC-12).
func BenchmarkSeal(b *testing.B) {
	w, o := benchOffice(b)
	for b.Loop() {
		b.StopTimer()
		if _, _, err := w.make(b.Context(), o, b.Name(), madeAtOnce); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		_, used, err := w.sealAll(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(used.Seconds(), "cpu-s/op")
	}
}
