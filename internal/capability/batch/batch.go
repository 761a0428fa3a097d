// Package batch does long runs of many rows: what is in the rows and what is done with one, its kinds know.
//
// Guaranteed: every row of a batch gets exactly one outcome, done or failed, however often processes die in
// between; a row is run again only when its outcome was not committed. Several replicas may work on one
// batch: rows are claimed some at a time under a lease. A batch that cannot go on waits and says for what.
// What rows hold is sealed at rest. Memory does not grow with the number of rows.
//
// Not guaranteed: that a row is run only once. A row whose process died, or whose lease ran out, before the
// outcome was committed is run again, so kinds are idempotent by (batch, number of the row), or commit the
// outcome together with their effect (Row.Finish).
package batch

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// ID names a batch.
type ID string

// State is how far a batch is.
type State string

const (
	Loading   State = "loading"   // its rows are being stored; nobody sees it yet
	Running   State = "running"   // worked on, or next to be
	Waiting   State = "waiting"   // cannot go on; Reason says for what it waits
	Paused    State = "paused"    // somebody stopped it for now
	Done      State = "done"      // every row has an outcome
	Cancelled State = "cancelled" // rows without an outcome will never get one
)

// Reason is what a batch waits for.
type Reason struct {
	Code string        `json:"code"` // stable, e.g. "store-unreachable", "seal-closed"
	Text cinnabar.Text `json:"text"`
}

// Batch is a run of many rows.
type Batch struct {
	ID       ID
	Kind     string
	Org      cinnabar.OrgID
	Person   cinnabar.PersonID
	Role     string
	State    State
	Reason   Reason    // set while Waiting, and while it tries again until a row has an outcome
	AgainAt  time.Time // when a waiting one tries again by itself; zero: when it is resumed
	Total    int
	Created  time.Time
	Finished time.Time // zero before the end

	Head
	Progress
}

// Head is what of a batch is sealed; empty once the batch was erased.
type Head struct {
	Title   string          `json:"title"`
	By      cinnabar.Actor  `json:"by"` // without roles and session
	Params  json.RawMessage `json:"params,omitempty"`
	Columns []string        `json:"columns,omitempty"` // titles of the cells of rows, for the result
}

// Progress counts outcomes.
type Progress struct {
	Done   int
	Failed int
	Rate   float64       // rows per second of late; 0 when nothing runs
	Left   time.Duration // until the end at that rate; 0 when not known
}

// NewRow is a row to be done.
type NewRow struct {
	Line  int             `json:"line,omitempty"`  // where it stands in the sheet that it came from
	Data  json.RawMessage `json:"data"`            // what the kind takes
	Cells []string        `json:"cells,omitempty"` // as they were in the sheet, for the result
}

// Row is a row to be done now.
type Row struct {
	N int // from 1
	NewRow

	work *work // nil outside of Kind.Row
}

// Outcome is what became of a row; of one that failed, what it would have repeated. Neither field may hold
// personal data.
type Outcome struct {
	Ref    string `json:"ref,omitempty"`    // what was made: the id of a case
	Number string `json:"number,omitempty"` // its number, as people call it
}

// Kind does the rows of a kind of batches.
type Kind interface {
	// Row does one row. It must be idempotent by (b.ID, r.N). An *errs.Error of a kind that trying again
	// cannot cure fails the row for good; *Wait has the whole batch wait; other errors are tried again a
	// few times and then fail the row.
	Row(ctx context.Context, b Batch, r Row) (Outcome, error)
}

// Ender is a Kind that is told the end of its batches, in the transaction that ends them.
type Ender interface {
	Ended(ctx context.Context, tx db.Tx, b Batch) error
}

// Placed is a Kind that cannot work in every process, since it holds something in memory (an unlocked
// seal). A process that cannot leaves the batch to others; when none takes it, the batch waits for Reason.
type Placed interface {
	// Here returns nil when this process can work on b, or what it would need.
	Here(ctx context.Context, b Batch) *Wait
}

// Wait is the error of a row that says that the batch cannot go on for now. The row will be run again.
type Wait struct {
	Reason
	Again time.Duration // tried again by itself after this; 0: only when resumed
}

func (w *Wait) Error() string {
	if w == nil {
		return "waiting for nothing"
	}
	return "waiting: " + w.Code
}

// againAt is when the batch is tried again by itself; zero: when it is resumed.
func (w *Wait) againAt(now time.Time) time.Time {
	if w.Again <= 0 {
		return time.Time{}
	}
	return now.Add(w.Again)
}

// ErrLost means that this run of the row no longer counts: another process has committed its outcome. The
// transaction must be rolled back.
var ErrLost = errors.New("the row was done by another process meanwhile")

// Vault seals what rows hold (platform/secret).
type Vault interface {
	Seal(ctx context.Context, tx db.Tx, s secret.Subject, place string, plain []byte) ([]byte, error)
	Open(ctx context.Context, r db.Reader, s secret.Subject, place string, sealed []byte) ([]byte, error)
	Forget(ctx context.Context, tx db.Tx, s secret.Subject) error
}

// Live is told that a batch got further; the topic is Topic.
type Live interface {
	Publish(topic string, seq int64)
}

// Topic is the topic of a batch.
func Topic(id ID) string { return "batch/" + string(id) }

// Deps is what the service needs. Zero values of the optional fields mean the defaults named.
type Deps struct {
	DB    db.DB
	Clock clock.Clock
	Log   *slog.Logger
	Vault Vault
	Live  Live
	Words func(*errs.Error) cinnabar.Text // how a failure is told

	AtOnce int           // rows done at the same time by this process; default twice the cores
	Lease  time.Duration // how long after a crash rows are taken over; default 5 s
	Poll   time.Duration // how often others' new batches are looked for; default 500 ms
	Grace  time.Duration // how long Run waits for rows in work when it is to end; default 20 s
	Keep   time.Duration // how long after its end a batch is kept readable; default 90 days
}

// Service is the batches of the program.
type Service struct {
	Deps
	owner string
	kinds map[string]Kind
	wake  chan struct{} // holds one token when there may be something to claim

	lock    sync.Mutex
	running map[*running]struct{}
}

// New makes the service; nothing runs before Run.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil || d.Vault == nil || d.Live == nil || d.Words == nil {
		return nil, errors.New("batch: all of DB, Clock, Log, Vault, Live and Words are needed")
	}
	orDefault(&d.AtOnce, 2*runtime.NumCPU())
	orDefault(&d.Lease, 5*time.Second)
	orDefault(&d.Poll, 500*time.Millisecond)
	orDefault(&d.Grace, 20*time.Second)
	orDefault(&d.Keep, 90*24*time.Hour)
	return &Service{
		Deps: d, owner: cinnabar.NewID[string]("run"), kinds: map[string]Kind{}, wake: make(chan struct{}, 1),
		running: map[*running]struct{}{},
	}, nil
}

func orDefault[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Register sets what does the batches of a kind. It must be called before Run, once per kind.
func (s *Service) Register(name string, k Kind) {
	if _, twice := s.kinds[name]; twice || name == "" || k == nil {
		panic("batch: kind " + name + " is registered twice or without a Kind")
	}
	s.kinds[name] = k
}

// signal wakes Run.
func (s *Service) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// tell publishes that a batch changed.
func (s *Service) tell(id ID) { s.Live.Publish(Topic(id), s.Clock.Now().UnixMilli()) }

// Rows is a source of rows; it ends with the first error.
type Rows = iter.Seq2[NewRow, error]
