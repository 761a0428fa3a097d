package procedure

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

// Do is a request to take an action.
type Do struct {
	Case    cinnabar.CaseID
	Action  string
	Version int64 // that the actor has seen
	Body    map[string]any
	Key     string // idempotency key
	Actor   cinnabar.Actor
	// Batch names the run of many that takes the action; "" is a person's or program's single one.
	Batch string
	// Sole tells that nobody else can be at work under this key, since the caller holds a lease on the work
	// that it names: what is under way is a dead one's.
	Sole bool

	// with runs first in the transaction that applies the action.
	with func(db.Tx) error
}

// Result is the answer to an action. It holds no personal data, since repeats get it for a month.
type Result struct {
	Outcome string         `json:"outcome"`
	State   string         `json:"state"`
	Version int64          `json:"version"`
	Detail  map[string]any `json:"detail,omitempty"`
	// Refused is set when the action was tried, recorded and refused (a wrong password, say).
	Refused *errs.Error `json:"refused,omitempty"`
}

// Request is an action under way: the snapshot that was read when it was opened, who acts, and what
// was sent.
type Request struct {
	*Case
	Action *Action
	Actor  cinnabar.Actor
	Roles  []string // of the actor
	Body   map[string]any
	At     time.Time
	Batch  string // the run of many that takes the action, or ""
	Opened any    // what the step's Open kept for its Prepare

	submitted map[string]map[string]any // sections handed in with this action, clean
}

// Role is the role in which the actor takes the action.
func (r *Request) Role() string {
	for _, role := range r.Action.By {
		if slices.Contains(r.Roles, role) {
			return role
		}
	}
	return ""
}

// Section returns what the action hands in for a section, or else what was handed in before.
func (r *Request) Section(id string) map[string]any {
	if data, ok := r.submitted[id]; ok {
		return data
	}
	return r.Data(id)
}

// HandsIn tells whether the action hands in the section.
func (r *Request) HandsIn(id string) bool {
	_, ok := r.submitted[id]
	return ok
}

// Refusal is an error with which a step tells that the action was tried in earnest and failed: it is
// recorded on the timeline, the case stays where it is, and the answer is the error.
type Refusal struct {
	Err    *errs.Error
	Detail map[string]any // for the timeline, without personal data
}

func (r *Refusal) Error() string { return r.Err.Error() }
func (r *Refusal) Unwrap() error { return r.Err }

// Do takes an action: open, prepare, apply (see the package comment). Kinds of errors: NotFound when
// the actor does not see the case; Conflict "not-open" with the open actions; Stale; Invalid with
// fields; and whatever the step refuses with.
func (e *Engine) Do(ctx context.Context, d Do) (*Result, error) {
	var handler Handler
	var first *Result
	var r *Request
	quick := false
	err := e.db.InTx(ctx, func(tx db.Tx) error {
		first, quick = nil, false
		claim, err := e.claim(ctx, tx, d.Actor, d.Key, d.Sole, d.asked())
		if err != nil {
			return err
		}
		if claim.answer != nil {
			first = new(Result)
			return json.Unmarshal(claim.answer, first)
		}
		if r, err = e.open(ctx, tx, d); err != nil {
			return err
		}
		if r.Action.Step != nil {
			handler = e.handlers[r.Action.Step.Name]
		}
		if q, ok := handler.(Quick); handler == nil || (ok && q.Quick()) {
			quick = true
			first, err = e.apply(ctx, tx, d, r, handler, nil)
			return err
		}
		if o, ok := handler.(Opener); ok {
			return o.Open(ctx, tx, r)
		}
		return nil
	})
	if err != nil || quick || first != nil {
		return answered(first, err)
	}
	return e.prepareAndApply(ctx, d, r, handler)
}

func (e *Engine) prepareAndApply(ctx context.Context, d Do, r *Request, handler Handler) (*Result, error) {
	prepared, err := handler.Prepare(ctx, r)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return answered(e.refuse(ctx, d, r, refusal))
	}
	var res *Result
	if err == nil {
		defer func() {
			if x, ok := prepared.(Discarder); ok && res == nil {
				x.Discard()
			}
		}()
		err = e.db.InTx(ctx, func(tx db.Tx) error {
			again, err := e.open(ctx, tx, d)
			if err != nil {
				return e.orStale(ctx, tx, r, err)
			}
			if (again.Version != r.Version && !r.Action.Racing) || !r.sameDrafts(again) {
				return errStale
			}
			again.At = r.At
			res, err = e.apply(ctx, tx, d, again, handler, prepared)
			return err
		})
		if errors.As(err, &refusal) {
			return answered(e.refuse(ctx, d, r, refusal))
		}
	}
	if err != nil {
		return nil, errors.Join(err, e.forget(ctx, d.Actor, d.Key))
	}
	return res, nil
}

// orStale says that somebody else was faster when that is why an action is not open any more.
func (e *Engine) orStale(ctx context.Context, tx db.Tx, r *Request, err error) error {
	if !errors.Is(err, errs.Forbidden) && !errors.Is(err, errs.Conflict) {
		return err
	}
	now, loadErr := e.load(ctx, tx, r.ID, "")
	if loadErr != nil {
		return loadErr
	}
	if now.Version != r.Version {
		return errStale.Because(err)
	}
	return err
}

func answered(res *Result, err error) (*Result, error) {
	if err != nil {
		return nil, err
	}
	if res.Refused != nil {
		return res, res.Refused
	}
	return res, nil
}

// asked is what an idempotency key is bound to.
func (d Do) asked() any {
	return struct {
		Case   cinnabar.CaseID
		Action string
		Body   map[string]any
	}{d.Case, d.Action, d.Body}
}

// open checks authority, state, version and input, with the case's row locked.
func (e *Engine) open(ctx context.Context, tx db.Tx, d Do) (*Request, error) {
	c, err := e.load(ctx, tx, d.Case, tx.Dialect().ForUpdate())
	if err != nil {
		return nil, err
	}
	roles, err := e.roles(ctx, tx, c, d.Actor)
	if err != nil {
		return nil, err
	}
	if len(roles) == 0 {
		return nil, errNotFound
	}
	action := c.Definition.Action(d.Action)
	if action == nil {
		return nil, errs.New(errs.NotFound, "action-not-found", "this procedure has no action %q", d.Action)
	}
	if !intersects(action.By, roles) {
		return nil, errs.New(errs.Forbidden, "not-your-role", "this action is for another role")
	}
	if !e.isOffered(c, action, d.Actor) {
		return nil, errs.New(errs.Conflict, "not-open", "this is not possible now").With("open", actionNames(e.openActions(c, roles, d.Actor)))
	}
	if err := checkVersion(d, action, c); err != nil {
		return nil, err
	}
	r := &Request{Case: c, Action: action, Actor: d.Actor, Roles: roles, Body: d.Body, Batch: d.Batch, At: e.clock.Now()}
	return r, e.checkInput(ctx, tx, r)
}

func checkVersion(d Do, a *Action, c *Case) error {
	switch {
	case a.Racing, d.Actor.Kind == cinnabar.System:
		return nil
	case d.Version == 0:
		return errs.New(errs.Invalid, "version-missing", "send If-Match with the version that you have seen")
	case d.Version != c.Version:
		return errStale
	}
	return nil
}

func actionNames(list []*Action) []string {
	return names(list, func(a *Action) string { return a.Name })
}
