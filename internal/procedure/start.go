package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Start is a request to begin a case.
type Start struct {
	Procedure string          `json:"procedure"`
	Operator  cinnabar.OrgID  `json:"operator"`
	From      cinnabar.CaseID `json:"from,omitempty"` // a case whose data this one starts from
	Role      string          `json:"role"`           // that the actor takes in the case
	// Holder takes the role: something that the actor holds (a department). Empty: the organisation acted
	// for, or else the actor in person.
	Holder Holder `json:"holder,omitempty"`
	// Grants are further holders from the start, e.g. the customer for whom a clerk begins a case.
	Grants []Grant `json:"grants,omitempty"`
	// Data are the first drafts of sections.
	Data  map[string]map[string]any `json:"data,omitempty"`
	Key   string                    `json:"-"` // idempotency key
	Actor cinnabar.Actor            `json:"-"`

	// With writes, in the same transaction, what a business keeps beside the case.
	With func(ctx context.Context, tx db.Tx, id cinnabar.CaseID) error `json:"-"`
}

// Start begins a case in the definition's first state. The actor gets the role, for the organisation
// acted for or else in person; the operator's organisation gets all operator roles. Who acts for none where the role is
// for organisations is errs.Invalid at /for, code "no-organisation".
func (e *Engine) Start(ctx context.Context, s Start) (cinnabar.CaseID, error) {
	def, err := e.Newest(s.Procedure)
	if err != nil {
		return "", err
	}
	role := def.Role(s.Role)
	if role == nil || !role.Starts || (def.Registered && s.With == nil) || (s.Actor.Kind != cinnabar.Member && s.Actor.Kind != cinnabar.APIKey) {
		return "", errs.New(errs.Forbidden, "may-not-start", "you may not begin a case of this procedure")
	}
	if s.Holder != "" && !slices.Contains(holders(s.Actor), s.Holder) {
		return "", errs.New(errs.Forbidden, "may-not-start", "you may not begin a case for others")
	}
	if role.ForOrg && s.Actor.Org == "" {
		return "", errs.Wrong(errs.Field{Pointer: "/for", Code: "no-organisation"})
	}
	if s.Operator == "" {
		return "", errs.Wrong(errs.Field{Pointer: "/operator", Code: "missing"})
	}
	var id cinnabar.CaseID
	err = e.db.InTx(ctx, func(tx db.Tx) error {
		claim, err := e.claim(ctx, tx, s.Actor, s.Key, false, s)
		if err != nil {
			return err
		}
		if claim.answer != nil {
			return json.Unmarshal(claim.answer, &id)
		}
		if id, err = e.insertCase(ctx, tx, def, s); err != nil {
			return err
		}
		return e.answer(ctx, tx, s.Actor, s.Key, id)
	})
	return id, err
}

func (e *Engine) insertCase(ctx context.Context, tx db.Tx, def *Definition, s Start) (cinnabar.CaseID, error) {
	id := cinnabar.NewID[cinnabar.CaseID]("case")
	now := e.clock.Now()
	number, err := nextNumber(ctx, tx, def, now)
	if err != nil {
		return "", err
	}
	digest, _, err := def.Digest()
	if err != nil {
		return "", err
	}
	first := &def.States[0]
	_, err = tx.Exec(ctx, `INSERT INTO bcase (id, number, procedure, definition, operator, state, version, origin, created_at, updated_at, entered_at)
		VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $8, $8)`,
		string(id), number, def.ID, digest.String(), string(s.Operator), first.ID, string(s.From), db.Millis(now))
	if err != nil {
		return "", fmt.Errorf("begin case: %w", err)
	}
	if err := e.firstGrants(ctx, tx, id, def, s); err != nil {
		return "", err
	}
	if err := e.copyOrigin(ctx, tx, id, def, s); err != nil {
		return "", err
	}
	if err := e.firstDrafts(ctx, tx, id, def, s.Data); err != nil {
		return "", err
	}
	if s.With != nil {
		if err := s.With(ctx, tx, id); err != nil {
			return "", err
		}
	}
	c, err := e.load(ctx, tx, id, "")
	if err != nil {
		return "", err
	}
	if err := e.setDeadline(ctx, tx, c, nil, now); err != nil {
		return "", err
	}
	entry := e.entry(s.Actor, s.Role, "start", Done, 1)
	if err := entry.describe(s.origin(), nil); err != nil {
		return "", err
	}
	if err := e.appendEntry(ctx, tx, id, entry); err != nil {
		return "", err
	}
	tx.AfterCommit(func() { e.live.CaseChanged(id, 1, holdersOf(c.Grants)) })
	return id, nil
}

func (e *Engine) firstGrants(ctx context.Context, tx db.Tx, id cinnabar.CaseID, def *Definition, s Start) error {
	starter := PersonHolder(s.Actor.Person)
	switch {
	case s.Holder != "":
		starter = s.Holder
	case s.Actor.Org != "":
		starter = OrgHolder(s.Actor.Org)
	}
	grants := append([]Grant{{Role: s.Role, Holder: starter}}, s.Grants...)
	for _, r := range def.Roles {
		if r.Operator && !r.Assigned {
			grants = append(grants, Grant{Role: r.ID, Holder: OrgHolder(s.Operator)})
		}
	}
	for _, g := range grants {
		if err := saveGrant(ctx, tx, id, g); err != nil {
			return err
		}
		if role := def.Role(g.Role); role != nil && !role.Operator {
			if err := saveParty(ctx, tx, id, g.Role, string(g.Holder)); err != nil {
				return err
			}
		}
	}
	// Who starts a customer's case is a party also in person, whatever organisation it was for.
	if !def.Role(s.Role).Operator && s.Actor.Person != "" {
		return saveParty(ctx, tx, id, s.Role, string(PersonHolder(s.Actor.Person)))
	}
	return nil
}

// copyOrigin fills the drafts of a case with what was handed in for the one it starts from, as far as
// the starter may see that one, and but for the sections whose drafts are given. Files stay behind: they belong
// to the other case.
func (e *Engine) copyOrigin(ctx context.Context, tx db.Tx, id cinnabar.CaseID, def *Definition, s Start) error {
	if s.From == "" {
		return nil
	}
	old, err := e.view(ctx, tx, s.From, s.Actor)
	if err != nil {
		return err
	}
	for _, section := range def.Sections {
		data := old.Data(section.ID)
		if _, given := s.Data[section.ID]; given || data == nil || !section.MaySee(old.Roles) {
			continue
		}
		if err := e.saveSection(ctx, tx, id, &SectionData{ID: section.ID, Draft: section.Form.WithoutFiles(data)}); err != nil {
			return err
		}
	}
	return nil
}

// origin is what the timeline tells of the case that this one starts from.
func (s Start) origin() map[string]any {
	if s.From == "" {
		return nil
	}
	return map[string]any{"from": s.From}
}

func (e *Engine) firstDrafts(ctx context.Context, tx db.Tx, id cinnabar.CaseID, def *Definition, data map[string]map[string]any) error {
	for section, draft := range data {
		if def.Section(section) == nil {
			return fmt.Errorf("procedure %s has no section %q", def.ID, section)
		}
		if err := e.saveSection(ctx, tx, id, &SectionData{ID: section, Draft: draft}); err != nil {
			return err
		}
	}
	return nil
}

// nextNumber gives a case its number: prefix, day in China, running number of the day.
func nextNumber(ctx context.Context, tx db.Tx, def *Definition, now time.Time) (string, error) {
	day := now.In(cinnabar.China).Format("20060102")
	var n int64
	err := tx.QueryRow(ctx, `INSERT INTO case_number (procedure, day, last) VALUES ($1, $2, 1)
		ON CONFLICT (procedure, day) DO UPDATE SET last = case_number.last + 1 RETURNING last`, def.ID, day).Scan(&n)
	if err != nil {
		return "", fmt.Errorf("case number: %w", err)
	}
	return fmt.Sprintf("%s-%s-%06d", def.Prefix, day, n), nil
}

func holdersOf(grants []Grant) []Holder {
	out := make([]Holder, len(grants))
	for i, g := range grants {
		out[i] = g.Holder
	}
	return out
}
