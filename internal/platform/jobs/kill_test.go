package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/jobs"
)

const childEnv = "CINNABAR_JOBS_TEST_DSN"

// childMain is the process that is killed: it works until then.
func childMain() bool {
	dsn := os.Getenv(childEnv)
	if dsn == "" {
		return false
	}
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		panic(err)
	}
	q, err := jobs.New(killDeps(d))
	if err != nil {
		panic(err)
	}
	registerWork(d, q)
	panic(q.Run(context.Background()))
}

func killDeps(d db.DB) jobs.Deps {
	return jobs.Deps{DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Workers: 4, Lease: 600 * time.Millisecond}
}

// registerWork registers a job that writes its name, and as a follow-up another job that does so.
func registerWork(d db.DB, q *jobs.Queue) {
	q.Register("work", func(ctx context.Context, j jobs.Job) error {
		var name string
		if err := j.Decode(&name); err != nil {
			return err
		}
		return d.InTx(ctx, func(tx db.Tx) error {
			err := errors.Join(write(ctx, tx, name), j.Complete(ctx, tx))
			if len(name) == 4 {
				err = errors.Join(err, q.Enqueue(ctx, tx, "work", name+"+", jobs.At(clock.System{}.Now().Add(50*time.Millisecond))))
			}
			return err
		})
	})
}

// A process is killed with SIGKILL in the midst of work, again and again; others go on.
// Proves PLT-17.
func TestKilledProcessLosesAndDoublesNothing_PLT17(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killRounds(t, filepath.Join(t.TempDir(), "kill.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killRounds(t, dbtest.PostgresURL(t))
	})
}

func killRounds(t *testing.T, dsn string) {
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	journal(t, d)
	q := newQueue(t, killDeps(d))
	registerWork(d, q)
	var want []string
	for round := range 3 {
		for n := range 100 {
			name := fmt.Sprintf("%d%03d", round, n)
			want = append(want, name, name+"+")
			enqueue(t, d, q, "work", name)
		}
		killChild(t, d, dsn, len(want)-200+20)
	}
	survive(t, d, q, len(want))
	slices.Sort(want)
	if got := written(t, d); !slices.Equal(got, want) {
		t.Fatalf("%d written, want %d: lost or doubled\n%q", len(got), len(want), got)
	}
}

// killChild starts a worker and kills it once there are n effects.
func killChild(t *testing.T, d db.DB, dsn string, n int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+dsn)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(written(t, d)) >= n })
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // "signal: killed"
}

// survive runs what the killed ones left.
func survive(t *testing.T, d db.DB, q *jobs.Queue, n int) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	until(t, func() bool { return len(written(t, d)) >= n })
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// until waits for another process, for which there is nothing to wait on but the database.
func until(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(60 * time.Second)
	defer limit.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("nothing happened for a minute")
		}
	}
}
