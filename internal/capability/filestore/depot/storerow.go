package depot

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

func noStore(name string) error {
	return errs.New(errs.NotFound, "no-such-store", "there is no store of this name").With("store", name)
}

func storeVersion(ctx context.Context, r db.Reader, name string) (version int64, err error) {
	err = r.QueryRow(ctx, `SELECT version FROM depot_store WHERE name = $1`, name).Scan(&version)
	if errors.Is(err, db.ErrNoRows) {
		return 0, noStore(name)
	}
	return version, err
}

const storeColumns = `name, kind, address, login, folder, ca, host_key, tls13, password, version`

func scanStore(row db.Row) (c Config, sealed []byte, version int64, err error) {
	var tls13 int64
	err = row.Scan(&c.Name, (*string)(&c.Kind), &c.Address, &c.User, &c.Folder, &c.CA, &c.HostKey, &tls13, &sealed, &version)
	c.TLS13 = tls13 == 1
	return c, sealed, version, err
}

func readStore(ctx context.Context, r db.Reader, name string) (Config, []byte, int64, error) {
	c, sealed, version, err := scanStore(r.QueryRow(ctx, `SELECT `+storeColumns+` FROM depot_store WHERE name = $1`, name))
	if errors.Is(err, db.ErrNoRows) {
		return c, nil, 0, noStore(name)
	}
	return c, sealed, version, err
}

// listStores leaves the passwords out.
func listStores(ctx context.Context, r db.Reader) ([]Config, error) {
	rows, err := r.Query(ctx, `SELECT `+storeColumns+` FROM depot_store ORDER BY name`)
	return db.Collect(rows, err, func(rows db.Rows) (Config, error) {
		c, _, _, err := scanStore(rows)
		return c, err
	})
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// insertStore tells whether the name was free.
func insertStore(ctx context.Context, tx db.Tx, c Config, sealed []byte, now time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO depot_store (name, kind, address, login, folder, ca, host_key, tls13, password, version, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10) ON CONFLICT DO NOTHING`,
		c.Name, string(c.Kind), c.Address, c.User, c.Folder, c.CA, c.HostKey, flag(c.TLS13), sealed, db.Millis(now))
	return n == 1, err
}

// updateStore leaves the password when sealed is nil.
func updateStore(ctx context.Context, tx db.Tx, c Config, sealed []byte, now time.Time) error {
	var password any
	if sealed != nil {
		password = sealed
	}
	n, err := tx.Exec(ctx, `UPDATE depot_store SET kind = $2, address = $3, login = $4, folder = $5, ca = $6, host_key = $7, tls13 = $8,
		password = COALESCE($9, password), version = version + 1, changed_at = $10 WHERE name = $1`,
		c.Name, string(c.Kind), c.Address, c.User, c.Folder, c.CA, c.HostKey, flag(c.TLS13), password, db.Millis(now))
	if err == nil && n == 0 {
		return noStore(c.Name)
	}
	return err
}
