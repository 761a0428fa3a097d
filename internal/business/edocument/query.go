package edocument

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Query selects documents. The zero value selects all that the actor may see.
type Query struct {
	Types      []string
	States     []string
	Department cinnabar.DepartmentID // that made it
	Role       string                // in which the actor sees it: creator, signer, handled, auditor
	Number     string                // begins with
	Text       string                // words of the document, its title, key and party
	Party      string                // exactly
	From, To   string                // day of the document, YYYY-MM-DD, both included
	Min, Max   *cinnabar.Fen
	Due        string    // DueAny, DueSoon or Overdue: those under way, the most urgent first
	Since      time.Time // made since
	Until      time.Time // made before
	Limit      int       // 1 to 200; 0: 50
	After      string    // the cursor of the page before
}

// Found is a page of documents.
type Found struct {
	Items []Entry
	Next  string // cursor; "" at the end
	Total int    // up to 1001, which means more than 1000
}

// Of documents under way, by the deadline of their present stage.
const (
	DueAny  = "any"
	DueSoon = "soon" // within a day
	Overdue = "overdue"
)

// Find lists documents that the actor may see, newest first or the most urgent first (DOC-6). What one may not see is neither listed
// nor counted.
func (s *Service) Find(ctx context.Context, a cinnabar.Actor, q Query) (Found, error) {
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	w, err := s.where(ctx, a, q)
	if err != nil {
		return Found{}, err
	}
	total := 0
	if q.After != "" {
		text := `SELECT count(*) FROM (SELECT 1 FROM edoc e WHERE ` + w.String() + ` LIMIT ` + strconv.Itoa(procedure.CountLimit+1) + `) AS few`
		if err := s.DB.QueryRow(ctx, text, w.Args...).Scan(&total); err != nil {
			return Found{}, fmt.Errorf("count documents: %w", err)
		}
	}
	out, err := s.page(ctx, w, q)
	if q.After != "" {
		out.Total = total
	}
	return out, err
}

// page reads a page of documents, and counts them from there on.
func (s *Service) page(ctx context.Context, w *conditions, q Query) (out Found, err error) {
	if err := w.after(q.After); err != nil {
		return out, err
	}
	most := procedure.CountLimit + 1
	if q.After != "" {
		most = q.Limit + 1
	}
	// Which ones they are is found once, by indexes alone; what those on the page say is looked up then.
	order := w.by.order()
	text := `WITH f AS MATERIALIZED (SELECT e.case_id, ` + string(w.by) + w.from() + order + ` LIMIT ` + w.Arg(most) + `)
		SELECT ` + entryColumns + `, (SELECT count(*) FROM f) FROM edoc e
		WHERE e.case_id IN (SELECT e.case_id FROM f e` + order + ` LIMIT ` + w.Arg(q.Limit) + `)` + order
	rows, err := s.DB.Query(ctx, text, w.Args...)
	out.Items, err = db.Collect(rows, err, func(rows db.Rows) (Entry, error) { return scanEntry(withCount{rows, &out.Total}) })
	if err != nil {
		return out, fmt.Errorf("find documents: %w", err)
	}
	if out.Total > q.Limit {
		last := out.Items[q.Limit-1]
		out.Next = w.by.cursor(&last).String()
	}
	return out, nil
}

// withCount is a row that has a count behind its columns.
type withCount struct {
	db.Row
	n *int
}

func (r withCount) Scan(into ...any) error { return r.Row.Scan(append(into, r.n)...) }

// Each calls f for every document of a query, oldest page last, without holding them all.
func (s *Service) Each(ctx context.Context, a cinnabar.Actor, q Query, f func(Entry) error) error {
	q.Limit = 200
	for {
		w, err := s.where(ctx, a, q)
		if err != nil {
			return err
		}
		page, err := s.page(ctx, w, q)
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			if err := f(e); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// Get reads one document for an actor. errs.NotFound when there is none that they may see.
func (s *Service) Get(ctx context.Context, a cinnabar.Actor, id cinnabar.CaseID) (Entry, *procedure.View, error) {
	v, err := s.Engine.View(ctx, id, a)
	if err != nil {
		return Entry{}, nil, err
	}
	e, err := readEntry(ctx, s.DB, id)
	return e, v, err
}

// WayOf is how far a document has come on its route.
func WayOf(f procedure.Facts) Way {
	var w Way
	f.Get(factRoute, &w)
	return w
}

// File reads the current file from its file server; its digest is checked on the way (DOC-6).
func (s *Service) File(ctx context.Context, e Entry) ([]byte, error) {
	if e.Item == "" {
		return nil, errs.New(errs.NotFound, "document-not-found", "this document has no file yet")
	}
	return s.Depot.Read(ctx, e.Item)
}
