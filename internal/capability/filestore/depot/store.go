package depot

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const itemColumns = `id, store, path, digest, size, state, put_at, settled_at, audited_at`

func scanItem(row db.Row) (Item, error) {
	var i Item
	var digest string
	var put, settled, audited int64
	if err := row.Scan(&i.ID, &i.Store, &i.Path, &digest, &i.Size, (*string)(&i.State), &put, &settled, &audited); err != nil {
		return i, err
	}
	i.PutAt, i.SettledAt, i.AuditedAt = db.Time(put), db.Time(settled), db.Time(audited)
	if digest == "" {
		return i, nil
	}
	var err error
	i.Digest, err = cinnabar.ParseDigest(digest)
	return i, err
}

func scanItems(rows db.Rows, err error) ([]Item, error) {
	return db.Collect(rows, err, func(rows db.Rows) (Item, error) { return scanItem(rows) })
}

func noItem() error {
	return errs.New(errs.NotFound, "no-such-item", "there is no such file on a store")
}

func itemOf(ctx context.Context, r db.Reader, id string) (Item, error) {
	i, err := scanItem(r.QueryRow(ctx, `SELECT `+itemColumns+` FROM depot_item WHERE id = $1`, id))
	if errors.Is(err, db.ErrNoRows) {
		return i, noItem()
	}
	return i, err
}

// itemAt is the file that has a path now.
func itemAt(ctx context.Context, r db.Reader, store, path string) (Item, error) {
	i, err := scanItem(r.QueryRow(ctx, `SELECT `+itemColumns+` FROM depot_item WHERE store = $1 AND path = $2 AND state <> 'deleted'`, store, path))
	if errors.Is(err, db.ErrNoRows) {
		return i, noItem()
	}
	return i, err
}

// insertItem tells whether the path was free.
func insertItem(ctx context.Context, tx db.Tx, i Item, owner string, until time.Time) (bool, error) {
	digest := ""
	if i.State != evicting {
		digest = i.Digest.String()
	}
	n, err := tx.Exec(ctx, `INSERT INTO depot_item (id, store, path, digest, size, state, owner, lease_until, put_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		i.ID, i.Store, i.Path, digest, i.Size, string(i.State), owner, db.Millis(until), db.Millis(i.PutAt))
	return n == 1, err
}

// takeOver gives the lease on a row in a state to an owner, unless another holds it. What is staging counts
// as asked for anew.
func takeOver(ctx context.Context, tx db.Tx, id string, in State, owner string, now, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE depot_item SET owner = $3, lease_until = $5, put_at = CASE WHEN state = 'staging' THEN $4 ELSE put_at END
		WHERE id = $1 AND state = $2 AND (owner = $3 OR lease_until <= $4)`,
		id, string(in), owner, db.Millis(now), db.Millis(until))
	return n == 1, err
}

func renewLease(ctx context.Context, tx db.Tx, id, owner string, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE depot_item SET lease_until = $3 WHERE id = $1 AND owner = $2`, id, owner, db.Millis(until))
	return n == 1, err
}

func dropLease(ctx context.Context, tx db.Tx, id, owner string) error {
	_, err := tx.Exec(ctx, `UPDATE depot_item SET owner = '', lease_until = 0 WHERE id = $1 AND owner = $2`, id, owner)
	return err
}

func settleItem(ctx context.Context, tx db.Tx, id string, now, audit time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE depot_item SET state = 'stored', settled_at = $2, audit_due = $3, owner = '', lease_until = 0
		WHERE id = $1 AND state = 'staging'`, id, db.Millis(now), db.Millis(audit))
	return n == 1, err
}

// withdrawItem leaves the lease: whoever works on the file ends that first.
func withdrawItem(ctx context.Context, tx db.Tx, id string) error {
	n, err := tx.Exec(ctx, `UPDATE depot_item SET state = 'deleting' WHERE id = $1 AND state IN ('staging', 'stored', 'deleting')`, id)
	if err != nil || n == 1 {
		return err
	}
	_, err = itemOf(ctx, tx, id)
	return err
}

// giveUp withdraws what nobody settled or asked for again.
func giveUp(ctx context.Context, tx db.Tx, now, since time.Time) (int64, error) {
	return tx.Exec(ctx, `UPDATE depot_item SET state = 'deleting' WHERE state = 'staging' AND lease_until <= $1 AND put_at <= $2`,
		db.Millis(now), db.Millis(since))
}

func markDeleted(ctx context.Context, tx db.Tx, id, owner string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE depot_item SET state = 'deleted', owner = '', lease_until = 0 WHERE id = $1 AND state = 'deleting' AND owner = $2`, id, owner)
	return n == 1, err
}

// forgetEvictions frees the paths of what was, or was not, moved aside by somebody who died: Check will see.
func forgetEvictions(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM depot_item WHERE state = 'evicting' AND lease_until <= $1`, db.Millis(now))
	return err
}

func dropEviction(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM depot_item WHERE id = $1 AND state = 'evicting'`, id)
	return err
}

const page = 500

// removable pages through what can be removed by an owner now.
func removable(ctx context.Context, r db.Reader, owner string, now time.Time, after string) ([]Item, error) {
	rows, err := r.Query(ctx, `SELECT `+itemColumns+` FROM depot_item
		WHERE state = 'deleting' AND (owner = $1 OR lease_until <= $2) AND id > $3 ORDER BY id LIMIT $4`, owner, db.Millis(now), after, page)
	return scanItems(rows, err)
}

// storedAfter pages through what is stored on a store.
func storedAfter(ctx context.Context, r db.Reader, store, after string) ([]Item, error) {
	rows, err := r.Query(ctx, `SELECT `+itemColumns+` FROM depot_item WHERE state = 'stored' AND store = $1 AND id > $2 ORDER BY id LIMIT $3`, store, after, page)
	return scanItems(rows, err)
}

// auditable pages through what is to be read back.
func auditable(ctx context.Context, r db.Reader, now time.Time) ([]Item, error) {
	rows, err := r.Query(ctx, `SELECT `+itemColumns+` FROM depot_item
		WHERE state = 'stored' AND audited_at = 0 AND audit_due <= $1 ORDER BY audit_due LIMIT $2`, db.Millis(now), page)
	return scanItems(rows, err)
}

func markAudited(ctx context.Context, tx db.Tx, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE depot_item SET audited_at = $2 WHERE id = $1`, id, db.Millis(at))
	return err
}

func postponeAudit(ctx context.Context, tx db.Tx, id string, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE depot_item SET audit_due = $2 WHERE id = $1`, id, db.Millis(until))
	return err
}

// needed tells whether the local copy of a content must stay.
func needed(ctx context.Context, r db.Reader, d cinnabar.Digest) (bool, error) {
	return db.Exists(ctx, r, `SELECT 1 FROM depot_item WHERE digest = $1 AND state IN ('staging', 'stored') AND audited_at = 0`, d.String())
}

// overdue lists what should have moved on since a time.
func overdue(ctx context.Context, r db.Reader, now, since time.Time) ([]Item, error) {
	rows, err := r.Query(ctx, `SELECT `+itemColumns+` FROM depot_item
		WHERE state IN ('staging', 'deleting') AND lease_until <= $1 AND put_at <= $2 ORDER BY id`, db.Millis(now), db.Millis(since))
	return scanItems(rows, err)
}

// hasLease tells whether somebody is at work on a file.
func hasLease(ctx context.Context, r db.Reader, id string, now time.Time) (bool, error) {
	return db.Exists(ctx, r, `SELECT 1 FROM depot_item WHERE id = $1 AND lease_until > $2`, id, db.Millis(now))
}
