// Package jobs does work after a commit: jobs are rows of the same database, written in the
// transaction that causes them, and claimed under a lease by any replica. Deadlines are jobs with a
// time and a key.
//
// Guaranteed: a job whose Enqueue was committed runs until its handler succeeds, or it ends in the
// list of the dead; a crash at any instant loses none. A handler runs at least once. A handler whose
// effect is in the same database calls Job.Complete in the effect's transaction, and then the effect
// happens once: a run that has lost its lease, or whose job was moved or cancelled meanwhile, is
// rolled back.
//
// Not guaranteed: effects outside the database may be repeated after a crash or a lost lease, so they
// carry a key of their own (a Message-ID, an order number). Due times follow the replicas' clocks,
// which must be kept by NTP; a wrong clock makes jobs early or late but never lost or doubled.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
)

// Handler does a job. Its error is stored and logged, so it must hold no personal data.
type Handler func(ctx context.Context, j Job) error

// Metrics is told how every run ended: "done", "failed", "dead" or "lost", how long it took, and how
// late after its due time it began.
type Metrics interface {
	JobRan(kind, outcome string, took, late time.Duration)
}

// Deps is what a Queue needs. Zero values of the optional fields mean the defaults named.
type Deps struct {
	DB    db.DB
	Clock clock.Clock
	Log   *slog.Logger

	Lease       time.Duration // how long after a crash a running job is taken over; default 3 s
	Poll        time.Duration // how often others' new jobs are looked for; default 100 ms
	Grace       time.Duration // how long Run waits for running handlers when it is to end; default 20 s
	Workers     int           // jobs run at the same time; default 8
	MaxFailures int           // failures after which a job is dead; default 20, spread over about 40 hours
	Metrics     Metrics       // optional
}

// Queue hands out jobs to the handlers registered with it. It claims only kinds that it knows, so
// that kinds which must not wait behind slow ones can stand in a second Queue on the same database.
type Queue struct {
	Deps
	owner    string
	handlers map[string]Handler
	wake     chan struct{} // holds one token when there may be something to claim

	lock    sync.Mutex
	running map[string]*run
}

// New makes a queue; nothing runs before Run.
func New(d Deps) (*Queue, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil {
		return nil, errors.New("jobs: DB, Clock and Log are needed")
	}
	orDefault(&d.Lease, 3*time.Second)
	orDefault(&d.Poll, 100*time.Millisecond)
	orDefault(&d.Grace, 20*time.Second)
	orDefault(&d.Workers, 8)
	orDefault(&d.MaxFailures, 20)
	return &Queue{
		Deps: d, owner: cinnabar.NewID[string]("run"), handlers: map[string]Handler{},
		wake: make(chan struct{}, 1), running: map[string]*run{},
	}, nil
}

func orDefault[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Register sets the handler of a kind. It must be called before Run, once per kind.
func (q *Queue) Register(kind string, h Handler) {
	if _, twice := q.handlers[kind]; twice || kind == "" || h == nil {
		panic("jobs: kind " + kind + " is registered twice or without a handler")
	}
	q.handlers[kind] = h
}

// Job is one run of a job.
type Job struct {
	ID      string
	Kind    string
	Args    json.RawMessage
	Due     time.Time // when it was meant to run
	Attempt int       // 1 for the first run

	run *run
}

// Decode reads the job's arguments. Its error is permanent: they will not change.
func (j Job) Decode(into any) error { return Permanent(json.Unmarshal(j.Args, into)) }

// ErrLost means that this run of the job no longer counts: the lease ran out and another took it
// over, or it was moved or cancelled. The transaction must be rolled back.
var ErrLost = errors.New("the job was taken over, moved or cancelled meanwhile")

// Complete ends the job in the transaction of its effect. A key may be enqueued anew after it in the
// same transaction. It fails with ErrLost when this run no longer counts.
func (j Job) Complete(ctx context.Context, tx db.Tx) error {
	n, err := tx.Exec(ctx, `DELETE FROM job WHERE id = $1 AND owner = $2 AND attempt = $3`, j.ID, j.run.owner, j.Attempt)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrLost
	}
	tx.AfterCommit(func() { j.run.completed.Store(true) })
	return nil
}

type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// Permanent marks an error that trying again cannot cure: the job is dead at once. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanentError{err}
}

// IsPermanent tells whether err was marked by Permanent.
func IsPermanent(err error) bool {
	var p permanentError
	return errors.As(err, &p)
}
