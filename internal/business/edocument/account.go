package edocument

import (
	"context"
	"slices"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Account is an account of the FTP server that stands for a department: what comes in by it is the
// department's, and what comes back goes there (DOC-7, DOC-11).
type Account struct {
	Name       string
	Org        cinnabar.OrgID
	Department cinnabar.DepartmentID
}

// BindAccount makes an FTP account stand for a department of the organisation acted for.
func (s *Service) BindAccount(ctx context.Context, by cinnabar.Actor, account string, d cinnabar.DepartmentID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		own, err := s.Identity.Departments(ctx, tx, by.Org)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(own, func(o identity.Department) bool { return o.ID == d && !o.Closed }) {
			return errs.Wrong(errs.Field{Pointer: "/department", Code: "unknown"})
		}
		_, err = tx.Exec(ctx, `INSERT INTO edoc_account (account, org, department) VALUES ($1, $2, $3)
			ON CONFLICT (account) DO UPDATE SET department = excluded.department WHERE edoc_account.org = excluded.org`, account, string(by.Org), string(d))
		return err
	})
}

// Accounts lists the accounts that stand for departments; of all organisations for "".
func (s *Service) Accounts(ctx context.Context, org cinnabar.OrgID) ([]Account, error) {
	return s.accounts(ctx, `WHERE org = $1 OR $1 = ''`, string(org))
}

func (s *Service) accountsOf(ctx context.Context, org cinnabar.OrgID, d cinnabar.DepartmentID) ([]Account, error) {
	return s.accounts(ctx, `WHERE org = $1 AND department = $2`, string(org), string(d))
}

func (s *Service) accounts(ctx context.Context, where string, args ...any) ([]Account, error) {
	rows, err := s.DB.Query(ctx, `SELECT account, org, department FROM edoc_account `+where+` ORDER BY account`, args...)
	return db.Collect(rows, err, func(rows db.Rows) (a Account, err error) {
		return a, rows.Scan(&a.Name, &a.Org, &a.Department)
	})
}
