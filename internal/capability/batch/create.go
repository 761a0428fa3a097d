package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// MaxRows is how many rows a batch may have (DOC-2).
const MaxRows = 10_000

const (
	chunkRows    = 50        // rows claimed, sealed and read together
	chunkBytes   = 256 << 10 // less of them when they are large
	maxRowBytes  = 1 << 20   // of one row as JSON
	chunksInOne  = 10        // chunks stored in one transaction
	stateStarted = `state <> 'loading'`
)

// NewBatch is a batch to be made.
type NewBatch struct {
	Kind    string
	Org     cinnabar.OrgID // whose it is; empty: whom By acts for
	By      cinnabar.Actor
	Role    string // members of Org in this role see it, see InDepartment and Nobody; empty: all members
	Title   string
	Params  any      // becomes JSON; what the kind needs beside the rows
	Columns []string // titles of the rows' cells
	Rows    Rows
	Dedup   string // names the request: a second batch of the same name in Org is not made; empty: always made
}

// Asked returns the batch that a request has begun before; errs.NotFound, code "batch-not-found". Whoever checks
// rows against what is there already asks first: a repeat's rows are there (PLT-5).
func (s *Service) Asked(ctx context.Context, org cinnabar.OrgID, dedup string) (Batch, error) {
	var id ID
	err := s.DB.QueryRow(ctx, `SELECT id FROM batch WHERE org = $1 AND dedup = $2 AND dedup <> '' AND `+stateStarted, string(org), dedup).Scan((*string)(&id))
	if errors.Is(err, db.ErrNoRows) {
		return Batch{}, errNotFound()
	}
	if err != nil {
		return Batch{}, err
	}
	return s.Get(ctx, id)
}

// Create loads a batch and starts it. When one of the same Dedup was made before, that one is returned.
func (s *Service) Create(ctx context.Context, n NewBatch) (Batch, error) {
	id, err := s.Load(ctx, n)
	if err != nil {
		return Batch{}, err
	}
	started := id
	start := func(tx db.Tx) (err error) {
		started, err = s.Start(ctx, tx, id)
		return err
	}
	if err = s.DB.InTx(ctx, start); db.IsUnique(err) { // another of the same Dedup began at the same time
		err = s.DB.InTx(ctx, start)
	}
	if err != nil {
		return Batch{}, err
	}
	return s.Get(ctx, started)
}

// Load stores a batch that is not visible yet, in transactions of bounded size. One that is never started
// is dropped by Sweep. Errors of kind errs.Invalid: "no-rows", "too-many-rows", "row-too-large".
func (s *Service) Load(ctx context.Context, n NewBatch) (ID, error) {
	if s.kinds[n.Kind] == nil {
		return "", fmt.Errorf("batch: there is no kind %q", n.Kind)
	}
	params, err := json.Marshal(n.Params)
	if err != nil {
		return "", fmt.Errorf("parameters of the batch: %w", err)
	}
	n.By.Roles, n.By.Session = nil, ""
	if n.Org == "" {
		n.Org = n.By.Org
	}
	l := &loader{s: s, id: cinnabar.NewID[ID]("batch")}
	if err := s.insert(ctx, l.id, n, Head{Title: n.Title, By: n.By, Params: params, Columns: n.Columns}); err != nil {
		return "", fmt.Errorf("store the batch: %w", err)
	}
	if err := l.load(ctx, n.Rows); err != nil {
		return "", errors.Join(err, s.drop(context.WithoutCancel(ctx), l.id))
	}
	return l.id, nil
}

// Start has a loaded batch run from the commit of tx on. It returns the one of the same Dedup instead when
// there is one.
func (s *Service) Start(ctx context.Context, tx db.Tx, id ID) (ID, error) {
	var org, dedup string
	err := tx.QueryRow(ctx, `SELECT org, dedup FROM batch WHERE id = $1 AND state = 'loading'`+tx.Dialect().ForUpdate(), string(id)).Scan(&org, &dedup)
	if errors.Is(err, db.ErrNoRows) {
		return "", errNotFound()
	}
	if err != nil {
		return "", err
	}
	if dedup != "" {
		var first ID
		err := tx.QueryRow(ctx, `SELECT id FROM batch WHERE org = $1 AND dedup = $2 AND `+stateStarted, org, dedup).Scan((*string)(&first))
		if err == nil || !errors.Is(err, db.ErrNoRows) {
			return first, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE batch SET state = 'running', since = $2 WHERE id = $1`, string(id), db.Millis(s.Clock.Now()))
	tx.AfterCommit(s.signal)
	return id, err
}

// loader stores rows chunk by chunk.
type loader struct {
	s     *Service
	id    ID
	rows  int
	chunk []json.RawMessage // being filled
	bytes int
	ready [][]json.RawMessage
	next  int // number of the next chunk
	first int // rows stored so far
}

func (l *loader) load(ctx context.Context, rows Rows) error {
	for r, err := range rows {
		if err != nil {
			return err
		}
		if err := l.add(ctx, r); err != nil {
			return err
		}
	}
	if l.rows == 0 {
		return errs.New(errs.Invalid, "no-rows", "there are no rows")
	}
	l.cut()
	return l.flush(ctx)
}

func (l *loader) add(ctx context.Context, r NewRow) error {
	if l.rows++; l.rows > MaxRows {
		return errs.New(errs.Invalid, "too-many-rows", "a batch has at most %d rows", MaxRows).With("max", MaxRows)
	}
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("row %d: %w", l.rows, err)
	}
	if len(b) > maxRowBytes {
		return errs.New(errs.Invalid, "row-too-large", "row %d holds too much", l.rows).With("row", l.rows)
	}
	l.chunk, l.bytes = append(l.chunk, b), l.bytes+len(b)
	if len(l.chunk) < chunkRows && l.bytes < chunkBytes {
		return nil
	}
	l.cut()
	if len(l.ready) < chunksInOne {
		return nil
	}
	return l.flush(ctx)
}

// cut ends the chunk that is being filled.
func (l *loader) cut() {
	if len(l.chunk) > 0 {
		l.ready, l.chunk, l.bytes = append(l.ready, l.chunk), nil, 0
	}
}

// flush stores what is ready.
func (l *loader) flush(ctx context.Context) error {
	first, next := l.first, l.next
	err := l.s.DB.InTx(ctx, func(tx db.Tx) error {
		first, next = l.first, l.next
		for _, rows := range l.ready {
			if err := l.s.insertChunk(ctx, tx, l.id, next, first+1, rows); err != nil {
				return fmt.Errorf("store rows: %w", err)
			}
			next, first = next+1, first+len(rows)
		}
		_, err := tx.Exec(ctx, `UPDATE batch SET total = $2 WHERE id = $1`, string(l.id), first)
		return err
	})
	l.first, l.next, l.ready = first, next, nil
	return err
}

func subject(id ID) secret.Subject { return secret.Subject("batch/" + string(id)) }

func headPlace(id ID) string { return "batch.head/" + string(id) }

func chunkPlace(id ID, chunk int) string { return fmt.Sprintf("batch_chunk.rows/%s/%d", id, chunk) }

func errNotFound() error { return errs.New(errs.NotFound, "batch-not-found", "there is no such batch") }

func errRunning() error { return errs.New(errs.Conflict, "batch-running", "the batch has not ended") }
