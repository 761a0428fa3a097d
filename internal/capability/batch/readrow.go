package batch

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// What can have become of a row.
const (
	RowPending   = "pending"
	RowDone      = "done"
	RowFailed    = "failed"
	RowCancelled = "cancelled" // the batch was cancelled before it came to the row
)

// RowState is what became of a row.
type RowState struct {
	N     int
	Line  int // where it stands in its sheet
	State string
	Outcome
	Code   string // why it failed
	Text   cinnabar.Text
	Fields []errs.Field
	At     time.Time
}

// RowFilter selects rows.
type RowFilter struct {
	State string // "": all
	After int    // those behind this number
	Limit int    // 1 to 500; 0: 100
}

// Rows lists rows of a batch in their order.
func (s *Service) Rows(ctx context.Context, b Batch, f RowFilter) (out []RowState, err error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	f.Limit = min(f.Limit, 500)
	err = s.Each(ctx, b, f.After, func(_ NewRow, r RowState) error {
		if f.State == "" || f.State == r.State {
			out = append(out, r)
		}
		if len(out) == f.Limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}

var errEnough = errors.New("enough")

// Each reads the rows of a batch behind a number in their order, some at a time, with what became of them.
// It ends with the first error of f.
func (s *Service) Each(ctx context.Context, b Batch, after int, f func(NewRow, RowState) error) error {
	for {
		var c claim
		err := s.DB.QueryRow(ctx, `SELECT chunk, first, size, rows FROM batch_chunk WHERE batch = $1 AND first + size > $2 ORDER BY chunk LIMIT 1`,
			string(b.ID), after+1).Scan(&c.chunk, &c.first, &c.size, &c.sealed)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.eachOf(ctx, b, c, after, f); err != nil {
			return err
		}
		after = c.first + c.size - 1
	}
}

func (s *Service) eachOf(ctx context.Context, b Batch, c claim, after int, f func(NewRow, RowState) error) error {
	rows := make([]NewRow, c.size)
	var err error
	if c.sealed != nil {
		if rows, err = s.openRows(ctx, s.DB, b.ID, c.chunk, c.sealed); err != nil {
			return err
		}
	}
	states, err := s.states(ctx, b, c)
	if err != nil {
		return err
	}
	for i, r := range rows {
		state := states[i]
		if state.N <= after {
			continue
		}
		state.Line = r.Line
		if err := f(r, state); err != nil {
			return err
		}
	}
	return nil
}

// states are what became of the rows of a chunk.
func (s *Service) states(ctx context.Context, b Batch, c claim) ([]RowState, error) {
	rows, err := s.DB.Query(ctx, `SELECT n, state, ref, number, code, text_zh, text_en, fields, at FROM batch_row WHERE batch = $1 AND n >= $2 AND n < $3 ORDER BY n`,
		string(b.ID), c.first, c.first+c.size)
	have, err := db.Collect(rows, err, scanState)
	if err != nil {
		return nil, err
	}
	none := RowPending
	if b.State == Cancelled {
		none = RowCancelled
	}
	out := make([]RowState, c.size)
	for i := range out {
		out[i] = RowState{N: c.first + i, State: none}
	}
	for _, r := range have {
		out[r.N-c.first] = r
	}
	return slices.Clip(out), nil
}

func scanState(rows db.Rows) (r RowState, err error) {
	var fields string
	var at int64
	if err := rows.Scan(&r.N, &r.State, &r.Ref, &r.Number, &r.Code, &r.Text.Zh, &r.Text.En, &fields, &at); err != nil {
		return r, err
	}
	r.At = db.Time(at)
	if fields != "" {
		err = json.Unmarshal([]byte(fields), &r.Fields)
	}
	return r, err
}
