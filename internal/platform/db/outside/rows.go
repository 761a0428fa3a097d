package outside

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/platform/errs"
)

// Put writes rows with different keys, all or none. A row of which the database has a newer version
// stays as it is.
func (x *Index) Put(ctx context.Context, rows []Row) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := x.inTx(ctx, func(tx *sql.Tx) error {
		for len(rows) > 0 {
			n := min(len(rows), x.dialect.atOnce())
			var args []any
			for _, r := range rows[:n] {
				args = append(args, r.values()...)
			}
			if _, err := tx.ExecContext(ctx, x.dialect.upsert(x.table, n), args...); err != nil {
				return err
			}
			rows = rows[n:]
		}
		return nil
	})
	if err != nil {
		return x.failed("index-write", err)
	}
	return nil
}

// Replace writes want over the row of its key, whatever the versions, provided that the row still has
// the version seen. It tells whether it did.
func (x *Index) Replace(ctx context.Context, seen int64, want Row) (bool, error) {
	p := x.dialect.param
	set := make([]string, 0, len(columns()))
	for i, c := range columns()[keys:] {
		set = append(set, c+" = "+p(i+1))
	}
	n := len(set)
	query := fmt.Sprintf("UPDATE %s SET %s WHERE doc_number = %s AND org_id = %s AND doc_version = %s", x.table, strings.Join(set, ", "), p(n+1), p(n+2), p(n+3))
	return x.exec(ctx, query, append(want.values()[keys:], want.Number, want.Org, seen)...)
}

// Delete removes the row of a key, provided that it still has the version seen. It tells whether it did.
func (x *Index) Delete(ctx context.Context, k Key, seen int64) (bool, error) {
	p := x.dialect.param
	return x.exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE doc_number = %s AND org_id = %s AND doc_version = %s", x.table, p(1), p(2), p(3)), k.Number, k.Org, seen)
}

func (x *Index) exec(ctx context.Context, query string, args ...any) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := x.db.ExecContext(ctx, query, args...)
	if err != nil {
		return false, x.failed("index-write", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, x.failed("index-write", err)
	}
	return n == 1, nil
}

// Page reads the next rows after a key (the zero one begins), at most limit, in their order. It fails with
// errs.Conflict, code "index-order", when the table, made by somebody else, orders them otherwise.
func (x *Index) Page(ctx context.Context, after Key, limit int) ([]Row, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	where, args := "", []any{}
	if after != (Key{}) { // Oracle takes '' for NULL, which nothing is greater than
		p := x.dialect.param
		where = " WHERE doc_number >= " + p(1) + " AND (doc_number > " + p(2) + " OR org_id > " + p(3) + ")"
		args = append(args, after.Number, after.Number, after.Org)
	}
	rows, err := x.db.QueryContext(ctx, "SELECT "+strings.Join(columns(), ", ")+" FROM "+x.table+where+" ORDER BY "+keyColumns()+x.dialect.limit(limit), args...)
	if err != nil {
		return nil, x.failed("index-read", err)
	}
	defer rows.Close()
	out := make([]Row, 0, limit)
	for last := after; rows.Next(); last = out[len(out)-1].Key() {
		r, err := scan(rows)
		if err != nil {
			return nil, x.failed("index-read", err)
		}
		if r.Key().Compare(last) <= 0 {
			return nil, errs.New(errs.Conflict, "index-order", "the columns doc_number and org_id of %s do not sort by bytes; give them a binary collation", x.table)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, x.failed("index-read", err)
	}
	return out, nil
}

func scan(rows *sql.Rows) (r Row, err error) {
	var client, path, digest, kind, state, at sql.NullString
	if err = rows.Scan(&r.Number, &r.Org, &client, &path, &digest, &r.Size, &kind, &state, &r.Version, &at); err != nil {
		return r, err
	}
	r.Client, r.Path, r.Digest, r.Type, r.State = client.String, path.String, digest.String, kind.String, state.String
	// A time that somebody else wrote in another form differs from every one of ours.
	if t, err := time.Parse(timeFormat, at.String); err == nil {
		r.Updated = t
	}
	return r, nil
}
