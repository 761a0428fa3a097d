package batch_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db/dbtest"
)

// BenchmarkBatch stores a batch and does its trivial rows. The memory held while it runs is that of the
// rows in work: it does not grow with the batch.
func BenchmarkBatch(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(n, " rows"), func(b *testing.B) {
			d := dbtest.SQLite(b)
			peak := uint64(0)
			k := &noted{do: func(_ context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
				if r.N%500 == 250 {
					var m runtime.MemStats
					runtime.GC()
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
				}
				return batch.Outcome{}, nil
			}}
			s := newService(b, d, batch.Deps{Clock: clock.System{}}, map[string]batch.Kind{"k": k})
			var stored time.Duration
			for b.Loop() {
				at := clock.System{}.Now()
				create(b, s, n, nil)
				stored += clock.System{}.Now().Sub(at)
				runDue(b, s)
			}
			b.ReportMetric(stored.Seconds()/float64(b.N), "s-stored")
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(peak)/(1<<20), "MB-heap")
		})
	}
}
