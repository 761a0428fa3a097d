package step

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// ManyCases takes an action on each of many selected cases, in a batch: by the case's own rules, with a result for
// each.
type ManyCases struct {
	Engine  *procedure.Engine
	Batches *batch.Service
	Actors  Actors
}

// Actors tells what an actor may do now, whose batch runs long after the request.
type Actors interface {
	Refresh(ctx context.Context, a cinnabar.Actor) (cinnabar.Actor, error)
}

// Select makes a row of each case on which the actor can take the action now. What cannot be is named, all at once,
// at /cases/N.
func (m *ManyCases) Select(ctx context.Context, by cinnabar.Actor, action string, cases []cinnabar.CaseID, row func(*procedure.View) (batch.NewRow, error)) (batch.Rows, error) {
	var rows []batch.NewRow
	var wrong []errs.Field
	for i, id := range cases {
		one, err := m.selected(ctx, by, action, id, row)
		switch e := errs.As(err); {
		case err == nil:
			rows = append(rows, one)
		case e.Kind == errs.Internal:
			return nil, err
		default:
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("/cases/%d", i), Code: e.Code})
		}
	}
	if len(cases) == 0 {
		wrong = append(wrong, errs.Field{Pointer: "/cases", Code: "missing"})
	}
	if len(wrong) > 0 {
		return nil, errs.Wrong(wrong...)
	}
	return func(yield func(batch.NewRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}, nil
}

func (m *ManyCases) selected(ctx context.Context, by cinnabar.Actor, action string, id cinnabar.CaseID, row func(*procedure.View) (batch.NewRow, error)) (batch.NewRow, error) {
	v, err := m.Engine.View(ctx, id, by)
	if err != nil {
		return batch.NewRow{}, err
	}
	if !v.CanTake(action) {
		return batch.NewRow{}, errs.New(errs.Conflict, "not-open", "this cannot be done with the case now")
	}
	one, err := row(v)
	one.Cells = []string{numberOf(v.Case)}
	return one, err
}

// tries is how often a row looks at its case again that others change at the same time.
const tries = 5

// Take takes an action on the case of a row, as whoever ordered the batch may act now. unchanged, which may be nil,
// looks at the case first. Where somebody else was faster meanwhile, both happen again with what they left.
func (m *ManyCases) Take(ctx context.Context, run batch.Batch, r batch.Row, do procedure.Do, unchanged func(*procedure.View) error) (batch.Outcome, error) {
	by, err := m.Actors.Refresh(ctx, run.By)
	if err != nil {
		return batch.Outcome{}, err
	}
	do.Actor, do.Key, do.Sole = by, fmt.Sprintf("batch/%s/%d", run.ID, r.N), true
	v, err := m.Engine.View(ctx, do.Case, by)
	if err != nil {
		return batch.Outcome{}, err
	}
	for try := 1; ; try++ {
		err = m.act(ctx, v, do, unchanged)
		out := batch.Outcome{Ref: string(do.Case), Number: numberOf(v.Case)}
		if try == tries || !(errors.Is(err, errs.Stale) || errors.Is(err, errs.Conflict)) {
			return out, err
		}
		now, lost := m.Engine.View(ctx, do.Case, by)
		if lost != nil || now.Version == v.Version {
			return out, err
		}
		v = now
	}
}

func (m *ManyCases) act(ctx context.Context, v *procedure.View, do procedure.Do, unchanged func(*procedure.View) error) error {
	if unchanged != nil {
		if err := unchanged(v); err != nil {
			return err
		}
	}
	do.Version = v.Version
	_, err := m.Engine.Do(ctx, do)
	return err
}

// numberOf is the number of the case's document, where its business gives it one, else the case's.
func numberOf(c *procedure.Case) string { return cmp.Or(c.Facts.Text(FactNumber), c.Number) }
