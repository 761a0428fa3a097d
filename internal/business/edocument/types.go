package edocument

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// SettingTypes is the name of an organisation's document types.
const SettingTypes = "e-document/types"

// Type is a kind of document that an organisation makes: its numbers, its wording, its way.
type Type struct {
	ID     string        `json:"id"` // A-Z, 0-9, hyphen; also a folder on the file server
	Title  cinnabar.Text `json:"title"`
	Closed bool          `json:"closed,omitempty"` // nothing new is made; what there is goes on

	Prefix string `json:"prefix"` // of numbers
	Date   string `json:"date"`   // "", "year", "month", "day": running numbers begin anew with each
	Digits int    `json:"digits"`

	Template string `json:"template,omitempty"` // source; empty: finished PDFs only
	Uploads  bool   `json:"uploads,omitempty"`  // finished PDFs are taken too
	// Which fields of the template say these; empty: the entry of the document's own frame.
	Key      string `json:"keyField,omitempty"`
	Party    string `json:"partyField,omitempty"`
	Amount   string `json:"amountField,omitempty"`
	Day      string `json:"dateField,omitempty"`
	NeedsKey bool   `json:"needsKey,omitempty"`

	Creators []cinnabar.DepartmentID `json:"creators,omitempty"` // who may make it; none: every department
	Routes   []Route                 `json:"routes"`             // the first whose bounds hold the amount; no route at all: complete once made
	DueHours int                     `json:"dueHours,omitempty"` // of each stage; 0: three days
	// SelfSign lets who makes a document also approve and seal it; for organisations of one person.
	SelfSign bool `json:"selfSign,omitempty"`

	Store    string `json:"store"`             // the file server, e.g. "built-in"
	Database string `json:"database"`          // the index database; "main": no other
	Outbox   bool   `json:"outbox,omitempty"`  // what is done or sent back is put into the creator's FTP folder
	Webhook  bool   `json:"webhook,omitempty"` // and told by webhook
}

// Route is which departments look at and seal a document, stage after stage.
type Route struct {
	From   *cinnabar.Fen `json:"from,omitempty"` // amounts from this, in fen
	Below  *cinnabar.Fen `json:"below,omitempty"`
	Stages []Stage       `json:"stages"`
}

// Stage is departments that act at the same time; the next begins when all are done.
type Stage struct {
	Items []Item `json:"items"`
}

// Item is one department's part.
type Item struct {
	Name       string                `json:"name"` // of the seal's place in the template; unique in the route
	Department cinnabar.DepartmentID `json:"department,omitempty"`
	Org        cinnabar.OrgID        `json:"org,omitempty"` // another organisation instead of a department
	Seal       bool                  `json:"seal"`          // false: looking is enough
	Kinds      []seal.Kind           `json:"kinds,omitempty" doc:"Of seals that fit; any but a legal representative's when left out."`
	// Deputy may act too once the department is overdue, or at once.
	Deputy       cinnabar.DepartmentID `json:"deputy,omitempty"`
	DeputyAtOnce bool                  `json:"deputyAtOnce,omitempty"`
}

// kinds are those of the seals that fit.
func (i Item) kinds() []seal.Kind {
	if len(i.Kinds) > 0 {
		return i.Kinds
	}
	return []seal.Kind{seal.Contract, seal.Official, seal.Name}
}

func (i Item) holder() procedure.Holder {
	if i.Org != "" {
		return procedure.OrgHolder(i.Org)
	}
	return procedure.DepartmentHolder(i.Department)
}

// Kind is the kind under which the register of documents numbers a type.
func (t *Type) Kind() string { return ID + "/" + t.ID }

func (t *Type) rule() document.Rule {
	return document.Rule{Prefix: t.Prefix, Date: t.Date, Digits: t.Digits}
}

func (t *Type) due() time.Duration {
	if t.DueHours > 0 {
		return time.Duration(t.DueHours) * time.Hour
	}
	return dueDefault
}

// route picks the way for an amount.
func (t *Type) route(amount cinnabar.Fen) *Route {
	for i := range t.Routes {
		r := &t.Routes[i]
		if (r.From == nil || amount >= *r.From) && (r.Below == nil || amount < *r.Below) {
			return r
		}
	}
	return nil
}

// bounded tells whether ways are chosen by the amount.
func (t *Type) bounded() bool {
	return slices.ContainsFunc(t.Routes, func(r Route) bool { return r.From != nil || r.Below != nil })
}

// admits refuses what lacks the key that it needs, or the amount by which its way is chosen, or has one for which
// there is no way: nobody would look at it. at is the pointer of the document's contents.
func (t *Type) admits(data, values map[string]any, at string) error {
	refused := func(where, code string) error { return errs.Wrong(errs.Field{Pointer: at + where, Code: code}) }
	if key, where := t.entered(data, values, t.Key, "key"); t.NeedsKey && matchKey(key) == "" {
		return refused(where, "missing")
	}
	if !t.bounded() {
		return nil
	}
	amount, where := t.entered(data, values, t.Amount, "amount")
	fen, ok := form.Fen(amount)
	switch {
	case amount == "":
		return refused(where, "missing")
	case !ok:
		return refused(where, "malformed")
	case t.route(fen) == nil:
		return refused(where, "out-of-range")
	}
	return nil
}

// Types reads an organisation's document types and the version of the setting.
func (s *Service) Types(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]Type, int64, error) {
	types := []Type{}
	v, err := s.Settings.Get(ctx, r, org, SettingTypes, &types)
	return types, v, err
}

// TypeOf finds a type. errs.NotFound, code "type-not-found".
func (s *Service) TypeOf(ctx context.Context, r db.Reader, org cinnabar.OrgID, id string) (*Type, error) {
	list, _, err := s.Types(ctx, r, org)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(t Type) bool { return t.ID == id })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "type-not-found", "there is no document type %q", id)
	}
	return &list[i], nil
}

// PutTypes writes the organisation's types. Documents under way keep their route; numbers given out stay.
// A type that has documents can be closed but not taken out.
func (s *Service) PutTypes(ctx context.Context, by cinnabar.Actor, seen int64, list []Type) error {
	staff, err := s.staffOf(ctx, s.DB, by.Org)
	if err != nil {
		return err
	}
	was, _, err := s.Types(ctx, s.DB, by.Org) // of another version than was seen they are not written
	if err != nil {
		return err
	}
	var wrong []errs.Field
	for i := range list {
		changed := !slices.ContainsFunc(was, func(t Type) bool { return reflect.DeepEqual(t, list[i]) })
		more, err := s.check(ctx, staff, &list[i], changed, fmt.Sprintf("/%d", i))
		if err != nil {
			return err
		}
		wrong = append(wrong, more...)
		if slices.ContainsFunc(list[:i], func(t Type) bool { return t.ID == list[i].ID }) {
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("/%d/id", i), Code: "duplicate"})
		}
		if slices.ContainsFunc(list[:i], func(t Type) bool { return t.Prefix == list[i].Prefix }) {
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("/%d/prefix", i), Code: "duplicate"})
		}
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.Settings.PutIn(ctx, tx, by, SettingTypes, seen, list); err != nil {
			return err
		}
		if err := errors.Join(s.stillOpen(ctx, tx, by.Org, list), s.moved(ctx, tx, by.Org, was, list)); err != nil {
			return err
		}
		used, err := usedTypes(ctx, tx, by.Org)
		if err != nil {
			return err
		}
		for _, id := range used {
			if !slices.ContainsFunc(list, func(t Type) bool { return t.ID == id }) {
				return errs.New(errs.Conflict, "type-in-use", "type %s has documents; close it instead", id)
			}
		}
		for i := range list {
			if err := s.Documents.SetRule(ctx, tx, by.Org, list[i].Kind(), list[i].rule()); err != nil {
				return err
			}
		}
		return nil
	})
}
