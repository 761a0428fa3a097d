package procedure

import (
	"fmt"
	"slices"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Turn selects running cases by whom they wait for, as the newest version of their procedure says.
type Turn string

// Whose turn it is; the empty Turn selects all.
const (
	TurnMine   Turn = "mine"   // a role that the actor holds in the case
	TurnOthers Turn = "others" // somebody else
)

func (q *query) turn(e *Engine, f Filter, rules []rule, marks []string) {
	if f.Turn == "" {
		return
	}
	q.And("b.final = 0")
	switch {
	case len(rules) == 0: // sees one case, or none
	case f.Turn == TurnMine:
		q.And("%s", q.granted(e, rules, marks, q.waits(e)))
	default:
		q.And("NOT %s", q.granted(e, rules, marks, q.waits(e)))
	}
}

// waits is the condition that the case waits for the granted role.
func (q *query) waits(e *Engine) string {
	either := []string{"1 = 0"}
	for _, d := range e.newest {
		for _, r := range d.Roles {
			var states []string
			for _, s := range d.States {
				if slices.Contains(s.WaitsFor, r.ID) {
					states = append(states, s.ID)
				}
			}
			if len(states) > 0 {
				either = append(either, fmt.Sprintf("(g.role = %s AND b.procedure = %s AND b.state IN %s)", q.Arg(r.ID), q.Arg(d.ID), db.In(q.Arg, states)))
			}
		}
	}
	return " AND (" + strings.Join(either, " OR ") + ")"
}

// order is how a list is sorted; cases without a deadline are the least urgent.
func (f Filter) order() string {
	if f.ByDue {
		return " ORDER BY CASE WHEN b.due_at = 0 THEN 1 ELSE 0 END, b.due_at, b.id"
	}
	return " ORDER BY b.updated_at DESC, b.id DESC"
}

// cursor names the row after which the next page begins.
func (f Filter) cursor(updated, due int64, id cinnabar.CaseID) string {
	if f.ByDue {
		return db.Cursor{At: due, ID: string(id)}.String()
	}
	return db.Cursor{At: updated, ID: string(id)}.String()
}

func (q *query) after(f Filter) error {
	if f.After == "" {
		return nil
	}
	c, err := db.ParseCursor(f.After)
	if err != nil {
		return err
	}
	a, b := q.Arg(c.At), q.Arg(c.ID)
	switch {
	case !f.ByDue:
		q.And("(b.updated_at < %s OR (b.updated_at = %s AND b.id < %s))", a, a, b)
	case c.At == 0:
		q.And("(b.due_at = %s AND b.id > %s)", a, b)
	default:
		q.And("(b.due_at = 0 OR b.due_at > %s OR (b.due_at = %s AND b.id > %s))", a, a, b)
	}
	return nil
}
