package edocument

import (
	"context"
	"errors"
	"slices"
	"strings"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Draft is a document to be made. The same comes from the screen, the API, a row of a batch and a manifest.
type Draft struct {
	Type       string                `json:"type"`
	Department cinnabar.DepartmentID `json:"department,omitempty"` // that makes it; empty: the maker's only one
	Key        string                `json:"key,omitempty"`        // business key
	Values     map[string]any        `json:"values,omitempty"`     // of the type's template
	Upload     cinnabar.FileID       `json:"upload,omitempty"`     // a finished PDF instead
	Title      string                `json:"title,omitempty"`
	Party      string                `json:"party,omitempty"`
	Amount     string                `json:"amount,omitempty"` // yuan
	Date       string                `json:"date,omitempty"`   // YYYY-MM-DD
}

func (n Draft) data() map[string]any {
	out := map[string]any{"type": n.Type}
	for k, v := range map[string]string{"key": n.Key, "upload": string(n.Upload), "title": n.Title, "party": n.Party, "amount": n.Amount, "date": n.Date} {
		if v != "" {
			out[k] = v
		}
	}
	if n.Values != nil {
		out["values"] = n.Values
	}
	return out
}

// Made is a document that was made.
type Made struct {
	Case   cinnabar.CaseID `json:"case"`
	Number string          `json:"number"`
	State  string          `json:"state"`
}

// how a document is made beside what it says.
type how struct {
	key   string // idempotency
	batch string // the run that makes it; nobody else is at work on its rows
	alone bool   // nobody else can be at work under this key
}

// Create makes a document and sends it on its way. A repeat with the same idempotency key gets the first
// answer. Errors: Conflict "document-exists" with the document that has the business key; Invalid with the
// draft's fields, or those below /sections/data that only the making finds; Conflict "not-made" for a repeat of what was refused after its number was reserved.
func (s *Service) Create(ctx context.Context, a cinnabar.Actor, key string, n Draft) (Made, error) {
	return s.create(ctx, a, n, how{key: key})
}

// CreateAlone is Create for a caller that holds a lease on what the key names: what an earlier try left
// half way is gone on with at once.
func (s *Service) CreateAlone(ctx context.Context, a cinnabar.Actor, key string, n Draft) (Made, error) {
	return s.create(ctx, a, n, how{key: key, alone: true})
}

func (s *Service) create(ctx context.Context, a cinnabar.Actor, n Draft, h how) (Made, error) {
	id, err := s.start(ctx, a, n, h)
	if err != nil {
		return Made{}, err
	}
	v, err := s.Engine.View(ctx, id, a)
	if err != nil {
		return Made{}, err
	}
	if v.State.ID == Making {
		_, err = s.Engine.Do(ctx, procedure.Do{
			Case: id, Action: "make", Version: v.Version, Actor: a, Key: h.key + "/make", Body: map[string]any{}, Batch: h.batch, Sole: h.alone || h.batch != "",
		})
		if err != nil {
			return Made{Case: id}, s.undo(ctx, a, id, err)
		}
	}
	e, err := readEntry(ctx, s.DB, id)
	if why, undone := strings.CutPrefix(e.Reason, undoneFor); err == nil && undone && e.State == Voided {
		return Made{Case: id}, errs.New(errs.Conflict, "not-made", "this request was refused before: %s", why).With("cause", why)
	}
	return Made{Case: id, Number: e.Number, State: e.State}, err
}

// undoneFor begins the reason of a document that could not be made.
const undoneFor = "制单未成功："

// undo ends a document that could not be made because of what it says: nothing is left but its voided
// number. What waiting may cure stays to be gone on with.
func (s *Service) undo(ctx context.Context, a cinnabar.Actor, id cinnabar.CaseID, cause error) error {
	e := errs.As(cause)
	if e.Kind != errs.Invalid && e.Kind != errs.Conflict || e.Code == "under-way" || e.Code == "given-up" {
		return cause
	}
	v, err := s.Engine.View(ctx, id, a)
	if err == nil && v.State.ID == Making {
		_, err = s.Engine.Do(ctx, procedure.Do{
			Case: id, Action: "void", Version: v.Version, Actor: a, Key: "void/" + string(id), Body: map[string]any{"reason": undoneFor + e.Code},
		})
	}
	return errors.Join(cause, err)
}

// start begins the case with its entry: the business key is taken in the same transaction.
func (s *Service) start(ctx context.Context, a cinnabar.Actor, n Draft, h how) (cinnabar.CaseID, error) {
	t, err := s.TypeOf(ctx, s.DB, a.Org, n.Type)
	if err != nil {
		if errors.Is(err, errs.NotFound) {
			err = errs.Wrong(errs.Field{Pointer: "/type", Code: "unknown"})
		}
		return "", err
	}
	d, err := s.department(ctx, a, t, n.Department)
	if err != nil {
		return "", err
	}
	wrong := s.checkNew(ctx, a, t, n) // told below: a repeat gets its first answer, whatever changed meanwhile (PLT-5)
	if wrong == nil {
		wrong = t.admits(n.data(), n.Values, "")
	}
	sum := t.summarise(n.data(), n.Values)
	if way := t.way(sum.Amount); wrong == nil && n.Upload != "" { // before it takes a number
		_, wrong = s.finishedPDF(ctx, n.Upload, "/upload", len(way.seals()) > 0)
	}
	e := Entry{Org: a.Org, Type: t.ID, Department: d.ID, Client: d.Client, Summary: sum, State: Making, Created: s.Clock.Now()}
	return s.Engine.Start(ctx, procedure.Start{
		Procedure: ID, Operator: a.Org, Role: Creator, Holder: procedure.DepartmentHolder(d.ID), Actor: a, Key: h.key + "/start",
		Data: map[string]map[string]any{SectionData: n.data()},
		With: func(ctx context.Context, tx db.Tx, id cinnabar.CaseID) error {
			if wrong != nil {
				return wrong
			}
			e.Case = id
			free, err := insertEntry(ctx, tx, e)
			if err != nil || free {
				return err
			}
			other, err := entryByKey(ctx, tx, e.Org, e.Type, e.Key)
			if err != nil {
				return err
			}
			return taken(other, a)
		},
	})
}

// taken says that a document has the business key already, and which one to those whose department made it
// (DOC-3, DOC-6).
func taken(other Entry, a cinnabar.Actor) error {
	e := errs.New(errs.Conflict, "document-exists", "this business key has a document already")
	if !other.shownTo(a) {
		return e
	}
	return e.With("case", other.Case).With("number", other.Number).With("state", other.State)
}

// shownTo tells whether an actor who makes documents may know of this one.
func (e *Entry) shownTo(a cinnabar.Actor) bool { return slices.Contains(a.Departments, e.Department) }

// DepartmentOf finds for which department the actor would make documents of the type; wanted may be empty when
// there is only one. Errors: Forbidden "may-not-start", "not-your-department"; Invalid at /department.
func (s *Service) DepartmentOf(ctx context.Context, a cinnabar.Actor, t *Type, wanted cinnabar.DepartmentID) (cinnabar.DepartmentID, error) {
	d, err := s.department(ctx, a, t, wanted)
	return d.ID, err
}

// department finds for which department the actor makes a document of the type.
func (s *Service) department(ctx context.Context, a cinnabar.Actor, t *Type, wanted cinnabar.DepartmentID) (identity.Department, error) {
	if !a.HasRole("doc-creator") {
		return identity.Department{}, errs.New(errs.Forbidden, "may-not-start", "you may not make documents")
	}
	list, err := s.Identity.Departments(ctx, s.DB, a.Org)
	if err != nil {
		return identity.Department{}, err
	}
	list = slices.DeleteFunc(list, func(d identity.Department) bool {
		return d.Closed || !slices.Contains(a.Departments, d.ID) || (len(t.Creators) > 0 && !slices.Contains(t.Creators, d.ID)) || (wanted != "" && d.ID != wanted)
	})
	switch len(list) {
	case 1:
		return list[0], nil
	case 0:
		return identity.Department{}, errs.New(errs.Forbidden, "not-your-department", "none of your departments may make documents of this type")
	}
	return identity.Department{}, errs.Wrong(errs.Field{Pointer: "/department", Code: "missing"})
}

// checkNew finds what is wrong before anything is made.
func (s *Service) checkNew(ctx context.Context, a cinnabar.Actor, t *Type, n Draft) error {
	if t.Closed {
		return errs.New(errs.Conflict, "type-closed", "no documents of this type are made any more")
	}
	if _, wrong := dataForm().Check(n.data(), s.Clock.Now()); len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	if n.Upload != "" {
		f, err := s.Files.Get(ctx, n.Upload)
		if errors.Is(err, errs.NotFound) || (err == nil && (f.Uploader != filestore.Uploader(a) || f.State != filestore.Ready || f.MIME != "application/pdf")) {
			return errs.Wrong(errs.Field{Pointer: "/upload", Code: "unknown"})
		}
		if err == nil && !t.Uploads {
			err = errs.Wrong(errs.Field{Pointer: "/upload", Code: "not-allowed"})
		}
		return err
	}
	if t.Template == "" {
		return errs.Wrong(errs.Field{Pointer: "/upload", Code: "missing"})
	}
	schema, err := s.Form(t)
	if err != nil {
		return err
	}
	if _, wrong := schema.Check(n.Values, s.Clock.Now()); len(wrong) > 0 {
		return errs.Wrong(errs.Under("/values", wrong)...)
	}
	return nil
}

func notFoundIsFine(err error) error {
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	return err
}
