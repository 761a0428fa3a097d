package edocument

import (
	"context"
	"fmt"
	"strconv"
	"strings"
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
	Since      time.Time // made since
	Until      time.Time // made before
	Limit      int       // 1 to 200; 0: 50
	After      string    // the cursor of the page before
}

// countUpTo bounds counting: a list of more says "more than".
const countUpTo = 1000

// Found is a page of documents.
type Found struct {
	Items []Entry
	Next  string // cursor; "" at the end
	Total int    // up to 1001, which means more than 1000
}

const newestFirst = ` ORDER BY e.created_at DESC, e.case_id DESC LIMIT `

// Find lists documents that the actor may see, newest first (DOC-6). What one may not see is neither listed
// nor counted.
func (s *Service) Find(ctx context.Context, a cinnabar.Actor, q Query) (Found, error) {
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	w, err := s.where(ctx, a, q)
	if err != nil {
		return Found{}, err
	}
	count := *w
	var out Found
	if err := w.after(q.After); err != nil {
		return out, err
	}
	// Which ones are on the page is found by indexes alone; what they say is looked up then.
	text := `SELECT ` + entryColumns + ` FROM edoc e WHERE e.case_id IN (SELECT e.case_id FROM edoc e WHERE ` + w.String() + newestFirst + w.Arg(q.Limit+1) +
		`) ORDER BY e.created_at DESC, e.case_id DESC`
	rows, err := s.DB.Query(ctx, text, w.Args...)
	if out.Items, err = db.Collect(rows, err, func(rows db.Rows) (Entry, error) { return scanEntry(rows) }); err != nil {
		return out, fmt.Errorf("find documents: %w", err)
	}
	if len(out.Items) > q.Limit {
		out.Items = out.Items[:q.Limit]
		last := out.Items[q.Limit-1]
		out.Next = fmt.Sprintf("%d.%s", db.Millis(last.Created), last.Case)
	} else if q.After == "" {
		out.Total = len(out.Items)
		return out, nil
	}
	text = `SELECT count(*) FROM (SELECT 1 FROM edoc e WHERE ` + count.String() + ` LIMIT ` + count.Arg(countUpTo+1) + `) AS few`
	err = s.DB.QueryRow(ctx, text, count.Args...).Scan(&out.Total)
	return out, err
}

// Each calls f for every document of a query, oldest page last, without holding them all.
func (s *Service) Each(ctx context.Context, a cinnabar.Actor, q Query, f func(Entry) error) error {
	q.Limit = 200
	for {
		w, err := s.where(ctx, a, q)
		if err != nil {
			return err
		}
		if err := w.after(q.After); err != nil {
			return err
		}
		text := `SELECT ` + entryColumns + ` FROM edoc e WHERE ` + w.String() + newestFirst + w.Arg(q.Limit)
		rows, err := s.DB.Query(ctx, text, w.Args...)
		page, err := db.Collect(rows, err, func(rows db.Rows) (Entry, error) { return scanEntry(rows) })
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := f(e); err != nil {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		last := page[len(page)-1]
		q.After = fmt.Sprintf("%d.%s", db.Millis(last.Created), last.Case)
	}
}

// conditions are the WHERE of a query with its parameters.
type conditions struct {
	list []string
	Args []any
}

func (c *conditions) Arg(v any) string {
	c.Args = append(c.Args, v)
	return "$" + strconv.Itoa(len(c.Args))
}

func (c *conditions) and(format string, args ...any) {
	c.list = append(c.list, fmt.Sprintf(format, args...))
}

func (c *conditions) in(column string, values []string) {
	if len(values) == 0 {
		return
	}
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = c.Arg(v)
	}
	c.and("%s IN (%s)", column, strings.Join(marks, ", "))
}

func (c *conditions) String() string { return strings.Join(c.list, " AND ") }

func (c *conditions) after(cursor string) error {
	if cursor == "" {
		return nil
	}
	at, id, ok := strings.Cut(cursor, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return errs.New(errs.Invalid, "cursor-malformed", "this cursor is not one that was given out")
	}
	c.and("(e.created_at, e.case_id) < (%s, %s)", c.Arg(ms), c.Arg(id))
	return nil
}

func (s *Service) where(ctx context.Context, a cinnabar.Actor, q Query) (*conditions, error) {
	w := &conditions{}
	visible, err := s.Engine.Visible(ctx, a, procedure.Visibility{Column: "e.case_id", Role: q.Role, Procedure: ID, Arg: w.Arg})
	if err != nil {
		return nil, err
	}
	w.and("%s", visible)
	w.in("e.type", q.Types)
	w.in("e.state", q.States)
	if q.Department != "" {
		w.and("e.department = %s", w.Arg(string(q.Department)))
	}
	if q.Number != "" {
		prefix := strings.ToUpper(strings.TrimSpace(q.Number))
		w.and("e.number >= %s AND e.number < %s", w.Arg(prefix), w.Arg(prefix+"\uffff"))
	}
	if q.Party != "" {
		w.and("e.party = %s", w.Arg(q.Party))
	}
	words, err := s.Engine.WithWords(ctx, "e.case_id", q.Text, w.Arg)
	if err != nil {
		return nil, err
	}
	if words != "" { // a document's number is among its words
		w.and("%s", words)
	}
	w.between("e.day", q.From, q.To)
	if q.Min != nil {
		w.and("e.amount >= %s", w.Arg(int64(*q.Min)))
	}
	if q.Max != nil {
		w.and("e.amount <= %s", w.Arg(int64(*q.Max)))
	}
	if !q.Since.IsZero() {
		w.and("e.created_at >= %s", w.Arg(db.Millis(q.Since)))
	}
	if !q.Until.IsZero() {
		w.and("e.created_at < %s", w.Arg(db.Millis(q.Until)))
	}
	return w, nil
}

func (c *conditions) between(column, from, to string) {
	if from != "" {
		c.and("%s >= %s", column, c.Arg(from))
	}
	if to != "" {
		c.and("%s <= %s AND %s <> ''", column, c.Arg(to), column)
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
func WayOf(c *procedure.Case) Way {
	var w Way
	c.Facts.Get(factRoute, &w)
	return w
}

// File reads the current file from its file server; its digest is checked on the way (DOC-6).
func (s *Service) File(ctx context.Context, e Entry) ([]byte, error) {
	if e.Item == "" {
		return nil, errs.New(errs.NotFound, "document-not-found", "this document has no file yet")
	}
	return s.Depot.Read(ctx, e.Item)
}
