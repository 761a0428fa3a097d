package filestore

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

const columns = `id, case_id, uploader, state, subject, name, size, received, digest, mime, problem, created_at, expires_at`

func insertFile(ctx context.Context, tx db.Tx, f *File) error {
	digest := ""
	if !f.Digest.IsZero() {
		digest = f.Digest.String()
	}
	_, err := tx.Exec(ctx, `INSERT INTO file (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		string(f.ID), string(f.Case), f.Uploader, string(f.State), string(f.subject), f.sealed, f.Size, f.Received,
		digest, f.MIME, f.Problem, db.Millis(f.CreatedAt), db.Millis(f.ExpiresAt))
	return err
}

func scanFile(row db.Row) (*File, error) {
	var f File
	var id, caseID, state, subject, digest string
	var created, expires int64
	err := row.Scan(&id, &caseID, &f.Uploader, &state, &subject, &f.sealed, &f.Size, &f.Received, &digest, &f.MIME, &f.Problem, &created, &expires)
	if err != nil {
		return nil, err
	}
	f.ID, f.Case, f.State, f.subject = cinnabar.FileID(id), cinnabar.CaseID(caseID), State(state), secret.Subject(subject)
	f.CreatedAt, f.ExpiresAt = db.Time(created), db.Time(expires)
	if digest != "" {
		f.Digest, err = cinnabar.ParseDigest(digest)
	}
	return &f, err
}

func readFile(ctx context.Context, r db.Reader, id cinnabar.FileID) (*File, error) {
	f, err := scanFile(r.QueryRow(ctx, `SELECT `+columns+` FROM file WHERE id = $1`, string(id)))
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.New(errs.NotFound, "no-such-file", "there is no such file")
	}
	return f, err
}

// setReceived moves the end of an upload from one offset to another; a complete one waits to be checked.
func setReceived(ctx context.Context, tx db.Tx, id cinnabar.FileID, from, to int64) error {
	n, err := tx.Exec(ctx, `UPDATE file SET received = $3, state = CASE WHEN size = $3 THEN 'checking' ELSE 'partial' END
		WHERE id = $1 AND received = $2 AND state = 'partial'`, string(id), from, to)
	if err == nil && n == 0 {
		return errOffset
	}
	return err
}

// setChecked writes the outcome of the check; it tells whether the file still waited for one.
func setChecked(ctx context.Context, tx db.Tx, id cinnabar.FileID, v verdict) (bool, error) {
	state, digest := Ready, v.blob.Digest.String()
	if v.problem != "" {
		state, digest = Refused, ""
	}
	n, err := tx.Exec(ctx, `UPDATE file SET state = $2, digest = $3, mime = $4, problem = $5 WHERE id = $1 AND state = 'checking'`,
		string(id), string(state), digest, v.mime, v.problem)
	return n == 1, err
}

func deleteFile(ctx context.Context, tx db.Tx, id cinnabar.FileID) error {
	_, err := tx.Exec(ctx, `DELETE FROM file WHERE id = $1`, string(id))
	return err
}

// openUploads counts the unfinished uploads of somebody, and their bytes.
func openUploads(ctx context.Context, r db.Reader, uploader string, now time.Time) (n int, bytes int64, err error) {
	err = r.QueryRow(ctx, `SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM file WHERE uploader = $1 AND state = 'partial' AND expires_at > $2`,
		uploader, db.Millis(now)).Scan(&n, &bytes)
	return n, bytes, err
}

func isReferenced(ctx context.Context, r db.Reader, d cinnabar.Digest) (bool, error) {
	return db.Exists(ctx, r, `SELECT 1 FROM file WHERE digest = $1 AND state = 'ready'`, d.String())
}

// expired lists the uploads to be forgotten.
func expired(ctx context.Context, r db.Reader, now time.Time) ([]cinnabar.FileID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM file WHERE state IN ('partial', 'refused') AND expires_at <= $1 LIMIT 1000`, db.Millis(now))
	return db.Collect(rows, err, func(rows db.Rows) (id cinnabar.FileID, err error) { return id, rows.Scan((*string)(&id)) })
}

// readyAfter pages through the ready files by id.
func readyAfter(ctx context.Context, r db.Reader, after cinnabar.FileID) ([]*File, error) {
	rows, err := r.Query(ctx, `SELECT `+columns+` FROM file WHERE state = 'ready' AND id > $1 ORDER BY id LIMIT 500`, string(after))
	return db.Collect(rows, err, func(rows db.Rows) (*File, error) { return scanFile(rows) })
}
