package procedure

import (
	"cmp"
	"context"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

// deadlineArgs say which deadline a job fires: the one that was set when the case came into a state.
type deadlineArgs struct {
	Case   cinnabar.CaseID `json:"case"`
	State  string          `json:"state"`
	Action string          `json:"action"`
}

func deadlineKey(id cinnabar.CaseID) string { return "deadline/" + string(id) }

// setDeadline replaces the deadline of the state that the case leaves (nil: none) by that of its
// present one. A case that stays in its state keeps its deadline.
func (e *Engine) setDeadline(ctx context.Context, tx db.Tx, c *Case, old *State, now time.Time) error {
	if old == c.State {
		return nil
	}
	if old != nil && old.Deadline != nil {
		if _, err := e.jobs.Cancel(ctx, tx, deadlineKey(c.ID)); err != nil {
			return err
		}
	}
	c.Due = time.Time{}
	d := c.State.Deadline
	if d == nil {
		return nil
	}
	c.Due = now.Add(cmp.Or(c.dueIn, d.After))
	if old == nil {
		if _, err := tx.Exec(ctx, `UPDATE bcase SET due_at = $2 WHERE id = $1`, string(c.ID), db.Millis(c.Due)); err != nil {
			return err
		}
	}
	args := deadlineArgs{Case: c.ID, State: c.State.ID, Action: d.Action}
	return e.jobs.Enqueue(ctx, tx, deadlineJob, args, jobs.Key(deadlineKey(c.ID)), jobs.At(c.Due))
}

// fireDeadline calls the deadline's action as the system. When a person was faster the deadline is
// done with.
func (e *Engine) fireDeadline(ctx context.Context, j jobs.Job) error {
	var args deadlineArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	_, err := e.Do(ctx, Do{
		Case: args.Case, Action: args.Action, Actor: cinnabar.Actor{Kind: cinnabar.System},
		with: func(tx db.Tx) error { return j.Complete(ctx, tx) },
	})
	if errors.Is(err, errs.Conflict) || errors.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// DueIn sets how long the state to which the action leads may take, instead of what it declares.
func (c *Change) DueIn(d time.Duration) { c.dueIn = d }

// Extend moves the deadline of a case's present state; one that has fired is set again. It is for steps.
func (c *Change) Extend(ctx context.Context, tx db.Tx, due time.Time) error {
	if c.State.Deadline == nil {
		return errs.New(errs.Conflict, "no-deadline", "this case has no deadline now")
	}
	c.Due = due
	if moved, err := c.engine.jobs.Move(ctx, tx, deadlineKey(c.ID), due); err != nil || moved {
		return err
	}
	args := deadlineArgs{Case: c.ID, State: c.State.ID, Action: c.State.Deadline.Action}
	return c.engine.jobs.Enqueue(ctx, tx, deadlineJob, args, jobs.Key(deadlineKey(c.ID)), jobs.At(due))
}
