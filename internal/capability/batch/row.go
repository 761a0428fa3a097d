package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const (
	tries      = 5                      // of a row that fails for a reason that may pass
	firstAfter = 200 * time.Millisecond // doubles with every try
	// suspicious claims of a chunk that ended with their process have its rows done one by one; hopeless
	// ones fail the row that killed them all.
	suspicious, hopeless = 10, 20
)

// do does a row and commits its outcome.
func (s *Service) do(ctx context.Context, t task) {
	defer t.run.handled(ctx)
	defer close(t.done)
	if t.run.halt.Load() {
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(t.run.ctx, func() { cancel(context.Cause(t.run.ctx)) })()
	out, err := s.try(ctx, t)
	var wait *Wait
	switch {
	case errors.Is(err, errFinished) || errors.Is(err, ErrLost) || ctx.Err() != nil:
		return
	case errors.As(err, &wait) && wait != nil:
		t.run.halt.Store(true)
		err = s.await(ctx, t.run.batch.ID, wait, time.Time{})
	default:
		err = s.commit(ctx, t, out, err)
	}
	if err != nil && !errors.Is(err, ErrLost) {
		s.Log.ErrorContext(ctx, "the outcome of a row could not be stored", "batch", t.run.batch.ID, "row", t.row.N, "error", err)
	}
}

// errFinished means that the outcome stands already.
var errFinished = errors.New("finished")

// work is one try of a row.
type work struct {
	s        *Service
	run      *running
	finished atomic.Bool
}

// try does the row until it is done, fails for good, or was tried often enough.
func (s *Service) try(ctx context.Context, t task) (out Outcome, err error) {
	if t.run.claim.abandoned >= hopeless && !t.run.told.Load() {
		return out, errs.New(errs.Internal, "crashed", "the program ended every time it came to this row")
	}
	for n, after := 1, firstAfter; ; n, after = n+1, after*2 {
		w := &work{s: s, run: t.run}
		t.row.work = w
		out, err = s.once(ctx, t)
		if w.finished.Load() {
			return out, errFinished
		}
		if n == tries || !passing(err) {
			return out, err
		}
		s.Log.WarnContext(ctx, "a row of a batch failed and will be tried again", "batch", t.run.batch.ID, "row", t.row.N, "error", err)
		select {
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(after):
		}
	}
}

// once calls the kind; a panic is a failure like any other.
func (s *Service) once(ctx context.Context, t task) (out Outcome, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.Log.ErrorContext(ctx, "a row of a batch panicked", "batch", t.run.batch.ID, "row", t.row.N, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return s.kinds[t.run.batch.Kind].Row(ctx, t.run.batch, t.row)
}

// passing tells whether trying again may help.
func passing(err error) bool {
	var wait *Wait
	var e *errs.Error
	switch {
	case err == nil || (errors.As(err, &wait) && wait != nil) || errors.Is(err, ErrLost):
		return false
	case !errors.As(err, &e):
		return true
	}
	switch e.Kind {
	case errs.Internal, errs.Unavailable, errs.TooMany, errs.Stale:
		return true
	}
	return false
}

// Finish commits the outcome of a row together with its effect in tx: then the effect happens once, however
// often the row is run. It fails with ErrLost when the row has an outcome already. What Kind.Row returns
// after the commit does not count.
func (r Row) Finish(ctx context.Context, tx db.Tx, out Outcome) error {
	if err := r.work.s.write(ctx, tx, r.work.run, r.N, RowState{Outcome: out, State: RowDone}); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		r.work.finished.Store(true)
		r.work.run.told.Store(true)
	})
	return nil
}

// commit writes the outcome that Kind.Row returned.
func (s *Service) commit(ctx context.Context, t task, out Outcome, failure error) error {
	state := RowState{Outcome: out, State: RowDone}
	if failure != nil {
		e := errs.As(failure)
		state = RowState{Outcome: out, State: RowFailed, Code: e.Code, Text: s.Words(e), Fields: e.Fields}
		if e.Kind == errs.Internal {
			s.Log.ErrorContext(ctx, "a row of a batch failed", "batch", t.run.batch.ID, "row", t.row.N, "error", failure)
		}
	}
	err := s.DB.InTx(ctx, func(tx db.Tx) error { return s.write(ctx, tx, t.run, t.row.N, state) })
	if err == nil {
		t.run.told.Store(true)
	}
	return err
}

// write writes an outcome. Its key makes it the only one of the row.
func (s *Service) write(ctx context.Context, tx db.Tx, run *running, n int, r RowState) error {
	id := string(run.batch.ID)
	fields := ""
	if len(r.Fields) > 0 {
		b, err := json.Marshal(r.Fields)
		if err != nil {
			return err
		}
		fields = string(b)
	}
	wrote, err := tx.Exec(ctx, `INSERT INTO batch_row (batch, n, state, ref, number, code, text_zh, text_en, fields, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		id, n, r.State, r.Ref, r.Number, r.Code, r.Text.Zh, r.Text.En, fields, db.Millis(s.Clock.Now()))
	if err != nil {
		return err
	}
	if wrote == 0 {
		return ErrLost
	}
	if run.told.Load() {
		return nil
	}
	if run.batch.Reason.Code != "" { // it goes on: what it waited for is there again
		if _, err := tx.Exec(ctx, `UPDATE batch SET reason = '', reason_zh = '', reason_en = '' WHERE id = $1 AND state = 'running'`, id); err != nil {
			return err
		}
	}
	if run.claim.abandoned > 0 {
		_, err = s.owned(ctx, tx, run.claim, `abandoned = 0`)
	}
	return err
}
