package batch_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/live"
	"cinnabar/internal/platform/secret"
)

const (
	childDSN   = "CINNABAR_BATCH_TEST_DSN"
	childVault = "CINNABAR_BATCH_TEST_VAULT"
)

// childMain is the process that kills itself in the midst of work.
func childMain() bool {
	dsn := os.Getenv(childDSN)
	if dsn == "" {
		return false
	}
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		panic(err)
	}
	var begun atomic.Int64
	fatal := rand.Int64N(30) + 1
	s, err := killService(ctx, d, os.Getenv(childVault), func() {
		if begun.Add(1) == fatal {
			go func() {
				time.Sleep(rand.N(3 * time.Millisecond)) // at any instant: before, within and after commits
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}()
		}
	})
	if err != nil {
		panic(err)
	}
	panic(s.Run(ctx))
}

// killService does rows that write their number into a journal without a key, so that a doubled effect
// shows: odd ones together with their outcome, even ones before it, by looking first.
func killService(ctx context.Context, d db.DB, key string, begin func()) (*batch.Service, error) {
	vault, err := secret.Open(ctx, d, key)
	if err != nil {
		return nil, err
	}
	s, err := batch.New(batch.Deps{
		DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Vault: vault, Live: &live.Hub{}, Words: told, AtOnce: 4,
		Lease: 600 * time.Millisecond, Poll: 20 * time.Millisecond,
	})
	if err != nil {
		return nil, err
	}
	s.Register("journal", doing(func(ctx context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
		begin()
		return batch.Outcome{}, d.InTx(ctx, func(tx db.Tx) error {
			if r.N%2 == 0 {
				if again, err := db.Exists(ctx, tx, `SELECT 1 FROM journal WHERE n = $1`, r.N); again || err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, `INSERT INTO journal (n) VALUES ($1)`, r.N); err != nil || r.N%2 == 0 {
				return err
			}
			return r.Finish(ctx, tx, batch.Outcome{Number: "in one"})
		})
	}))
	return s, nil
}

// A process is killed with SIGKILL a hundred times in the midst of a batch; others go on where it was.
// Proves DOC-2.
func TestKilledProcessLosesAndDoublesNoRow_DOC2(t *testing.T) {
	t.Parallel()
	kills := 100
	if testing.Short() {
		kills = 10
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killRounds(t, filepath.Join(t.TempDir(), "kill.db"), kills)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killRounds(t, dbtest.PostgresURL(t), kills/5)
	})
}

func killRounds(t *testing.T, dsn string, kills int) {
	const total = 2000
	key := filepath.Join(t.TempDir(), "vault.key")
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.InTx(t.Context(), func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE journal (n BIGINT NOT NULL)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := killService(t.Context(), d, key, func() {})
	if err != nil {
		t.Fatal(err)
	}
	b := create(t, s, total, func(n *batch.NewBatch) { n.Kind = "journal" })
	for range kills {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childDSN+"="+dsn, childVault+"="+key)
		if err := child.Run(); err == nil || child.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the child was not killed: %v", err)
		}
	}
	if b = read(t, s, b.ID); b.State == batch.Done {
		t.Fatal("the batch ended before the kills")
	}
	finishBatch(t, s, b.ID)
	var rows, different, inOne int
	err = d.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT n) FROM journal`).Scan(&rows, &different)
	if err == nil {
		err = d.QueryRow(t.Context(), `SELECT count(*) FROM batch_row WHERE state = 'done' AND number = 'in one'`).Scan(&inOne)
	}
	if err != nil || rows != total || different != total || inOne != total/2 {
		t.Fatalf("%d effects of %d rows (%d in one with their outcome), want %d: lost or doubled (%v)", rows, different, inOne, total, err)
	}
	t.Logf("%d kills, %d rows", kills, rows)
}

// finishBatch runs what the killed ones left until the batch is done.
func finishBatch(t *testing.T, s *batch.Service, id batch.ID) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for b := read(t, s, id); b.State != batch.Done; b = read(t, s, id) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("the batch is %s with %d done of %d after two minutes", b.State, b.Done, b.Total)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	want(t, read(t, s, id), batch.Done, 2000, 0)
}
