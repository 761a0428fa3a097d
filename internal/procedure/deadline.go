package procedure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	// Due is when, in milliseconds, where the job first warns of it.
	Due int64 `json:"due,omitempty"`
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
	return e.schedule(ctx, tx, c, now, true)
}

// schedule has the case's deadline fire, and warned of first. One job does both, one after the other.
func (e *Engine) schedule(ctx context.Context, tx db.Tx, c *Case, now time.Time, warn bool) error {
	d, at := c.State.Deadline, c.Due
	args := deadlineArgs{Case: c.ID, State: c.State.ID, Action: d.Action}
	if ahead := min(d.Ahead, c.Due.Sub(now)/2); warn && ahead > 0 {
		args.Due, at = db.Millis(c.Due), c.Due.Add(-ahead)
	}
	return e.jobs.Enqueue(ctx, tx, deadlineJob, args, jobs.Key(deadlineKey(c.ID)), jobs.At(at))
}

// fireDeadline calls the deadline's action as the system. When a person was faster the deadline is
// done with.
func (e *Engine) fireDeadline(ctx context.Context, j jobs.Job) error {
	var args deadlineArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	if args.Due != 0 {
		return e.warn(ctx, j, args)
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

// warn says that a deadline is near, and has it fire when it is there. The case stays at its version: nobody who looks
// at it loses what they are doing.
func (e *Engine) warn(ctx context.Context, j jobs.Job, args deadlineArgs) error {
	return e.db.InTx(ctx, func(tx db.Tx) error {
		if err := j.Complete(ctx, tx); err != nil {
			return err
		}
		c, err := e.load(ctx, tx, args.Case, tx.Dialect().ForUpdate())
		if errors.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		due := db.Time(args.Due)
		for _, t := range c.State.Deadline.Warn {
			n := Notice{Case: c, Seq: c.Version, Role: c.Definition.Role(t.Role), Holders: c.holding(t.Role), Tell: t, Params: map[string]any{"due": due}}
			if err := e.notifier.Tell(ctx, tx, n); err != nil {
				return fmt.Errorf("message %s: %w", t.Template, err)
			}
		}
		args.Due = 0
		return e.jobs.Enqueue(ctx, tx, deadlineJob, args, jobs.Key(deadlineKey(c.ID)), jobs.At(due))
	})
}

// DueIn sets how long the state to which the action leads may take, instead of what it declares.
func (c *Change) DueIn(d time.Duration) { c.dueIn = d }

// Extend moves the deadline of a case's present state, which is warned of anew; it is for steps.
func (c *Change) Extend(ctx context.Context, tx db.Tx, due time.Time) error {
	return c.extend(ctx, tx, due, true)
}

// Renew sets a deadline again that has fired; nobody is warned of it once more.
func (c *Change) Renew(ctx context.Context, tx db.Tx, due time.Time) error {
	return c.extend(ctx, tx, due, false)
}

func (c *Change) extend(ctx context.Context, tx db.Tx, due time.Time, warn bool) error {
	if c.State.Deadline == nil {
		return errs.New(errs.Conflict, "no-deadline", "this case has no deadline now")
	}
	c.Due = due
	if _, err := c.engine.jobs.Cancel(ctx, tx, deadlineKey(c.ID)); err != nil {
		return err
	}
	return c.engine.schedule(ctx, tx, c.Case, c.At, warn)
}
