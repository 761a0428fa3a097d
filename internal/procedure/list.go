package procedure

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Filter selects cases. The zero value selects all that the actor may see.
type Filter struct {
	Procedure string
	States    []string
	Role      string // that the actor holds
	Query     string // words of names, addresses, documents; a case number
	Exact     []Exact
	Assignee  *cinnabar.PersonID // "" selects cases that nobody has claimed
	Final     *bool
	Turn      Turn
	DueBefore time.Time
	ByDue     bool   // the most urgent first instead of the latest changed
	Limit     int    // 1 to 200; 0: 50
	After     string // the cursor of the page before
}

// Exact is a value looked up by its keyed digest (see Change.Index).
type Exact struct{ Kind, Value string }

// Row is a case in a list.
type Row struct {
	ID         cinnabar.CaseID
	Number     string
	Definition *Definition
	State      *State
	Title      string
	Version    int64
	Operator   cinnabar.OrgID
	Assignee   cinnabar.PersonID
	Created    time.Time
	Updated    time.Time
	Due        time.Time
}

// List finds cases, the latest changed or the most urgent first, and the cursor of the next page ("" when there is none).
func (e *Engine) List(ctx context.Context, a cinnabar.Actor, f Filter) (rows []Row, next string, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	q, err := e.query(ctx, a, f)
	if err != nil {
		return nil, "", err
	}
	if err := q.after(f); err != nil {
		return nil, "", err
	}
	text := q.listing(f, "b.id, b.number, b.definition, b.state, b.title, b.version, b.operator, b.assignee, b.created_at, b.updated_at, b.due_at")
	type raw struct {
		Row
		digest, state         string
		created, updated, due int64
	}
	result, err := e.db.Query(ctx, text, q.args...)
	list, err := db.Collect(result, err, func(rows db.Rows) (r raw, err error) {
		return r, rows.Scan(&r.ID, &r.Number, &r.digest, &r.state, &r.Title, &r.Version, &r.Operator, &r.Assignee, &r.created, &r.updated, &r.due)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list cases: %w", err)
	}
	if len(list) > f.Limit {
		list = list[:f.Limit]
		last := list[f.Limit-1]
		next = f.cursor(last.updated, last.due, last.ID)
	}
	for _, r := range list {
		if r.Definition, err = e.definition(ctx, e.db, r.digest); err != nil {
			return nil, "", err
		}
		r.State = r.Definition.State(r.state)
		r.Created, r.Updated, r.Due = db.Time(r.created), db.Time(r.updated), db.Time(r.due)
		rows = append(rows, r.Row)
	}
	return rows, next, nil
}

// CountLimit is how far Count counts.
const CountLimit = 1000

// Count counts the cases of a filter, without paging. More than CountLimit counts as CountLimit + 1: to know
// exactly how many of a hundred thousand there are would take longer than the list itself.
func (e *Engine) Count(ctx context.Context, a cinnabar.Actor, f Filter) (n int, err error) {
	q, err := e.query(ctx, a, f)
	if err != nil {
		return 0, err
	}
	err = e.db.QueryRow(ctx, q.counting(CountLimit+1), q.args...).Scan(&n)
	return n, err
}

type query struct {
	conditions []string
	args       []any
	found      found
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *query) list(values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = q.arg(v)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

func (q *query) and(format string, args ...any) {
	q.conditions = append(q.conditions, fmt.Sprintf(format, args...))
}

// query turns a filter into conditions; the first one is what the actor may see, from the same table
// and by the same rules as Engine.roles.
func (e *Engine) query(ctx context.Context, a cinnabar.Actor, f Filter) (*query, error) {
	q := &query{}
	marks, err := e.marksOf(ctx, e.db, a)
	if err != nil {
		return nil, err
	}
	q.visible(e, a, f, marks)
	q.turn(e, a, f, marks)
	if f.Procedure != "" {
		q.and("b.procedure = %s", q.arg(f.Procedure))
	}
	if len(f.States) > 0 {
		q.and("b.state IN %s", q.list(f.States))
	} else {
		q.aside(e, f)
	}
	if f.Assignee != nil {
		q.and("b.assignee = %s", q.arg(string(*f.Assignee)))
	}
	if f.Final != nil {
		q.and("b.final = %d", flag(*f.Final)) // no parameter: the index of running cases is for the number
	}
	if !f.DueBefore.IsZero() {
		q.and("b.due_at > 0 AND b.due_at < %s", q.arg(db.Millis(f.DueBefore)))
	}
	for _, x := range f.Exact {
		q.and("EXISTS (SELECT 1 FROM case_index i WHERE i.value = %s AND i.case_id = b.id)", q.arg(e.vault.Index("case-"+x.Kind, x.Value)))
	}
	if err := e.words(ctx, q, f.Query); err != nil {
		return nil, err
	}
	return q, e.narrow(ctx, q, a, f)
}

// aside leaves out cases in states that have to be asked for. Running cases are in none.
func (q *query) aside(e *Engine, f Filter) {
	if f.Turn != "" || (f.Final != nil && !*f.Final) {
		return
	}
	for _, d := range e.Definitions() {
		for _, s := range d.States {
			if s.Aside && (f.Procedure == "" || f.Procedure == d.ID) {
				q.and("NOT (b.state = %s AND b.procedure = %s)", q.arg(s.ID), q.arg(d.ID))
			}
		}
	}
}

func (q *query) visible(e *Engine, a cinnabar.Actor, f Filter, marks []string) {
	if a.Kind == cinnabar.Link {
		q.and("b.id = %s", q.arg(string(a.Case)))
		return
	}
	if (a.Kind != cinnabar.Member && a.Kind != cinnabar.APIKey) || len(holders(a)) == 0 || len(e.heldRoles(a, f.Role)) == 0 {
		q.and("1 = 0")
		return
	}
	q.and("%s", q.granted(e, a, f, marks, ""))
}

// granted is the condition that the actor holds a role in the case for which the further one is true.
func (q *query) granted(e *Engine, a cinnabar.Actor, f Filter, marks []string, further string) string {
	holders := names(holders(a), func(h Holder) string { return string(h) })
	// OFFSET: PostgreSQL shall look at the grants of the cases that it comes to, not join all there are. The
	// empty texts leave the index by the case alone to both engines: a case has few grants.
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = b.id AND g.holder || '' IN %s AND g.role || '' IN %s AND (g.until = 0 OR g.until > %s)%s%s LIMIT 1 OFFSET 0)`,
		q.list(holders), q.list(e.heldRoles(a, f.Role)), q.arg(db.Millis(e.clock.Now())), q.apart(e, marks), further)
}

// heldRoles are the roles that an actor can hold by membership, over all procedures.
func (e *Engine) heldRoles(a cinnabar.Actor, only string) []string {
	var out []string
	for _, d := range e.newest {
		for i := range d.Roles {
			r := &d.Roles[i]
			if (only == "" || r.ID == only) && qualifies(a, r) && !slices.Contains(out, r.ID) {
				out = append(out, r.ID)
			}
		}
	}
	return out
}

// apart leaves out operator roles in cases in which the actor is a party by one of the marks.
func (q *query) apart(e *Engine, marks []string) string {
	var guarded []string
	for _, d := range e.newest {
		for _, r := range d.Roles {
			if len(r.ApartFrom) > 0 && !slices.Contains(guarded, r.ID) {
				guarded = append(guarded, r.ID)
			}
		}
	}
	if len(guarded) == 0 || len(marks) == 0 {
		return ""
	}
	return fmt.Sprintf(" AND NOT (g.role IN %s AND EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = b.id AND p.mark IN %s AND p.mark <> 'org:' || b.operator))",
		q.list(guarded), q.list(marks))
}
