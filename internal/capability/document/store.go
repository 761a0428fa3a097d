package document

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const documentColumns = `id, org, kind, number, case_id, title, state, version, generation, digest, verify_token, reason, successor,
	effective_at, expires_at, created_at, taken_out_at, state_at`

func scanDocument(r db.Row) (d Document, err error) {
	var digest string
	var effective, expires, created, out, state int64
	if err := r.Scan(&d.ID, &d.Org, &d.Kind, &d.Number, &d.Case, &d.Title, &d.State, &d.Version, &d.Generation, &digest, &d.Token,
		&d.Reason, &d.Successor, &effective, &expires, &created, &out, &state); err != nil {
		return d, err
	}
	d.EffectiveAt, d.ExpiresAt, d.CreatedAt = db.Time(effective), db.Time(expires), db.Time(created)
	d.TakenOutAt, d.StateAt = db.Time(out), db.Time(state)
	d.Digest, err = cinnabar.ParseDigest(digest)
	return d, err
}

func scanDocumentRow(r db.Rows) (Document, error) { return scanDocument(r) }

func getDocument(ctx context.Context, r db.Reader, id cinnabar.DocID) (Document, error) {
	d, err := scanDocument(r.QueryRow(ctx, `SELECT `+documentColumns+` FROM document WHERE id = $1`, string(id)))
	if errors.Is(err, db.ErrNoRows) {
		return d, notFound()
	}
	return d, err
}

func lockDocument(ctx context.Context, tx db.Tx, id cinnabar.DocID) (Document, error) {
	d, err := scanDocument(tx.QueryRow(ctx, `SELECT `+documentColumns+` FROM document WHERE id = $1`+tx.Dialect().ForUpdate(), string(id)))
	if errors.Is(err, db.ErrNoRows) {
		return d, notFound()
	}
	return d, err
}

func insertDocument(ctx context.Context, tx db.Tx, d Document) error {
	_, err := tx.Exec(ctx, `INSERT INTO document (`+documentColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		string(d.ID), string(d.Org), d.Kind, d.Number, string(d.Case), d.Title, string(d.State), d.Version, d.Generation,
		d.Digest.String(), d.Token, d.Reason, string(d.Successor), db.Millis(d.EffectiveAt), db.Millis(d.ExpiresAt), db.Millis(d.CreatedAt),
		db.Millis(d.TakenOutAt), db.Millis(d.StateAt))
	if err != nil {
		return fmt.Errorf("enter document: %w", err)
	}
	return nil
}

// updateDocument writes what may change of a document that the caller has locked.
func updateDocument(ctx context.Context, tx db.Tx, d Document) error {
	_, err := tx.Exec(ctx, `UPDATE document SET state = $2, version = $3, generation = $4, digest = $5, reason = $6, successor = $7,
		effective_at = $8, expires_at = $9, number = $10, title = $11, taken_out_at = $12,
		state_at = $13 WHERE id = $1`, string(d.ID), string(d.State), d.Version,
		d.Generation, d.Digest.String(), d.Reason, string(d.Successor), db.Millis(d.EffectiveAt), db.Millis(d.ExpiresAt), d.Number, d.Title,
		db.Millis(d.TakenOutAt), db.Millis(d.StateAt))
	return err
}

const versionColumns = `version, generation, file_id, digest, size, pages, state, reason, created_at`

func scanVersion(r db.Row) (v Version, err error) {
	var digest string
	var created int64
	if err := r.Scan(&v.Number, &v.Generation, &v.File, &digest, &v.Size, &v.Pages, &v.State, &v.Reason, &created); err != nil {
		return v, err
	}
	v.CreatedAt = db.Time(created)
	v.Digest, err = cinnabar.ParseDigest(digest)
	return v, err
}

func insertVersion(ctx context.Context, tx db.Tx, id cinnabar.DocID, v Version) error {
	_, err := tx.Exec(ctx, `INSERT INTO document_version (doc_id, `+versionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, string(id), v.Number, v.Generation, string(v.File), v.Digest.String(),
		v.Size, v.Pages, string(v.State), v.Reason, db.Millis(v.CreatedAt))
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "document-exists", "this very file is a version of a document already")
	}
	return err
}

// reservedToken is the token of a reserved number.
func reservedToken(ctx context.Context, tx db.Tx, org cinnabar.OrgID, kind, number string) (token string, err error) {
	err = tx.QueryRow(ctx, `SELECT token FROM document_number WHERE org = $1 AND number = $2 AND kind = $3 AND state = 'reserved'`,
		string(org), number, kind).Scan(&token)
	if errors.Is(err, db.ErrNoRows) {
		return "", errs.New(errs.Conflict, "number-not-reserved", "the number %s is not reserved for such a document", number)
	}
	return token, err
}

// query builds the list's SQL; one row more than asked tells whether there is a next page.
func (f Filter) query() (string, []any, error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(cond string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(cond, len(args)))
	}
	if f.Org != "" {
		add("org = $%d", string(f.Org))
	}
	if f.Kind != "" {
		add("kind = $%d", f.Kind)
	}
	if f.State != "" {
		add("state = $%d", string(f.State))
	}
	if f.NumberPrefix != "" {
		add(`number LIKE $%d ESCAPE '!'`, strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(f.NumberPrefix)+"%")
	}
	if !f.EffectiveFrom.IsZero() {
		add("effective_at >= $%d", db.Millis(f.EffectiveFrom))
	}
	if !f.EffectiveTo.IsZero() {
		add("effective_at > 0 AND effective_at < $%d", db.Millis(f.EffectiveTo))
	}
	if !f.ExpiresBefore.IsZero() {
		add("state = 'effective' AND expires_at > 0 AND expires_at < $%d", db.Millis(f.ExpiresBefore))
	}
	if f.After != "" {
		at, id, ok := strings.Cut(f.After, ".")
		ms, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return "", nil, errs.Wrong(errs.Field{Pointer: "/cursor", Code: "malformed"})
		}
		add("created_at <= $%d", ms)
		args = append(args, ms, id)
		where = append(where, fmt.Sprintf("(created_at < $%d OR id < $%d)", len(args)-1, len(args)))
	}
	args = append(args, f.Limit+1)
	return `SELECT ` + documentColumns + ` FROM document WHERE ` + strings.Join(where, " AND ") +
		fmt.Sprintf(` ORDER BY created_at DESC, id DESC LIMIT $%d`, len(args)), args, nil
}

func cursorOf(d Document) string {
	return strconv.FormatInt(db.Millis(d.CreatedAt), 10) + "." + string(d.ID)
}
