// Package archive finds documents (GAS-13): by number, kind, state, dates, and by whatever their cases are
// found by (words, parties, credit codes).
//
// Guaranteed: a document is found only through a case that the asker may see; who that is, the caller's
// condition over cases says.
package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Cases selects cases in SQL: a condition over the rows of bcase, named b, with parameters from $1 on.
type Cases struct {
	SQL  string
	Args []any
	// Few names holders in case_grant who together hold roles in few cases, so that documents are better
	// looked up case by case than in the order of the list. None: the asker may see most cases.
	Few []string
}

// Filter selects documents. Zero fields do not restrict.
type Filter struct {
	Kind          string
	States        []string
	Number        string // its beginning
	EffectiveFrom time.Time
	EffectiveTo   time.Time // before it
	ExpiresBefore time.Time // only those in force that expire before
	Limit         int       // 1 to MaxPage; 0: 50
	After         string    // the cursor of the page before
}

// MaxPage is the longest page.
const MaxPage = 200

// Archive finds documents.
type Archive struct{ db db.DB }

// New makes an Archive.
func New(d db.DB) (*Archive, error) {
	if d == nil {
		return nil, errors.New("archive: a database is needed")
	}
	return &Archive{d}, nil
}

// List returns documents, the newest first, or the first to expire first when ExpiresBefore is set, and
// the cursor of the next page ("" when there is none).
func (a *Archive) List(ctx context.Context, c Cases, f Filter) (ids []cinnabar.DocID, next string, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, MaxPage)
	q := &query{db.Query{Args: append([]any{}, c.Args...)}}
	q.And("%s", c.SQL)
	if len(c.Few) > 0 {
		q.And("d.case_id IN (SELECT case_id FROM case_grant WHERE holder IN %s)", db.In(q.Arg, c.Few))
	}
	q.filter(f)
	if err := q.after(f); err != nil {
		return nil, "", err
	}
	rows, err := a.db.Query(ctx, q.text(c, f), q.Args...)
	found, err := db.Collect(rows, err, scanFound)
	if err != nil {
		return nil, "", fmt.Errorf("list documents: %w", err)
	}
	if len(found) > f.Limit {
		found = found[:f.Limit]
		last := found[f.Limit-1]
		next = db.Cursor{At: last.at, ID: string(last.id)}.String()
	}
	for _, one := range found {
		ids = append(ids, one.id)
	}
	return ids, next, nil
}

// found is a document and its place in the list.
type found struct {
	id cinnabar.DocID
	at int64
}

func scanFound(r db.Rows) (f found, err error) { return f, r.Scan(&f.id, &f.at) }

type query struct{ db.Query }

func (q *query) filter(f Filter) {
	if f.Kind != "" {
		q.And("d.kind = %s", q.Arg(f.Kind))
	}
	if len(f.States) > 0 {
		q.And("d.state IN %s", db.In(q.Arg, f.States))
	}
	if f.Number != "" {
		// A range and not LIKE, whose index depends on the engine's settings.
		q.And("d.number >= %s AND d.number < %s", q.Arg(f.Number), q.Arg(f.Number+"\U0010ffff"))
	}
	if !f.EffectiveFrom.IsZero() {
		q.And("d.effective_at >= %s", q.Arg(db.Millis(f.EffectiveFrom)))
	}
	if !f.EffectiveTo.IsZero() {
		q.And("d.effective_at > 0 AND d.effective_at < %s", q.Arg(db.Millis(f.EffectiveTo)))
	}
	if !f.ExpiresBefore.IsZero() {
		q.And("d.state = 'effective' AND d.expires_at > 0 AND d.expires_at < %s", q.Arg(db.Millis(f.ExpiresBefore)))
	}
}

// order is the column that orders the list, and how.
func (f Filter) order() (column, direction, beyond string) {
	if !f.ExpiresBefore.IsZero() {
		return "d.expires_at", "ASC", ">"
	}
	return "d.created_at", "DESC", "<"
}

func (q *query) after(f Filter) error {
	if f.After == "" {
		return nil
	}
	c, err := db.ParseCursor(f.After)
	if err != nil {
		return err
	}
	column, _, beyond := f.order()
	a := q.Arg(c.At)
	q.And("%s %s= %s AND (%s %s %s OR d.id %s %s)", column, beyond, a, column, beyond, a, beyond, q.Arg(c.ID))
	return nil
}

func (q *query) text(c Cases, f Filter) string {
	column, direction, _ := f.order()
	sorted := column
	if len(c.Few) > 0 || f.Number != "" {
		sorted = "+" + column // SQLite: do not walk the index of the order
	}
	return `SELECT d.id, ` + column + ` FROM document d JOIN bcase b ON b.id = d.case_id WHERE ` + q.Where() +
		` ORDER BY ` + sorted + ` ` + direction + `, d.id ` + direction + ` LIMIT ` + q.Arg(f.Limit+1)
}
