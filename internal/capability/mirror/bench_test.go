package mirror_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/db/outside"
	"cinnabar/internal/platform/db/outside/outsidetest"
)

// BenchmarkDeliver tells how fast waiting rows reach an index database, per row.
func BenchmarkDeliver(b *testing.B) {
	for _, kind := range []outside.Kind{outside.SQLite, outside.Postgres, outside.MySQL} {
		b.Run(string(kind), func(b *testing.B) {
			f := newFixture(b, dbtest.SQLite(b))
			f.to(b, kind, outsidetest.Fresh(b, kind))
			rows := make([]mirror.Row, b.N)
			for i := range rows {
				rows[i] = row(fmt.Sprintf("N-%09d", i), 1)
			}
			f.write(b, rows...)
			b.ResetTimer()
			f.deliver(b, b.N)
		})
	}
}

// BenchmarkCheck fills an empty database with a million rows by repair, and compares them; "live" is the
// largest heap seen between pages.
func BenchmarkCheck(b *testing.B) {
	const million = 1_000_000
	for _, kind := range []outside.Kind{outside.SQLite, outside.Postgres, outside.MySQL} {
		f := newFixture(b, dbtest.SQLite(b))
		f.to(b, kind, outsidetest.Fresh(b, kind))
		for _, repair := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/repair=%v", kind, repair), func(b *testing.B) {
				var most uint64
				for range b.N {
					if _, err := f.Check(b.Context(), department, counted(million, &most), repair); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(most)/(1<<20), "MB-live")
				b.ReportMetric(million*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

// counted is a truth that is computed, so that only the index database is measured.
func counted(n int, most *uint64) mirror.Truth {
	pages := 0
	return func(_ context.Context, after mirror.Key, limit int) ([]mirror.Row, error) {
		if pages++; pages%100 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*most = max(*most, m.HeapAlloc)
		}
		first := 0
		if after != (mirror.Key{}) {
			if _, err := fmt.Sscanf(after.Number, "N-%d", &first); err != nil {
				return nil, err
			}
			first++
		}
		var out []mirror.Row
		for i := first; i < n && len(out) < limit; i++ {
			out = append(out, row(fmt.Sprintf("N-%09d", i), 1))
		}
		return out, nil
	}
}
