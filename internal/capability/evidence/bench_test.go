package evidence_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

// BenchmarkSequence logs entries that wait, 256 in a transaction with one checkpoint each.
func BenchmarkSequence(b *testing.B) {
	for name, open := range map[string]func(testing.TB) db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d, dir := open(b), b.TempDir()
			key, err := evidence.OpenKey(filepath.Join(dir, "log.key"), "cinnabar.test/log")
			if err != nil {
				b.Fatal(err)
			}
			keeper, err := evidence.OpenFileKeeper(filepath.Join(dir, "checkpoints"))
			if err != nil {
				b.Fatal(err)
			}
			defer keeper.Close()
			l, err := evidence.New(evidence.Deps{DB: d, Clock: clock.Fixed(time.Unix(1_800_000_000, 0)), Key: key, Keeper: keeper})
			if err != nil {
				b.Fatal(err)
			}
			for first := 0; first < b.N; first += 1000 {
				err := d.InTx(b.Context(), func(tx db.Tx) error {
					for i := first; i < min(b.N, first+1000); i++ {
						if err := l.Append(b.Context(), tx, leaf(fmt.Sprint("case_", i/10), int64(i%10))); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ResetTimer()
			if err := l.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}
