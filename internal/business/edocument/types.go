package edocument

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// longestDue is how many hours a stage may have at most: a year.
const longestDue = 366 * 24

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
	if key, where := t.entered(data, values, t.Key, "key"); t.NeedsKey && key == "" {
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

var (
	typeID     = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,19}$`)
	prefixForm = regexp.MustCompile(`^[A-Z0-9-]{1,12}$`)
	itemName   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
)

// check finds what is wrong with a type; at is its pointer. The template's places must hold its seals.
func (s *Service) check(ctx context.Context, org cinnabar.OrgID, t *Type, at string) ([]errs.Field, error) {
	stores, databases, err := s.places(ctx, org)
	if err != nil {
		return nil, err
	}
	var wrong []errs.Field
	fault := func(pointer, code string) { wrong = append(wrong, errs.Field{Pointer: at + pointer, Code: code}) }
	if !typeID.MatchString(t.ID) {
		fault("/id", "malformed")
	}
	if t.Title.Zh == "" {
		fault("/title/zh", "missing")
	}
	if !prefixForm.MatchString(t.Prefix) {
		fault("/prefix", "malformed")
	}
	if t.Digits < 3 || t.Digits > 12 {
		fault("/digits", "out-of-range")
	}
	if t.DueHours < 0 || t.DueHours > longestDue {
		fault("/dueHours", "out-of-range")
	}
	if !slices.Contains([]string{"", "year", "month", "day"}, t.Date) {
		fault("/date", "not-allowed")
	}
	if t.Template == "" && !t.Uploads {
		fault("/template", "missing")
	}
	if !slices.Contains(stores, t.Store) {
		fault("/store", "unknown")
	}
	if !slices.Contains(databases, t.Database) {
		fault("/database", "unknown")
	}
	strangers, err := s.checkDepartments(ctx, org, t, at)
	if err != nil {
		return nil, err
	}
	places, more, err := s.checkTemplate(ctx, t, at)
	wrong = append(append(wrong, more...), strangers...)
	return append(wrong, t.checkRoutes(at, places)...), err
}

// checkDepartments finds departments that are not of the type's organisation, and organisations that there are not:
// whoever stands in a route reads the document.
func (s *Service) checkDepartments(ctx context.Context, org cinnabar.OrgID, t *Type, at string) (wrong []errs.Field, err error) {
	own, err := s.Identity.Departments(ctx, s.DB, org)
	if err != nil {
		return nil, err
	}
	check := func(pointer string, d cinnabar.DepartmentID) {
		if d != "" && !slices.ContainsFunc(own, func(o identity.Department) bool { return o.ID == d }) {
			wrong = append(wrong, errs.Field{Pointer: at + pointer, Code: "unknown"})
		}
	}
	for i, d := range t.Creators {
		check(fmt.Sprintf("/creators/%d", i), d)
	}
	for r, route := range t.Routes {
		for g, stage := range route.Stages {
			for i, item := range stage.Items {
				where := fmt.Sprintf("/routes/%d/stages/%d/items/%d", r, g, i)
				check(where+"/department", item.Department)
				check(where+"/deputy", item.Deputy)
				if item.Org == "" {
					continue
				}
				if _, err := s.Identity.Org(ctx, item.Org); errors.Is(err, errs.NotFound) {
					wrong = append(wrong, errs.Field{Pointer: at + where + "/org", Code: "unknown"})
				} else if err != nil {
					return nil, err
				}
			}
		}
	}
	return wrong, nil
}

// checkTemplate reads the template and returns the names of its places.
func (s *Service) checkTemplate(ctx context.Context, t *Type, at string) (places []string, wrong []errs.Field, err error) {
	if t.Template == "" {
		return nil, nil, nil
	}
	parsed, err := template.Parse(t.ID, []byte(t.Template))
	if err == nil {
		var d *template.Document
		if d, err = parsed.Preview(ctx, template.RenderOptions{Fonts: s.Fonts, Now: s.Clock.Now()}); err == nil {
			for _, p := range d.Places {
				places = append(places, p.Name)
			}
		}
	}
	var e *errs.Error
	if errors.As(err, &e) && e.Kind != errs.Internal {
		return nil, []errs.Field{{Pointer: at + "/template", Code: "malformed", Params: map[string]any{"detail": e.Detail}}}, nil //nolint:nilerr // told as what is wrong
	}
	if err != nil {
		return nil, nil, err
	}
	for pointer, name := range map[string]string{"/keyField": t.Key, "/partyField": t.Party, "/amountField": t.Amount, "/dateField": t.Day} {
		if name != "" && !slices.ContainsFunc(parsed.Fields(), func(f template.Field) bool { return f.Name == name }) {
			wrong = append(wrong, errs.Field{Pointer: at + pointer, Code: "unknown"})
		}
	}
	for _, f := range parsed.Fields() { // ways are chosen by the amount
		switch {
		case f.Name != t.Amount:
		case f.Type != template.Money:
			wrong = append(wrong, errs.Field{Pointer: at + "/amountField", Code: "not-allowed"})
		case t.bounded() && !f.Required:
			wrong = append(wrong, errs.Field{Pointer: at + "/amountField", Code: "not-required"})
		}
	}
	return places, wrong, nil
}

func (t *Type) checkRoutes(at string, places []string) (wrong []errs.Field) {
	for r, route := range t.Routes {
		if route.From != nil && route.Below != nil && *route.From >= *route.Below { // holds no amount
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("%s/routes/%d/below", at, r), Code: "out-of-range"})
		}
		seen := map[string]bool{}
		for g, stage := range route.Stages {
			if len(stage.Items) == 0 {
				wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("%s/routes/%d/stages/%d/items", at, r, g), Code: "missing"})
			}
			for i, item := range stage.Items {
				where := fmt.Sprintf("%s/routes/%d/stages/%d/items/%d", at, r, g, i)
				switch {
				case !itemName.MatchString(item.Name):
					wrong = append(wrong, errs.Field{Pointer: where + "/name", Code: "malformed"})
				case seen[item.Name]:
					wrong = append(wrong, errs.Field{Pointer: where + "/name", Code: "duplicate"})
				case item.Seal && t.Template != "" && !slices.Contains(places, item.Name):
					wrong = append(wrong, errs.Field{Pointer: where + "/name", Code: "no-place"})
				}
				if (item.Department == "") == (item.Org == "") {
					wrong = append(wrong, errs.Field{Pointer: where + "/department", Code: "missing"})
				}
				seen[item.Name] = true
			}
		}
	}
	return wrong
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
	var wrong []errs.Field
	for i := range list {
		more, err := s.check(ctx, by.Org, &list[i], fmt.Sprintf("/%d", i))
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
