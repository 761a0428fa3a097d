package mirror_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/db/outside"
	"cinnabar/internal/platform/db/outside/outsidetest"
	"cinnabar/internal/platform/secret"
)

const (
	childDSN = "CINNABAR_MIRROR_TEST_DSN"
	childKey = "CINNABAR_MIRROR_TEST_KEY"
	childRun = "CINNABAR_MIRROR_TEST_RUN"
)

// childMain is the process that is killed: it writes and delivers until then.
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
	s := killService(ctx, d, os.Getenv(childKey))
	go func() { panic(s.Run(ctx)) }()
	for { // documents of its own, so that nobody heals later what is lost now
		if err := change(ctx, d, s, fmt.Sprintf("%s-%03d", os.Getenv(childRun), rand.N(100))); err != nil {
			panic(err)
		}
	}
}

func killService(ctx context.Context, d db.DB, keyFile string) *mirror.Service {
	v, err := secret.Open(ctx, d, keyFile)
	if err != nil {
		panic(err)
	}
	s, err := mirror.New(mirror.Deps{
		DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Vault: v,
		Lease: 200 * time.Millisecond, Poll: 20 * time.Millisecond, Chunk: 7,
	})
	if err != nil {
		panic(err)
	}
	return s
}

// change writes the next version of a document into the truth and has it mirrored.
func change(ctx context.Context, d db.DB, s *mirror.Service, number string) error {
	return d.InTx(ctx, func(tx db.Tx) error {
		var version int64
		if err := tx.QueryRow(ctx, `INSERT INTO truth (number, version) VALUES ($1, 1)
			ON CONFLICT (number) DO UPDATE SET version = truth.version + 1 RETURNING version`, number).Scan(&version); err != nil {
			return err
		}
		return s.Write(ctx, tx, department, row(number, version))
	})
}

func makeTruth(t testing.TB, d db.DB) {
	t.Helper()
	column := "number TEXT"
	if d.Dialect() == db.Postgres {
		column += ` COLLATE "C"`
	}
	must(t, d.InTx(t.Context(), func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE truth (`+column+` PRIMARY KEY, version BIGINT NOT NULL)`)
		return err
	}))
}

func truth(d db.DB) mirror.Truth {
	return func(ctx context.Context, after mirror.Key, limit int) ([]mirror.Row, error) {
		rows, err := d.Query(ctx, fmt.Sprintf(`SELECT number, version FROM truth WHERE number > $1 ORDER BY number LIMIT %d`, limit), after.Number)
		return db.Collect(rows, err, func(rows db.Rows) (mirror.Row, error) {
			var number string
			var version int64
			err := rows.Scan(&number, &version)
			return row(number, version), err
		})
	}
}

const kills = 15 // per pair of databases

// A process is killed with SIGKILL while it writes and delivers, again and again; in the end both sides
// are equal.
// Proves DOC-4, DOC-5.
func TestKilledProcessLeavesBothSidesEqual_DOC5(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		main db.Dialect
		kind outside.Kind
	}{{db.SQLite, outside.SQLite}, {db.SQLite, outside.Postgres}, {db.SQLite, outside.MySQL}, {db.Postgres, outside.MySQL}} {
		t.Run(string(c.main)+" to "+string(c.kind), func(t *testing.T) {
			t.Parallel()
			dsn := filepath.Join(t.TempDir(), "main.db")
			if c.main == db.Postgres {
				dsn = dbtest.PostgresURL(t)
			}
			killRounds(t, dsn, c.kind, outsidetest.Fresh(t, c.kind))
		})
	}
}

func killRounds(t *testing.T, dsn string, kind outside.Kind, outsideDSN string) {
	d, err := db.Open(t.Context(), dsn)
	must(t, err)
	defer func() { must(t, d.Close()) }()
	makeTruth(t, d)
	key := filepath.Join(t.TempDir(), "key")
	s := killService(t.Context(), d, key)
	defer func() { must(t, s.Close()) }()
	must(t, s.Configure(t.Context(), cinnabar.Actor{}, department, mirror.Target{Kind: kind, DSN: secret.Secret(outsideDSN)}))
	for run := range kills {
		killChild(t, d, childDSN+"="+dsn, childKey+"="+key, fmt.Sprintf("%s=R%02d", childRun, run))
	}
	until(t, func() bool { // the killed one's lease runs out
		_, err := s.Deliver(t.Context(), department)
		must(t, err)
		state, err := s.Database(t.Context(), department)
		must(t, err)
		return state.Waiting == 0
	})
	found, err := s.Check(t.Context(), department, truth(d), false)
	must(t, err)
	for _, f := range found {
		t.Errorf("%s %s: want %+v, got %+v", f.Number, f.What, f.Want, f.Got)
	}
	var documents, changes int64
	must(t, d.QueryRow(t.Context(), `SELECT count(*), sum(version) FROM truth`).Scan(&documents, &changes))
	t.Logf("%d kills, %d documents, %d changes", kills, documents, changes)
}

// killChild starts a writer and kills it after some changes.
func killChild(t *testing.T, d db.DB, env ...string) {
	t.Helper()
	changes := func() (n int64) {
		must(t, d.QueryRow(t.Context(), `SELECT coalesce(sum(version), 0) FROM truth`).Scan(&n))
		return n
	}
	enough := changes() + 1 + rand.N[int64](200)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), env...)
	must(t, child.Start())
	until(t, func() bool { return changes() >= enough })
	must(t, child.Process.Kill())
	_ = child.Wait() // "signal: killed"
}
