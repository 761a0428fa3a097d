package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	dbtest.Main(m)
}

func newHand() *clocktest.Hand { return clocktest.At(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)) }

func newQueue(t testing.TB, d jobs.Deps) *jobs.Queue {
	t.Helper()
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	q, err := jobs.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func enqueue(t testing.TB, d db.DB, q *jobs.Queue, kind string, args any, opts ...jobs.Option) {
	t.Helper()
	inTx(t, d, func(tx db.Tx) error { return q.Enqueue(context.Background(), tx, kind, args, opts...) })
}

func inTx(t testing.TB, d db.DB, f func(db.Tx) error) {
	t.Helper()
	if err := d.InTx(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func runDue(t testing.TB, q *jobs.Queue) int {
	t.Helper()
	n, err := q.RunDue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// journal is an effect in the database; without a key, so that a doubled effect shows.
func journal(t testing.TB, d db.DB) {
	t.Helper()
	inTx(t, d, func(tx db.Tx) error {
		_, err := tx.Exec(context.Background(), `CREATE TABLE journal (word TEXT NOT NULL)`)
		return err
	})
}

func write(ctx context.Context, tx db.Tx, word string) error {
	_, err := tx.Exec(ctx, `INSERT INTO journal (word) VALUES ($1)`, word)
	return err
}

func written(t testing.TB, d db.DB) []string {
	t.Helper()
	rows, err := d.Query(context.Background(), `SELECT word FROM journal ORDER BY word`)
	words, err := db.Collect(rows, err, func(rows db.Rows) (w string, err error) { return w, rows.Scan(&w) })
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// Proves PLT-5.
func TestOnlyCommittedJobsRun_PLT5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		q := newQueue(t, jobs.Deps{DB: d, Clock: newHand()})
		var ran []string
		q.Register("note", func(_ context.Context, j jobs.Job) error {
			var word string
			defer func() { ran = append(ran, word) }()
			return j.Decode(&word)
		})
		stop := errors.New("stop")
		err := d.InTx(t.Context(), func(tx db.Tx) error {
			return errors.Join(q.Enqueue(t.Context(), tx, "note", "rolled back"), stop)
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		enqueue(t, d, q, "note", "committed")
		runDue(t, q)
		if !slices.Equal(ran, []string{"committed"}) {
			t.Fatalf("ran %q", ran)
		}
		if n := runDue(t, q); n != 0 {
			t.Fatalf("a finished job ran again %d times", n)
		}
	})
}

// The effect and the end of the job are one: a run that fails after both were written leaves neither.
// Proves PLT-5.
func TestCompletedInTransactionHappensOnce_PLT5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		journal(t, d)
		clock := newHand()
		q := newQueue(t, jobs.Deps{DB: d, Clock: clock})
		tries := 0
		q.Register("effect", func(ctx context.Context, j jobs.Job) error {
			tries++
			return d.InTx(ctx, func(tx db.Tx) error {
				err := errors.Join(write(ctx, tx, "once"), j.Complete(ctx, tx))
				if tries < 3 {
					return errors.Join(err, errors.New("a later statement fails"))
				}
				return err
			})
		})
		enqueue(t, d, q, "effect", nil)
		for range 5 {
			runDue(t, q)
			clock.Advance(time.Hour)
		}
		if got := written(t, d); tries != 3 || len(got) != 1 {
			t.Fatalf("%d tries, written %q", tries, got)
		}
	})
}

// A job that is moved or cancelled while it runs has no effect.
func TestMovedOrCancelledRunDoesNotCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		journal(t, d)
		clock := newHand()
		q := newQueue(t, jobs.Deps{DB: d, Clock: clock})
		meddle := func(db.Tx) error { return nil }
		q.Register("deadline", func(ctx context.Context, j jobs.Job) error {
			if err := d.InTx(ctx, meddle); err != nil {
				return err
			}
			return d.InTx(ctx, func(tx db.Tx) error {
				return errors.Join(write(ctx, tx, "fired"), j.Complete(ctx, tx))
			})
		})
		due := clock.Now().Add(time.Minute)
		enqueue(t, d, q, "deadline", nil, jobs.Key("case/1/remind"), jobs.At(due))
		if n := runDue(t, q); n != 0 {
			t.Fatal("ran before its time")
		}
		clock.Advance(time.Minute)
		meddle = func(tx db.Tx) error {
			found, err := q.Move(t.Context(), tx, "case/1/remind", due.Add(time.Hour))
			if !found {
				t.Error("the job to move was not found")
			}
			return err
		}
		if n := runDue(t, q); n != 1 || len(written(t, d)) != 0 {
			t.Fatalf("%d runs, written %q", n, written(t, d))
		}
		clock.Advance(time.Hour)
		meddle = func(tx db.Tx) error {
			_, err := q.Cancel(t.Context(), tx, "case/1/remind")
			return err
		}
		if n := runDue(t, q); n != 1 || len(written(t, d)) != 0 {
			t.Fatalf("%d runs, written %q", n, written(t, d))
		}
		clock.Advance(24 * time.Hour)
		if n := runDue(t, q); n != 0 {
			t.Fatal("a cancelled job ran again")
		}
	})
}

func TestKeyEnqueuesOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		q := newQueue(t, jobs.Deps{DB: d, Clock: newHand()})
		fail := true
		q.Register("k", func(context.Context, jobs.Job) error {
			if fail {
				return jobs.Permanent(errors.New("no"))
			}
			return nil
		})
		for range 3 {
			enqueue(t, d, q, "k", nil, jobs.Key("one"))
		}
		if n := runDue(t, q); n != 1 {
			t.Fatalf("%d runs", n)
		}
		fail = false
		enqueue(t, d, q, "k", nil, jobs.Key("one")) // replaces the dead one
		if n := runDue(t, q); n != 1 {
			t.Fatalf("%d runs after replacing the dead job", n)
		}
		if dead, err := q.Dead(t.Context()); err != nil || len(dead) != 0 {
			t.Fatalf("dead %v, %v", dead, err)
		}
	})
}

// Proves PLT-15.
func TestDeadJobsAreListedAndRetried_PLT15(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		clock := newHand()
		q := newQueue(t, jobs.Deps{DB: d, Clock: clock, MaxFailures: 4})
		broken, runs := true, 0
		q.Register("k", func(context.Context, jobs.Job) error {
			runs++
			if broken {
				panic("broken")
			}
			return nil
		})
		enqueue(t, d, q, "k", nil, jobs.Key("x"))
		for range 10 {
			runDue(t, q)
			clock.Advance(6 * time.Hour)
		}
		dead, err := q.Dead(t.Context())
		if err != nil || len(dead) != 1 || dead[0].ID != "x" || dead[0].Failures != 4 || dead[0].Error == "" || runs != 4 {
			t.Fatalf("dead %+v, %d runs, %v", dead, runs, err)
		}
		if depth, err := q.Depth(t.Context()); err != nil || depth.Dead != 1 || depth.Waiting != 0 {
			t.Fatalf("%+v, %v", depth, err)
		}
		broken = false
		if err := q.Retry(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if n := runDue(t, q); n != 1 {
			t.Fatalf("%d runs", n)
		}
		if err := q.Retry(t.Context(), "x"); !errors.Is(err, errs.NotFound) {
			t.Fatalf("retry of a finished job: %v", err)
		}
	})
}

func TestOnlyKnownKindsAreClaimed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		q := newQueue(t, jobs.Deps{DB: d, Clock: newHand()})
		q.Register("known", func(context.Context, jobs.Job) error { return nil })
		enqueue(t, d, q, "of a newer release", nil)
		enqueue(t, d, q, "known", nil)
		if n := runDue(t, q); n != 1 {
			t.Fatalf("%d runs", n)
		}
		if depth, err := q.Depth(t.Context()); err != nil || depth.Waiting != 1 {
			t.Fatalf("%+v, %v", depth, err)
		}
	})
}

func TestRunStopsGracefully(t *testing.T) {
	d := dbtest.SQLite(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	q := newQueue(t, jobs.Deps{DB: d, Clock: newHand()})
	started, finish := make(chan struct{}), make(chan struct{})
	finished := false
	q.Register("slow", func(ctx context.Context, _ jobs.Job) error {
		close(started)
		<-finish
		finished = ctx.Err() == nil
		return ctx.Err()
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- q.Run(ctx) }()
	enqueue(t, d, q, "slow", nil)
	<-started
	stop()
	close(finish)
	if err := <-ended; err != nil || !finished {
		t.Fatalf("ended with %v, handler finished undisturbed: %v", err, finished)
	}
	if depth, err := q.Depth(t.Context()); err != nil || depth.Waiting != 0 {
		t.Fatalf("%+v, %v", depth, err)
	}
}

// A job that waits is hastened; a run that is under way is left to its end and does not happen twice.
func TestHastenedJobRunsAtOnceAndOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		journal(t, d)
		clock := newHand()
		q := newQueue(t, jobs.Deps{DB: d, Clock: clock})
		hasten := func() (found bool) {
			err := d.InTx(t.Context(), func(tx db.Tx) (err error) {
				found, err = q.Hasten(t.Context(), tx, "letter/1")
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return found
		}
		q.Register("letter", func(ctx context.Context, j jobs.Job) error {
			if hasten() {
				t.Error("a run under way was hastened")
			}
			return d.InTx(ctx, func(tx db.Tx) error {
				return errors.Join(write(ctx, tx, "sent"), j.Complete(ctx, tx))
			})
		})
		enqueue(t, d, q, "letter", nil, jobs.Key("letter/1"), jobs.At(clock.Now().Add(time.Hour)))
		if n := runDue(t, q); n != 0 {
			t.Fatal("ran before its time")
		}
		if !hasten() {
			t.Fatal("the waiting job was not found")
		}
		if n := runDue(t, q); n != 1 || len(written(t, d)) != 1 {
			t.Fatalf("%d runs, written %q", n, written(t, d))
		}
		clock.Advance(2 * time.Hour)
		if n := runDue(t, q); n != 0 || hasten() {
			t.Fatalf("%d runs of a job that was done", n)
		}
	})
}
