package edocument

import (
	"context"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// conditions are the WHERE of a query with its parameters.
type conditions struct {
	db.Query
	seen string // what is better tested in the order of a list until that is full; "" for none
	by   sorting
}

// sorting is the column of edoc by which a list is sorted.
type sorting string

const (
	newestFirst sorting = "e.created_at"
	urgentFirst sorting = "e.due_at"
)

func (s sorting) order() string {
	if s == urgentFirst {
		return ` ORDER BY e.due_at, e.case_id`
	}
	return ` ORDER BY e.created_at DESC, e.case_id DESC`
}

func (s sorting) cursor(last *Entry) db.Cursor {
	at := last.Created
	if s == urgentFirst {
		at = last.Due
	}
	return db.Cursor{At: db.Millis(at), ID: string(last.Case)}
}

func (c *conditions) in(column string, values []string) {
	if len(values) > 0 {
		c.And("%s IN %s", column, db.In(c.Arg, values))
	}
}

func (c *conditions) String() string {
	if c.seen == "" {
		return c.Where()
	}
	return strings.Join(append([]string{c.seen}, c.Conditions...), " AND ")
}

// from is the part of a list's query between its columns and its order. Where rows have to be sorted, they are
// before they are tested.
func (c *conditions) from() string {
	if c.seen == "" {
		return ` FROM edoc e WHERE ` + c.String()
	}
	all := strings.Join(append([]string{"1 = 1"}, c.Conditions...), " AND ")
	return ` FROM (SELECT e.case_id, ` + string(c.by) + ` FROM edoc e WHERE ` + all + c.by.order() + ` LIMIT 1000000000 OFFSET 0) e WHERE ` + c.seen
}

func (c *conditions) after(cursor string) error {
	if cursor == "" {
		return nil
	}
	at, err := db.ParseCursor(cursor)
	if err != nil {
		return err
	}
	than := "<"
	if c.by == urgentFirst {
		than = ">"
	}
	c.And("(%s, e.case_id) %s (%s, %s)", string(c.by), than, c.Arg(at.At), c.Arg(at.ID))
	return nil
}

// where is what a query says and the actor may see.
func (s *Service) where(ctx context.Context, a cinnabar.Actor, q Query) (*conditions, error) {
	w := &conditions{by: newestFirst}
	if q.Due != "" {
		w.by = urgentFirst
	}
	words, few, err := s.Engine.WithWords(ctx, "e.case_id", q.Text, w.Arg)
	if err != nil {
		return nil, err
	}
	if words != "" { // a document's number is among its words
		w.And("%s", words)
	}
	for _, lead := range s.leads(q) {
		if !few {
			if few, err = s.isFew(ctx, lead); err != nil {
				return nil, err
			}
		}
		lead(w)
	}
	visible, each, err := s.Engine.Visible(ctx, a, procedure.Visibility{Column: "e.case_id", Role: q.Role, Procedure: ID, Few: few, Arg: w.Arg})
	if err != nil {
		return nil, err
	}
	if each {
		w.seen = visible
	} else {
		w.And("%s", visible)
	}
	w.in("e.type", q.Types)
	w.in("e.state", q.States)
	if q.Department != "" {
		w.And("e.department = %s", w.Arg(string(q.Department)))
	}
	if q.Min != nil {
		w.And("e.amount >= %s", w.Arg(int64(*q.Min)))
	}
	if q.Max != nil {
		w.And("e.amount <= %s", w.Arg(int64(*q.Max)))
	}
	if !q.Since.IsZero() {
		w.And("e.created_at >= %s", w.Arg(db.Millis(q.Since)))
	}
	if !q.Until.IsZero() {
		w.And("e.created_at < %s", w.Arg(db.Millis(q.Until)))
	}
	return w, nil
}

// lead is a condition with an index of its own.
type lead func(w *conditions)

// leads are those of a query that may leave few documents.
func (s *Service) leads(q Query) (out []lead) {
	if q.Due != "" {
		out = append(out, func(w *conditions) { w.due(q.Due, s.Clock.Now()) })
	}
	if q.Number != "" {
		out = append(out, func(w *conditions) {
			prefix := strings.ToUpper(strings.TrimSpace(q.Number))
			w.And("e.number >= %s AND e.number < %s", w.Arg(prefix), w.Arg(prefix+"\uffff"))
		})
	}
	if q.Party != "" {
		out = append(out, func(w *conditions) { w.And("e.party = %s", w.Arg(q.Party)) })
	}
	if q.From != "" || q.To != "" {
		out = append(out, func(w *conditions) { w.between("e.day", q.From, q.To) })
	}
	return out
}

// isFew tells whether a condition leaves so few documents that they are tested one by one for whether the actor may
// see them.
func (s *Service) isFew(ctx context.Context, by lead) (bool, error) {
	w := &conditions{}
	by(w)
	var n int
	text := `SELECT count(*) FROM (SELECT 1 FROM edoc e WHERE ` + w.String() + ` LIMIT ` + w.Arg(procedure.Few+1) + `) AS few`
	err := s.DB.QueryRow(ctx, text, w.Args...).Scan(&n)
	return n <= procedure.Few, err
}

// due selects documents under way.
func (c *conditions) due(which string, now time.Time) {
	c.And("e.due_at > 0")
	switch which {
	case Overdue:
		c.And("e.due_at < %s", c.Arg(db.Millis(now)))
	case DueSoon:
		c.And("e.due_at >= %s AND e.due_at < %s", c.Arg(db.Millis(now)), c.Arg(db.Millis(now.Add(warnedAhead))))
	}
}

func (c *conditions) between(column, from, to string) {
	if from != "" {
		c.And("%s >= %s", column, c.Arg(from))
	}
	if to != "" {
		c.And("%s <= %s AND %s <> ''", column, c.Arg(to), column)
	}
}
