package edocument

import (
	"context"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// conditions are the WHERE of a query with its parameters.
type conditions struct {
	db.Query
	seen string // what is better tested in the order of a list until that is full; "" for none
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
	return ` FROM (SELECT e.case_id, e.created_at FROM edoc e WHERE ` + all + newestFirst + `1000000000 OFFSET 0) e WHERE ` + c.seen
}

func (c *conditions) after(cursor string) error {
	if cursor == "" {
		return nil
	}
	at, err := db.ParseCursor(cursor)
	if err != nil {
		return err
	}
	c.And("(e.created_at, e.case_id) < (%s, %s)", c.Arg(at.At), c.Arg(at.ID))
	return nil
}

// where is what a query says and the actor may see.
func (s *Service) where(ctx context.Context, a cinnabar.Actor, q Query) (*conditions, error) {
	w := &conditions{}
	words, few, err := s.Engine.WithWords(ctx, "e.case_id", q.Text, w.Arg)
	if err != nil {
		return nil, err
	}
	if words != "" { // a document's number is among its words
		w.And("%s", words)
	}
	for _, lead := range leads(q) {
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
func leads(q Query) (out []lead) {
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

func (c *conditions) between(column, from, to string) {
	if from != "" {
		c.And("%s >= %s", column, c.Arg(from))
	}
	if to != "" {
		c.And("%s <= %s AND %s <> ''", column, c.Arg(to), column)
	}
}
