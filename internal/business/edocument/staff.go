package edocument

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// staff is who there is in an organisation to make and sign documents.
type staff struct {
	org         cinnabar.OrgID
	departments []identity.Department
	members     []identity.Member
}

func (s *Service) staffOf(ctx context.Context, r db.Reader, org cinnabar.OrgID) (*staff, error) {
	departments, err := s.Identity.Departments(ctx, r, org)
	if err != nil {
		return nil, err
	}
	members, err := s.Identity.Members(ctx, r, org)
	return &staff{org, departments, members}, err
}

// signs tells whether anybody can sign: in a department, or in the organisation for "".
func (f *staff) signs(d cinnabar.DepartmentID) bool {
	return slices.ContainsFunc(f.members, func(m identity.Member) bool {
		return slices.Contains(m.Roles, "doc-signer") && (d == "" || slices.Contains(m.Departments, d))
	})
}

// fault is what is wrong with a department as part of a type; "" for nothing.
func (f *staff) fault(d cinnabar.DepartmentID) string {
	i := slices.IndexFunc(f.departments, func(o identity.Department) bool { return o.ID == d })
	switch {
	case d == "":
	case i < 0:
		return "unknown"
	case f.departments[i].Closed:
		return "department-closed"
	case !f.signs(d):
		return "nobody-signs"
	}
	return ""
}

// eachItem calls f for every part of the type's routes with its pointer below the type.
func (t *Type) eachItem(f func(at string, i Item) error) error {
	for r, route := range t.Routes {
		for g, stage := range route.Stages {
			for i, item := range stage.Items {
				if err := f(fmt.Sprintf("/routes/%d/stages/%d/items/%d", r, g, i), item); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Strangers are the other organisations on the routes of types.
func Strangers(types []Type) (out []cinnabar.OrgID) {
	for i := range types {
		_ = types[i].eachItem(func(_ string, item Item) error {
			if item.Org != "" && !slices.Contains(out, item.Org) {
				out = append(out, item.Org)
			}
			return nil
		})
	}
	return out
}

// checkHolders finds departments that are not of the type's organisation, and organisations that there are not, since
// whoever stands in a route reads the document. Of a route that documents will take it also finds those that are closed
// and those where nobody would act on them.
func (s *Service) checkHolders(ctx context.Context, own *staff, t *Type, taken bool, at string) (wrong []errs.Field, err error) {
	fault := func(pointer, code string) {
		if code == "unknown" || (code != "" && taken) {
			wrong = append(wrong, errs.Field{Pointer: at + pointer, Code: code})
		}
	}
	for i, d := range t.Creators { // one that is closed makes nothing
		if own.fault(d) == "unknown" {
			fault(fmt.Sprintf("/creators/%d", i), "unknown")
		}
	}
	return wrong, t.eachItem(func(where string, item Item) error {
		fault(where+"/department", own.fault(item.Department))
		fault(where+"/deputy", own.fault(item.Deputy))
		code, err := s.strangerFault(ctx, item.Org)
		fault(where+"/org", code)
		return err
	})
}

// strangerFault is what is wrong with another organisation as part of a type.
func (s *Service) strangerFault(ctx context.Context, org cinnabar.OrgID) (string, error) {
	if org == "" {
		return "", nil
	}
	if _, err := s.Identity.Org(ctx, org); errors.Is(err, errs.NotFound) {
		return "unknown", nil
	} else if err != nil {
		return "", err
	}
	members, err := s.Identity.Members(ctx, s.DB, org)
	if f := (&staff{members: members}); !f.signs("") {
		return "nobody-signs", err
	}
	return "", err
}

// stillOpen refuses types with a department that was closed meanwhile: it holds the departments until the types are
// written, as closing one does until it is closed.
func (s *Service) stillOpen(ctx context.Context, tx db.Tx, org cinnabar.OrgID, types []Type) error {
	now, err := s.Identity.HoldDepartments(ctx, tx, org)
	for _, d := range now {
		for i := range types {
			if err == nil && d.Closed && !types[i].Closed && types[i].leadsThrough(d.ID) {
				err = errs.Wrong(errs.Field{Pointer: fmt.Sprintf("/%d/routes", i), Code: "department-closed"})
			}
		}
	}
	return err
}

// CloseDepartment closes a department that nothing needs any more. Errors: Conflict, code "department-needed", with
// the types whose routes lead through it (params.types), and how many documents under way come from it or lead through
// it (params.documents), of which some are named (params.numbers).
func (s *Service) CloseDepartment(ctx context.Context, by cinnabar.Actor, d cinnabar.DepartmentID) error {
	// Before the transaction, since there may be many: what is made meanwhile is of a type that needs it still.
	documents, err := s.needing(ctx, by.Org, d)
	if err != nil {
		return err
	}
	return s.Identity.CloseDepartment(ctx, by, d, func(ctx context.Context, tx db.Tx) error {
		list, _, err := s.Types(ctx, tx, by.Org)
		if err != nil {
			return err
		}
		var types []string
		for _, t := range list {
			if !t.Closed && t.leadsThrough(d) {
				types = append(types, t.ID)
			}
		}
		if len(types)+len(documents) == 0 {
			return nil
		}
		some := documents[:min(len(documents), 10)]
		return errs.New(errs.Conflict, "department-needed", "document types (%s) or %d documents under way need this department",
			strings.Join(types, ", "), len(documents)).
			With("types", cmp.Or(strings.Join(types, ", "), "—")).With("documents", len(documents)).With("numbers", strings.Join(some, ", "))
	})
}

func (t *Type) leadsThrough(d cinnabar.DepartmentID) (through bool) {
	_ = t.eachItem(func(_ string, i Item) error {
		through = through || i.Department == d || i.Deputy == d
		return nil
	})
	return through
}

// needing are the numbers of documents under way that a department made or has yet to act on, now or later.
func (s *Service) needing(ctx context.Context, org cinnabar.OrgID, d cinnabar.DepartmentID) (numbers []string, err error) {
	rows, err := s.DB.Query(ctx, `SELECT `+entryColumns+` FROM edoc e WHERE e.org = $1 AND e.state IN ('making', 'routing', 'returned') ORDER BY e.created_at, e.case_id`, string(org))
	list, err := db.Collect(rows, err, func(rows db.Rows) (Entry, error) { return scanEntry(rows) })
	for part := range slices.Chunk(list, 500) {
		if err != nil {
			return nil, err
		}
		var more []string
		more, err = s.neededBy(ctx, part, d)
		numbers = append(numbers, more...)
	}
	return numbers, err
}

func (s *Service) neededBy(ctx context.Context, list []Entry, d cinnabar.DepartmentID) (numbers []string, err error) {
	var others []cinnabar.CaseID
	for _, e := range list {
		if e.Department != d {
			others = append(others, e.Case)
		}
	}
	standing, err := s.Engine.Standings(ctx, others)
	for _, e := range list {
		if e.Department == d || (e.State == Routing && WayOf(standing[e.Case]).needs(d)) {
			numbers = append(numbers, e.Number)
		}
	}
	return numbers, err
}

// needs tells whether a part that is not done is a department's, or could become its.
func (w Way) needs(d cinnabar.DepartmentID) bool {
	return slices.ContainsFunc(slices.Concat(w.Stages...), func(p Part) bool { return !p.Done && (p.Department == d || p.Deputy == d) })
}
