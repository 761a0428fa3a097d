package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Department is a part of an organisation.
type Department struct {
	ID     cinnabar.DepartmentID
	Name   string
	Client string // its client number (客户端号), unique in the organisation
	Closed bool
}

// AddDepartment makes a department of the organisation acted for. An empty client number is replaced by the
// next free one. Errors: Conflict, code "department-taken".
func (s *Service) AddDepartment(ctx context.Context, by cinnabar.Actor, name, client string) (Department, error) {
	d := Department{ID: cinnabar.NewID[cinnabar.DepartmentID]("dept"), Name: strings.TrimSpace(name), Client: strings.ToUpper(strings.TrimSpace(client))}
	if wrong := d.faults(); len(wrong) > 0 {
		return Department{}, errs.Wrong(wrong...)
	}
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := lockOrg(ctx, tx, by.Org); err != nil {
			return err
		}
		if d.Client == "" {
			var n int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM department WHERE org = $1`, by.Org).Scan(&n); err != nil {
				return err
			}
			d.Client = fmt.Sprintf("C%03d", n+1)
		}
		_, err := tx.Exec(ctx, `INSERT INTO department (id, org, name, client, created_at) VALUES ($1, $2, $3, $4, $5)`,
			d.ID, by.Org, d.Name, d.Client, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "department.add", string(d.ID), map[string]any{"name": d.Name, "client": d.Client})
	})
	if db.IsUnique(err) {
		err = errs.New(errs.Conflict, "department-taken", "there is a department of this name or client number already").Because(err)
	}
	return d, err
}

func (d Department) faults() (wrong []errs.Field) {
	if d.Name == "" || len([]rune(d.Name)) > 60 {
		wrong = append(wrong, errs.Field{Pointer: "/name", Code: "missing"})
	}
	// The client number is also the name of a folder on FTP servers.
	for _, c := range d.Client {
		if len(d.Client) > 20 || (c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z')) {
			return append(wrong, errs.Field{Pointer: "/client", Code: "malformed"})
		}
	}
	return wrong
}

// CloseDepartment keeps a department of the organisation acted for out of everything new, unless something needs it,
// which refuses then; while it looks, nobody else who holds the departments changes anything.
func (s *Service) CloseDepartment(ctx context.Context, by cinnabar.Actor, id cinnabar.DepartmentID, unless func(context.Context, db.Tx) error) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := s.HoldDepartments(ctx, tx, by.Org); err != nil {
			return err
		}
		if err := unless(ctx, tx); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE department SET closed_at = $3 WHERE id = $1 AND org = $2 AND closed_at = 0`, id, by.Org, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("department")
		}
		return s.record(ctx, tx, by, "department.close", string(id), nil)
	})
}

// HoldDepartments lists an organisation's departments, none of which is closed before the transaction ends.
func (s *Service) HoldDepartments(ctx context.Context, tx db.Tx, org cinnabar.OrgID) ([]Department, error) {
	if _, err := lockOrg(ctx, tx, org); err != nil {
		return nil, err
	}
	return s.Departments(ctx, tx, org)
}

// Departments lists an organisation's departments by client number, closed ones included.
func (s *Service) Departments(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]Department, error) {
	rows, err := r.Query(ctx, `SELECT id, name, client, closed_at FROM department WHERE org = $1 ORDER BY client`, org)
	return db.Collect(rows, err, func(r db.Rows) (d Department, err error) {
		var closed int64
		err = r.Scan(&d.ID, &d.Name, &d.Client, &closed)
		d.Closed = closed != 0
		return d, err
	})
}

// PutDepartments says to which departments a member of the organisation acted for belongs; it counts from
// the next request on.
func (s *Service) PutDepartments(ctx context.Context, by cinnabar.Actor, person cinnabar.PersonID, ids []cinnabar.DepartmentID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		list, err := s.ownDepartments(ctx, tx, by.Org, ids)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE member SET departments = $3 WHERE org = $1 AND person = $2`, by.Org, person, list)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("member")
		}
		return s.record(ctx, tx, by, "member.departments", string(by.Org), map[string]any{"person": person, "departments": ids})
	})
}

// ownDepartments writes ids as JSON, if all are standing departments of the organisation.
func (s *Service) ownDepartments(ctx context.Context, r db.Reader, org cinnabar.OrgID, ids []cinnabar.DepartmentID) (string, error) {
	have, err := s.Departments(ctx, r, org)
	if err != nil {
		return "", err
	}
	list := []string{}
	for i, id := range ids {
		if !slices.ContainsFunc(have, func(d Department) bool { return d.ID == id && !d.Closed }) {
			return "", errs.Wrong(errs.Field{Pointer: fmt.Sprintf("/departments/%d", i), Code: "unknown"})
		}
		list = append(list, string(id))
	}
	slices.Sort(list)
	return listJSON(slices.Compact(list)), nil
}

// InDepartment lists the members of an organisation who belong to a department.
func (s *Service) InDepartment(ctx context.Context, r db.Reader, org cinnabar.OrgID, id cinnabar.DepartmentID) ([]Member, error) {
	list, err := listMembers(ctx, r, org)
	return slices.DeleteFunc(list, func(m Member) bool { return !slices.Contains(m.Departments, id) }), err
}
