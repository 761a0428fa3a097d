package edocument

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Entry is a document in the register of this business: what queries and index databases need.
type Entry struct {
	Case       cinnabar.CaseID
	Org        cinnabar.OrgID
	Type       string
	Department cinnabar.DepartmentID
	Client     string // the creator's client number (客户端号)
	Summary
	Number  string
	State   string
	Doc     cinnabar.DocID
	Item    string // of the depot: the file of the current version
	Path    string
	Digest  string
	Size    int64
	Version int64     // grows with every change
	Reason  string    // why it came back or was voided
	Due     time.Time // until when the present stage is to be done; zero while it waits for no department
	Created time.Time
	Updated time.Time
}

const entryColumns = `e.case_id, e.org, e.type, e.department, e.client, e.title, e.business_key, e.party, e.amount, e.day, e.number, e.state,
	e.doc_id, e.item, e.path, e.digest, e.size, e.version, e.reason, e.due_at, e.created_at, e.updated_at`

func scanEntry(row db.Row) (e Entry, err error) {
	var due, created, updated int64
	err = row.Scan(&e.Case, &e.Org, &e.Type, &e.Department, &e.Client, &e.Title, &e.Key, &e.Party, &e.Amount, &e.Day, &e.Number, &e.State,
		&e.Doc, &e.Item, &e.Path, &e.Digest, &e.Size, &e.Version, &e.Reason, &due, &created, &updated)
	e.Due, e.Created, e.Updated = db.Time(due), db.Time(created), db.Time(updated)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.New(errs.NotFound, "document-not-found", "there is no such document")
	}
	return e, err
}

// Overdue tells whether the departments of the present stage should have done their part.
func (e *Entry) Overdue(now time.Time) bool { return !e.Due.IsZero() && e.Due.Before(now) }

func readEntry(ctx context.Context, r db.Reader, id cinnabar.CaseID) (Entry, error) {
	return scanEntry(r.QueryRow(ctx, `SELECT `+entryColumns+` FROM edoc e WHERE e.case_id = $1`, string(id)))
}

func entryByKey(ctx context.Context, r db.Reader, org cinnabar.OrgID, kind, key string) (Entry, error) {
	return scanEntry(r.QueryRow(ctx, `SELECT `+entryColumns+` FROM edoc e
		WHERE e.org = $1 AND e.type = $2 AND e.match_key = $3 AND e.state <> 'voided'`, string(org), kind, matchKey(key)))
}

// insertEntry enters a document to be made; it tells whether its business key was free.
func insertEntry(ctx context.Context, tx db.Tx, e Entry) (free bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO edoc (case_id, org, type, department, client, title, business_key, party, amount, day, state, created_at, updated_at, match_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13) ON CONFLICT DO NOTHING`,
		string(e.Case), string(e.Org), e.Type, string(e.Department), e.Client, e.Title, e.Key, e.Party, int64(e.Amount), e.Day, e.State, db.Millis(e.Created), matchKey(e.Key))
	if err != nil {
		return false, fmt.Errorf("enter document: %w", err)
	}
	return n == 1, nil
}

// updateEntry writes what changed and counts the version; a business key that another document has is
// errs.Conflict.
func updateEntry(ctx context.Context, tx db.Tx, e *Entry) error {
	if e.State != Routing {
		e.Due = time.Time{}
	}
	err := tx.QueryRow(ctx, `UPDATE edoc SET title = $2, business_key = $3, party = $4, amount = $5, day = $6, number = $7, state = $8, doc_id = $9,
		item = $10, path = $11, digest = $12, size = $13, reason = $14, updated_at = $15, due_at = $16, match_key = $17, version = version + 1 WHERE case_id = $1 RETURNING version`,
		string(e.Case), e.Title, e.Key, e.Party, int64(e.Amount), e.Day, e.Number, e.State, string(e.Doc),
		e.Item, e.Path, e.Digest, e.Size, e.Reason, db.Millis(e.Updated), db.Millis(e.Due), matchKey(e.Key)).Scan(&e.Version)
	if err != nil {
		return fmt.Errorf("update document: %w", err)
	}
	return nil
}

func usedTypes(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]string, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT type FROM edoc WHERE org = $1`, string(org))
	return db.Collect(rows, err, func(rows db.Rows) (t string, err error) { return t, rows.Scan(&t) })
}
