package jobs_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/jobs"
)

// model is what a queue of keyed jobs promises, without leases and rows.
type model struct {
	due   map[string]time.Time
	dead  map[string]bool
	fired map[string]int
}

func (m *model) advance(now time.Time, broken bool) {
	for key, due := range m.due {
		if due.After(now) {
			continue
		}
		delete(m.due, key)
		if broken {
			m.dead[key] = true
		} else {
			m.fired[key]++
		}
	}
}

// Whatever is enqueued, moved, cancelled, fails and is retried in whatever order: each job fires once,
// when it is due, and the dead are the failed.
// Proves PLT-5.
func TestQueueFollowsItsModel_PLT5(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	ctx := context.Background()
	rapid.Check(t, func(r *rapid.T) {
		inTx(t, d, func(tx db.Tx) error { _, err := tx.Exec(ctx, `DELETE FROM job`); return err })
		clock, broken, fired := newHand(), false, map[string]int{}
		q := newQueue(t, jobs.Deps{DB: d, Clock: clock, Workers: 1})
		q.Register("k", func(ctx context.Context, j jobs.Job) error {
			if broken {
				return jobs.Permanent(errors.New("broken"))
			}
			fired[j.ID]++
			return d.InTx(ctx, func(tx db.Tx) error { return j.Complete(ctx, tx) })
		})
		m := model{due: map[string]time.Time{}, dead: map[string]bool{}, fired: map[string]int{}}
		key := rapid.SampledFrom([]string{"a", "b", "c"})
		at := func() time.Time {
			return clock.Now().Add(time.Duration(rapid.IntRange(-5, 60).Draw(r, "s")) * time.Second)
		}
		r.Repeat(map[string]func(*rapid.T){
			"enqueue": func(r *rapid.T) {
				k, due := key.Draw(r, "key"), at()
				enqueue(t, d, q, "k", nil, jobs.Key(k), jobs.At(due))
				if _, waits := m.due[k]; !waits {
					m.due[k] = due
					delete(m.dead, k)
				}
			},
			"move": func(r *rapid.T) {
				k, due := key.Draw(r, "key"), at()
				_, waits := m.due[k]
				if known := waits || m.dead[k]; known {
					m.due[k] = due
					delete(m.dead, k)
				}
				inTx(t, d, func(tx db.Tx) error { _, err := q.Move(ctx, tx, k, due); return err })
			},
			"cancel": func(r *rapid.T) {
				k := key.Draw(r, "key")
				delete(m.due, k)
				delete(m.dead, k)
				inTx(t, d, func(tx db.Tx) error { _, err := q.Cancel(ctx, tx, k); return err })
			},
			"retry": func(r *rapid.T) {
				k := key.Draw(r, "key")
				if err := q.Retry(ctx, k); (err == nil) != m.dead[k] {
					r.Fatalf("retry %s: %v, dead: %v", k, err, m.dead[k])
				}
				if m.dead[k] {
					delete(m.dead, k)
					m.due[k] = clock.Now()
				}
			},
			"breakage": func(*rapid.T) { broken = !broken },
			"time": func(r *rapid.T) {
				clock.Advance(time.Duration(rapid.IntRange(0, 30).Draw(r, "s")) * time.Second)
				m.advance(clock.Now(), broken)
				if _, err := q.RunDue(ctx); err != nil {
					r.Fatal(err)
				}
			},
			"": func(r *rapid.T) {
				dead, err := q.Dead(ctx)
				if err != nil {
					r.Fatal(err)
				}
				var ids []string
				for _, j := range dead {
					ids = append(ids, j.ID)
				}
				slices.Sort(ids)
				if !maps.Equal(fired, m.fired) || !slices.Equal(ids, slices.Sorted(maps.Keys(m.dead))) {
					r.Fatalf("fired %v, want %v; dead %v, want %v", fired, m.fired, ids, m.dead)
				}
			},
		})
	})
}

// BenchmarkRun enqueues b.N jobs one transaction each from four callers while eight workers run them.
func BenchmarkRun(b *testing.B) {
	for name, open := range map[string]func(testing.TB) db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			q := newQueue(b, jobs.Deps{DB: d, Clock: clock.System{}})
			done := make(chan bool, b.N)
			q.Register("k", func(ctx context.Context, j jobs.Job) error {
				defer func() { done <- true }()
				return d.InTx(ctx, func(tx db.Tx) error { return j.Complete(ctx, tx) })
			})
			ctx, stop := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- q.Run(ctx) }()
			b.SetParallelism(2)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					enqueue(b, d, q, "k", nil)
				}
			})
			for range b.N {
				<-done
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
			stop()
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
		})
	}
}
