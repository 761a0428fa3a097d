package ftpaccount

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const columns = `name, org, folder, quota, keep_days, disabled_at, created_at, created_by, password`

func scan(row db.Row) (a Account, digest string, err error) {
	var disabled, created int64
	err = row.Scan(&a.Name, (*string)(&a.Org), &a.Folder, &a.Quota, &a.KeepDays, &disabled, &created, (*string)(&a.CreatedBy), &digest)
	a.DisabledAt, a.CreatedAt = db.Time(disabled), db.Time(created)
	return a, digest, err
}

func noAccount() error {
	return errs.New(errs.NotFound, "no-such-account", "there is no FTP account of this name")
}

func read(ctx context.Context, r db.Reader, name string) (Account, string, error) {
	a, digest, err := scan(r.QueryRow(ctx, `SELECT `+columns+` FROM ftp_account WHERE name = $1`, name))
	if errors.Is(err, db.ErrNoRows) {
		return a, "", noAccount()
	}
	return a, digest, err
}

func list(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]Account, error) {
	rows, err := r.Query(ctx, `SELECT `+columns+` FROM ftp_account WHERE org = $1 OR $1 = '' ORDER BY name`, string(org))
	return db.Collect(rows, err, func(rows db.Rows) (Account, error) {
		a, _, err := scan(rows)
		return a, err
	})
}

// insert tells whether name and folder were free.
func insert(ctx context.Context, tx db.Tx, a Account, digest string) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO ftp_account (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		a.Name, string(a.Org), a.Folder, a.Quota, a.KeepDays, db.Millis(a.DisabledAt), db.Millis(a.CreatedAt), string(a.CreatedBy), digest)
	return n == 1, err
}

func setPassword(ctx context.Context, tx db.Tx, name, digest string) error {
	n, err := tx.Exec(ctx, `UPDATE ftp_account SET password = $2 WHERE name = $1`, name, digest)
	return there(n, err)
}

func setLimits(ctx context.Context, tx db.Tx, a Account) error {
	n, err := tx.Exec(ctx, `UPDATE ftp_account SET quota = $2, keep_days = $3 WHERE name = $1`, a.Name, a.Quota, a.KeepDays)
	return there(n, err)
}

func setDisabled(ctx context.Context, tx db.Tx, name string, at time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE ftp_account SET disabled_at = $2 WHERE name = $1`, name, db.Millis(at))
	return there(n, err)
}

func there(n int64, err error) error {
	if err == nil && n == 0 {
		return noAccount()
	}
	return err
}
