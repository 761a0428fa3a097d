package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"cinnabar/internal/capability/form"
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

// checkInput checks the body, the sections that are handed in and the asked materials, and reports
// everything that is wrong at once.
func (e *Engine) checkInput(ctx context.Context, tx db.Tx, r *Request) error {
	var fields []errs.Field
	if r.Action.Form != nil {
		clean, wrong := r.Action.Form.Check(r.Body, r.At)
		r.Body = clean
		fields = append(fields, wrong...)
	}
	r.submitted = map[string]map[string]any{}
	for _, id := range r.Action.Submits {
		m := r.materialOf(id)
		if r.Action.OnlyReturned && (m == nil || m.Verdict != Unqualified) {
			continue
		}
		clean, wrong := r.Definition.Section(id).Form.Check(r.Sections[id].Current(), r.At)
		r.submitted[id] = clean
		fields = append(fields, errs.Under("/sections/"+id, wrong)...)
		unusable, err := e.unusableFiles(ctx, tx, r, id)
		if err != nil {
			return err
		}
		fields = append(fields, unusable...)
	}
	if r.Action.Step != nil {
		if c, ok := e.handlers[r.Action.Step.Name].(Checker); ok {
			more, err := c.Check(ctx, tx, r)
			if err != nil {
				return err
			}
			fields = append(fields, slices.DeleteFunc(more, func(f errs.Field) bool {
				return slices.ContainsFunc(fields, func(had errs.Field) bool { return had.Pointer == f.Pointer })
			})...)
		}
	}
	if r.Action.Materials {
		list, err := e.asked(ctx, tx, r.Case, r.Action, r.Section)
		if err != nil {
			return err
		}
		fields = append(fields, r.lackingMaterials(list)...)
	}
	if len(fields) > 0 {
		return errs.Wrong(fields...)
	}
	return nil
}

// unusableFiles are the files that a section names and that cannot be used in the case.
func (e *Engine) unusableFiles(ctx context.Context, tx db.Tx, r *Request, section string) ([]errs.Field, error) {
	var out []errs.Field
	for _, f := range r.Definition.Section(section).Form.Fields {
		var ids []cinnabar.FileID
		at := "/sections/" + section + "/" + f.Name
		switch v := r.submitted[section][f.Name].(type) {
		case string:
			if f.Kind != form.File || v == "" {
				continue
			}
			ids = []cinnabar.FileID{cinnabar.FileID(v)}
		case []any:
			if f.Kind != form.Files {
				continue
			}
			for _, id := range v {
				text, _ := id.(string)
				ids = append(ids, cinnabar.FileID(text))
			}
		default:
			continue
		}
		wrong, err := e.files.Usable(ctx, tx, r.ID, at, ids, f.Accept)
		if err != nil {
			return nil, err
		}
		if f.Kind == form.File && len(wrong) > 0 {
			wrong[0].Pointer = at
		}
		out = append(out, wrong...)
	}
	return out, nil
}

// lackingMaterials are, of the list, the required ones without a file and, in a correction, the unqualified ones that
// nobody changed.
func (r *Request) lackingMaterials(list []*Material) []errs.Field {
	var out []errs.Field
	for _, m := range list {
		returned := r.Action.OnlyReturned && m.Verdict == Unqualified
		switch {
		case m.lacking():
			out = append(out, errs.Field{Pointer: "/materials/" + m.Name, Code: "missing"})
		case returned && m.Section == "" && !m.Changed:
			out = append(out, errs.Field{Pointer: "/materials/" + m.Name, Code: "unchanged"})
		case returned && r.HandsIn(m.Section) && len(r.Definition.Section(m.Section).Form.Changes(r.Data(m.Section), r.Section(m.Section))) == 0:
			out = append(out, errs.Field{Pointer: "/sections/" + m.Section, Code: "unchanged"})
		}
	}
	return out
}

// asked are the materials that an action asks for when the sections hold certain data.
func (e *Engine) asked(ctx context.Context, r db.Reader, c *Case, a *Action, section func(string) map[string]any) ([]*Material, error) {
	if a.Step == nil {
		return c.Materials, nil
	}
	asker, ok := e.handlers[a.Step.Name].(Asker)
	if !ok {
		return c.Materials, nil
	}
	specs, err := asker.Asks(ctx, r, c, section)
	return c.asked(specs), err
}

// sameDrafts tells whether nothing that the action hands in was edited meanwhile.
func (r *Request) sameDrafts(now *Request) bool {
	for id := range r.submitted {
		if revision(r.Sections[id]) != revision(now.Sections[id]) {
			return false
		}
	}
	if r.Action.Materials {
		return slices.EqualFunc(r.Materials, now.Materials, func(a, b *Material) bool { return a.Name == b.Name && a.Revision == b.Revision })
	}
	return true
}

func revision(s *SectionData) int64 {
	if s == nil {
		return 0
	}
	return s.Revision
}

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
