package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// apply runs the step's writing part and moves the case, all in tx.
func (e *Engine) apply(ctx context.Context, tx db.Tx, d Do, r *Request, handler Handler, prepared any) (*Result, error) {
	if d.with != nil {
		if err := d.with(tx); err != nil {
			return nil, err
		}
	}
	c := &Change{Request: r, engine: e, outcome: Done, detail: map[string]any{}, personal: map[string]any{}, result: map[string]any{}}
	if err := c.handIn(ctx, tx); err != nil {
		return nil, err
	}
	if handler != nil {
		if err := handler.Apply(ctx, tx, c, prepared); err != nil {
			return nil, err
		}
	}
	to, ok := r.Action.To[c.outcome]
	if !ok {
		return nil, fmt.Errorf("action %s of %s ended with outcome %q, which it does not declare", r.Action.Name, r.Definition.ID, c.outcome)
	}
	return e.move(ctx, tx, d, c, to)
}

// move writes the case's new version with its timeline entry, deadline, messages and answer.
func (e *Engine) move(ctx context.Context, tx db.Tx, d Do, c *Change, to string) (*Result, error) {
	old := c.State
	if to != "" {
		c.State = c.Definition.State(to)
	}
	if err := c.keepHandler(ctx, tx, old); err != nil {
		return nil, err
	}
	next := c.Version + 1
	entry := e.entry(c.Actor, c.Role(), c.Action.Name, c.outcome, next)
	if err := entry.describe(c.detail, c.personal); err != nil {
		return nil, err
	}
	if c.State != old {
		c.Entered = entry.At
	}
	if err := e.setDeadline(ctx, tx, c.Case, old, entry.At); err != nil {
		return nil, err
	}
	if err := e.saveCase(ctx, tx, c.Case, next, entry.At); err != nil {
		return nil, err
	}
	if err := e.appendEntry(ctx, tx, c.ID, entry); err != nil {
		return nil, err
	}
	if err := e.tell(ctx, tx, c, next); err != nil {
		return nil, err
	}
	res := &Result{Outcome: c.outcome, State: c.State.ID, Version: next, Detail: c.result}
	return res, e.finish(ctx, tx, d, c.Case, res)
}

// finish keeps the answer and tells the watchers after the commit.
func (e *Engine) finish(ctx context.Context, tx db.Tx, d Do, c *Case, res *Result) error {
	if err := e.answer(ctx, tx, d.Actor, d.Key, res); err != nil {
		return err
	}
	holders := holdersOf(c.Grants)
	tx.AfterCommit(func() { e.live.CaseChanged(c.ID, res.Version, holders) })
	return nil
}

func (e *Engine) tell(ctx context.Context, tx db.Tx, c *Change, seq int64) error {
	for _, t := range c.Action.Tell[c.outcome] {
		n := Notice{Case: c.Case, Seq: seq, Role: c.Definition.Role(t.Role), Holders: append(c.holding(t.Role), c.also[t.Role]...), Tell: t, Params: c.params}
		if err := e.notifier.Tell(ctx, tx, n); err != nil {
			return fmt.Errorf("message %s: %w", t.Template, err)
		}
	}
	return nil
}

// holding are the present holders of a role.
func (c *Case) holding(role string) []Holder {
	var out []Holder
	for _, g := range c.Grants {
		if g.Role == role {
			out = append(out, g.Holder)
		}
	}
	return out
}

// refuse records that an action was tried and failed. The case stays where it is; its version grows,
// since the timeline does.
func (e *Engine) refuse(ctx context.Context, d Do, r *Request, refusal *Refusal) (*Result, error) {
	var res *Result
	err := e.db.InTx(ctx, func(tx db.Tx) error {
		c, err := e.load(ctx, tx, r.ID, tx.Dialect().ForUpdate())
		if err != nil {
			return err
		}
		next := c.Version + 1
		entry := e.entry(r.Actor, r.Role(), r.Action.Name, "refused", next)
		detail := map[string]any{"code": refusal.Err.Code}
		for k, v := range refusal.Detail {
			detail[k] = v
		}
		if err := entry.describe(detail, nil); err != nil {
			return err
		}
		if err := e.saveCase(ctx, tx, c, next, entry.At); err != nil {
			return err
		}
		if err := e.appendEntry(ctx, tx, c.ID, entry); err != nil {
			return err
		}
		shown := *refusal.Err
		shown.Err = nil
		res = &Result{Outcome: "refused", State: c.State.ID, Version: next, Refused: &shown}
		return e.finish(ctx, tx, d, c, res)
	})
	return res, err
}

func (e *Engine) entry(a cinnabar.Actor, role, kind, outcome string, seq int64) Entry {
	return Entry{
		Seq: seq, At: e.clock.Now().Truncate(time.Millisecond), Kind: kind, Outcome: outcome, ActorKind: a.Kind, Role: role, Org: a.Org,
		Personal: Personal{Person: a.Person, Name: a.Name, Address: a.Address, Agent: a.Agent, Key: a.Key},
	}
}

func (e *Entry) describe(detail, personal map[string]any) (err error) {
	if detail == nil {
		detail = map[string]any{}
	}
	if e.Detail, err = json.Marshal(detail); err != nil {
		return fmt.Errorf("timeline detail: %w", err)
	}
	if len(personal) > 0 {
		if e.Personal.Detail, err = json.Marshal(personal); err != nil {
			return fmt.Errorf("timeline detail: %w", err)
		}
	}
	return nil
}

func (e *Engine) saveCase(ctx context.Context, tx db.Tx, c *Case, next int64, now time.Time) error {
	facts, err := json.Marshal(c.Facts)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE bcase SET state = $3, version = $4, final = $5, title = $6, facts = $7, assignee = $8, updated_at = $9, due_at = $10, entered_at = $11
		WHERE id = $1 AND version = $2`,
		string(c.ID), c.Version, c.State.ID, next, flag(c.State.Final), c.Title, string(facts), string(c.Assignee), db.Millis(now), db.Millis(c.Due), db.Millis(c.Entered))
	if err != nil {
		return fmt.Errorf("save case: %w", err)
	}
	if n != 1 {
		return errStale
	}
	c.Version, c.Updated = next, now
	return nil
}
