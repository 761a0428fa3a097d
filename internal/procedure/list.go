package procedure

import (
	"context"
	"fmt"
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
	Entered    time.Time // its state
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
	text := q.listing(f, "b.id, b.number, b.definition, b.state, b.title, b.version, b.operator, b.assignee, b.created_at, b.updated_at, b.entered_at, b.due_at")
	type raw struct {
		Row
		digest, state                  string
		created, updated, entered, due int64
	}
	result, err := e.db.Query(ctx, text, q.Args...)
	list, err := db.Collect(result, err, func(rows db.Rows) (r raw, err error) {
		return r, rows.Scan(&r.ID, &r.Number, &r.digest, &r.state, &r.Title, &r.Version, &r.Operator, &r.Assignee, &r.created, &r.updated, &r.entered, &r.due)
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
		r.Created, r.Updated, r.Entered, r.Due = db.Time(r.created), db.Time(r.updated), db.Time(r.entered), db.Time(r.due)
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
	err = e.db.QueryRow(ctx, q.counting(CountLimit+1), q.Args...).Scan(&n)
	return n, err
}

type query struct {
	db.Query
	found found
}

// query turns a filter into conditions; the first one is what the actor may see, from the same table and by the same
// rules as Engine.roles.
func (e *Engine) query(ctx context.Context, a cinnabar.Actor, f Filter) (*query, error) {
	q := &query{}
	marks, err := e.marksOf(ctx, e.db, a)
	if err != nil {
		return nil, err
	}
	rules := e.rules(a, f.Procedure, f.Role)
	q.visible(e, a, rules, marks)
	q.turn(e, f, rules, marks)
	if f.Procedure != "" {
		q.And("b.procedure = %s", q.Arg(f.Procedure))
	}
	if len(f.States) > 0 {
		q.And("b.state IN %s", db.In(q.Arg, f.States))
	} else {
		q.aside(e, f)
	}
	if f.Assignee != nil {
		q.And("b.assignee = %s", q.Arg(string(*f.Assignee)))
	}
	if f.Final != nil {
		q.And("b.final = %d", flag(*f.Final)) // no parameter: the index of running cases is for the number
	}
	if !f.DueBefore.IsZero() {
		q.And("b.due_at > 0 AND b.due_at < %s", q.Arg(db.Millis(f.DueBefore)))
	}
	for _, x := range f.Exact {
		q.And("EXISTS (SELECT 1 FROM case_index i WHERE i.value = %s AND i.case_id = b.id)", q.Arg(e.vault.Index("case-"+x.Kind, x.Value)))
	}
	if err := e.words(ctx, q, f.Query); err != nil {
		return nil, err
	}
	return q, e.narrow(ctx, q, f, rules)
}

// aside leaves out cases in states that have to be asked for. Running cases are in none.
func (q *query) aside(e *Engine, f Filter) {
	if f.Turn != "" || (f.Final != nil && !*f.Final) {
		return
	}
	for _, d := range e.Definitions() {
		for _, s := range d.States {
			if s.Aside && (f.Procedure == "" || f.Procedure == d.ID) {
				q.And("NOT (b.state = %s AND b.procedure = %s)", q.Arg(s.ID), q.Arg(d.ID))
			}
		}
	}
}

func (q *query) visible(e *Engine, a cinnabar.Actor, rules []rule, marks []string) {
	switch {
	case a.Kind == cinnabar.Link:
		q.And("b.id = %s", q.Arg(string(a.Case)))
	case len(rules) == 0:
		q.And("1 = 0")
	default:
		q.And("%s", q.granted(e, rules, marks, ""))
	}
}

// granted is the condition that the actor has a role in the case for which the further one is true.
func (q *query) granted(e *Engine, rules []rule, marks []string, further string) string {
	either := make([]string, len(rules))
	for i, r := range rules {
		either[i] = "b.procedure = " + q.Arg(r.procedure) + " AND " + r.tested(q.Arg) + q.apart(r, marks)
	}
	// OFFSET: PostgreSQL shall look at the grants of the cases that it comes to, not join all there are.
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = b.id AND (g.until = 0 OR g.until > %s) AND (%s)%s LIMIT 1 OFFSET 0)`,
		q.Arg(db.Millis(e.clock.Now())), strings.Join(either, " OR "), further)
}

// tested is the condition that the grant g is one by the rule. The empty texts leave the index by the case alone to
// both engines: a case has few grants.
func (r rule) tested(arg func(any) string) string {
	return "g.holder || '' IN " + db.In(arg, r.holders) + " AND g.role || '' IN " + db.In(arg, r.roles)
}

// apart leaves out cases in which the actor is a party by one of the marks; running a business makes nobody one.
func (q *query) apart(r rule, marks []string) string {
	if len(r.apart) == 0 || len(marks) == 0 {
		return ""
	}
	return fmt.Sprintf(" AND NOT EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = b.id AND p.role IN %s AND p.mark IN %s AND p.mark <> 'org:' || b.operator)",
		db.In(q.Arg, r.apart), db.In(q.Arg, marks))
}
