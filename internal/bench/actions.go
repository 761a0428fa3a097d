package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
)

// clients act at the same time, each on a case of its own.
const clients = 8

// actions measures both engines with a procedure of two states: every action sets the deadline of the state
// it leads to, which is its one job.
func actions(ctx context.Context, o Options, r *Report) error {
	folder, err := os.MkdirTemp(o.Temp, "actions-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := addFsync(ctx, o, r); err != nil {
		return err
	}
	if err := measureActions(ctx, o, r, folder, filepath.Join(folder, "cinnabar.db"), "SQLite, synchronous=FULL", 500); err != nil {
		return err
	}
	if rate, err := sqliteRate(ctx, o, folder); err != nil {
		r.absent("sqlite3 transactions", err)
	} else {
		r.add(Figure{What: "sqlite3 shell, bare transactions of one row, one client, synchronous=FULL", Value: rate, Unit: "/s", Peer: true})
	}
	server, err := openServer(ctx, o)
	if err != nil {
		r.absent("PostgreSQL", err)
		return nil
	}
	defer server.stop()
	folder = filepath.Join(folder, "pg")
	if err := measureActions(ctx, o, r, folder, server.url, "PostgreSQL", 1000); err != nil {
		return err
	}
	if rate, err := server.pgbench(ctx, o); err != nil {
		r.absent("pgbench", err)
	} else {
		r.add(Figure{What: "pgbench, TPC-B-like, 8 clients, same server", Value: rate, Unit: "/s", Peer: true})
	}
	return nil
}

func measureActions(ctx context.Context, o Options, r *Report, folder, dsn, name string, want float64) error {
	ctx, stop := context.WithCancel(ctx)
	w, err := newWorkshop(ctx, o, folder, dsn)
	if err != nil {
		stop()
		return err
	}
	defer func() { stop(); w.close() }()
	if _, err := w.play(ctx, o.Clock, time.Second); err != nil { // warm up
		return err
	}
	before := cpu(syscall.RUSAGE_SELF)
	times, err := w.play(ctx, o.Clock, o.For)
	if err != nil {
		return err
	}
	used := milliseconds(cpu(syscall.RUSAGE_SELF)-before) / float64(max(1, len(times)))
	r.add(Figure{
		What: name + ", 8 clients", Value: float64(len(times)) / o.For.Seconds(), Unit: "actions/s", Limit: want, More: true,
		Note: fmt.Sprintf("%s ms CPU of ours each", number(used)),
	})
	r.add(Figure{
		What: name + ", 99th percentile", Value: milliseconds(percentile(times, 99)), Unit: "ms", Limit: 50,
		Note: fmt.Sprintf("median %s ms", number(milliseconds(percentile(times, 50)))),
	})
	return nil
}

// workshop is the part of the program that acts on cases, with its jobs and its evidence log running.
type workshop struct {
	db     db.DB
	keeper *evidence.FileKeeper
	engine *procedure.Engine
	cases  []cinnabar.CaseID
	done   sync.WaitGroup
}

func newWorkshop(ctx context.Context, o Options, folder, dsn string) (*workshop, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	w := &workshop{db: d}
	vault, err := secret.Open(ctx, d, filepath.Join(folder, "vault.key"))
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := w.open(ctx, o, folder, vault); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	for i := range clients {
		id, err := w.engine.Start(ctx, procedure.Start{Procedure: "ping", Operator: "org_bench", Role: "user", Key: fmt.Sprintf("%s-begin-%d", dsn, i), Actor: client(i)})
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		w.cases = append(w.cases, id)
	}
	return w, nil
}

func (w *workshop) open(ctx context.Context, o Options, folder string, vault *secret.Vault) error {
	quiet := slog.New(slog.DiscardHandler)
	queue, err := jobs.New(jobs.Deps{DB: w.db, Clock: o.Clock, Log: quiet})
	if err != nil {
		return err
	}
	key, err := evidence.OpenKey(filepath.Join(folder, "log.key"), "cinnabar/bench")
	if err != nil {
		return err
	}
	if w.keeper, err = evidence.OpenFileKeeper(filepath.Join(folder, "checkpoints")); err != nil {
		return err
	}
	log, err := evidence.New(evidence.Deps{DB: w.db, Clock: o.Clock, Key: key, Keeper: w.keeper, Logger: quiet})
	if err != nil {
		return err
	}
	w.engine, err = procedure.New(ctx, procedure.Deps{
		DB: w.db, Vault: vault, Jobs: queue, Log: chain{log}, Marks: alone{}, Files: alone{}, Notifier: alone{}, Live: alone{},
		Clock: o.Clock, Logger: quiet, Definitions: []*procedure.Definition{ping()}, Handlers: procedure.Handlers{},
	})
	if err != nil {
		return err
	}
	for _, run := range []func(context.Context) error{queue.Run, log.Run} {
		w.done.Go(func() { _ = run(ctx) })
	}
	return nil
}

func (w *workshop) close() {
	w.done.Wait()
	_ = w.keeper.Close()
	_ = w.db.Close()
}

// play has every client act for a while, and returns how long each action took.
func (w *workshop) play(ctx context.Context, c clock.Clock, d time.Duration) ([]time.Duration, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wg sync.WaitGroup
	end := c.Now().Add(d)
	for i := range clients {
		wg.Go(func() {
			times, err := w.act(ctx, c, i, end)
			mu.Lock()
			defer mu.Unlock()
			all, failed = append(all, times...), errors.Join(failed, err)
		})
	}
	wg.Wait()
	return all, failed
}

func (w *workshop) act(ctx context.Context, c clock.Clock, i int, end time.Time) (times []time.Duration, err error) {
	v, err := w.engine.View(ctx, w.cases[i], client(i))
	if err != nil {
		return nil, err
	}
	state, version := v.State.ID, v.Version
	for c.Now().Before(end) {
		began := c.Now()
		res, err := w.engine.Do(ctx, procedure.Do{
			Case: w.cases[i], Action: "leave-" + state, Version: version, Body: map[string]any{}, Key: cinnabar.NewID[string]("key"), Actor: client(i),
		})
		if err != nil {
			return nil, err
		}
		times = append(times, c.Now().Sub(began))
		state, version = res.State, res.Version
	}
	return times, nil
}

func client(i int) cinnabar.Actor {
	return cinnabar.Actor{Kind: cinnabar.Member, Person: cinnabar.PersonID(fmt.Sprintf("person_%d", i)), Name: "某某", Address: "127.0.0.1", Agent: "bench"}
}

// ping is a procedure that goes to and fro.
func ping() *procedure.Definition {
	soon := &procedure.Deadline{After: 24 * time.Hour, Action: "lapse"}
	return &procedure.Definition{
		ID: "ping", Version: 1, Prefix: "PING", Roles: []procedure.Role{{ID: "user", Starts: true}},
		Stages: []procedure.Stage{{ID: "all"}},
		States: []procedure.State{
			{ID: "left", Stage: "all", WaitsFor: []string{"user"}, Deadline: soon},
			{ID: "right", Stage: "all", WaitsFor: []string{"user"}, Deadline: soon},
			{ID: "over", Stage: "all", Final: true},
		},
		Actions: []procedure.Action{
			{Name: "leave-left", From: []string{"left"}, By: []string{"user"}, To: map[string]string{procedure.Done: "right"}},
			{Name: "leave-right", From: []string{"right"}, By: []string{"user"}, To: map[string]string{procedure.Done: "left"}},
			{Name: "lapse", From: []string{"left", "right"}, By: []string{procedure.SystemRole}, To: map[string]string{procedure.Done: "over"}},
		},
	}
}

// chain brings entries into the evidence log, as app does.
type chain struct{ log *evidence.Log }

func (c chain) Append(ctx context.Context, tx db.Tx, id cinnabar.CaseID, seq int64, head cinnabar.Digest) error {
	return c.log.Append(ctx, tx, evidence.Leaf{Case: id, Seq: seq, Hash: head})
}

// alone stands for the parts of the program that a procedure without files and messages does not use.
type alone struct{}

func (alone) Marks(context.Context, db.Reader, cinnabar.PersonID) ([]string, error) { return nil, nil }
func (alone) Tell(context.Context, db.Tx, procedure.Notice) error                   { return nil }
func (alone) CaseChanged(cinnabar.CaseID, int64, []procedure.Holder)                {}

func (alone) Usable(context.Context, db.Tx, cinnabar.CaseID, string, []cinnabar.FileID, []string) ([]errs.Field, error) {
	return nil, nil
}
