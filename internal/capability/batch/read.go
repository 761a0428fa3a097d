package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// rateOver is the time over which the rate is measured.
const rateOver = 30 * time.Second

// Get reads a batch; errs.NotFound, code "batch-not-found".
func (s *Service) Get(ctx context.Context, id ID) (Batch, error) {
	b, err := scanBatch(s.DB.QueryRow(ctx, `SELECT `+columns+` FROM batch WHERE id = $1 AND `+stateStarted, string(id)))
	if errors.Is(err, db.ErrNoRows) {
		return Batch{}, errNotFound()
	}
	if err != nil {
		return Batch{}, err
	}
	return s.complete(ctx, b)
}

// complete adds what does not stand in the batch's own row.
func (s *Service) complete(ctx context.Context, b stored) (Batch, error) {
	if err := s.openHead(ctx, s.DB, &b); err != nil {
		return Batch{}, err
	}
	if b.State == Done {
		return b.Batch, nil
	}
	now := s.Clock.Now()
	from := now.Add(-rateOver)
	if b.since.After(from) {
		from = b.since
	}
	recent := 0
	err := s.DB.QueryRow(ctx, `SELECT coalesce(sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN at >= $2 THEN 1 ELSE 0 END), 0) FROM batch_row WHERE batch = $1`, string(b.ID), db.Millis(from)).
		Scan(&b.Done, &b.Failed, &recent)
	if err != nil {
		return Batch{}, err
	}
	if took := now.Sub(from).Seconds(); b.State == Running && took > 0 && recent > 0 {
		b.Rate = float64(recent) / took
		b.Left = time.Duration(float64(b.Total-b.Done-b.Failed) / b.Rate * float64(time.Second))
	}
	return b.Batch, nil
}

// Nobody is the Role of batches that only their maker sees: no member has it.
const Nobody = "-"

// InDepartment is the Role of batches that are seen by those of a department who have a role.
func InDepartment(role string, d cinnabar.DepartmentID) string { return role + "@" + string(d) }

// rolesOf are the Roles of batches that somebody sees.
func rolesOf(a cinnabar.Actor) []string {
	out := append([]string{""}, a.Roles...)
	for _, r := range a.Roles {
		for _, d := range a.Departments {
			out = append(out, InDepartment(r, d))
		}
	}
	return out
}

// VisibleTo tells whether somebody may see and steer the batch: who made it, and those who hold its role in
// its organisation while they act for it.
func (b Batch) VisibleTo(a cinnabar.Actor) bool {
	if (a.Kind != cinnabar.Member && a.Kind != cinnabar.APIKey) || a.Org != b.Org || (a.Org == "" && a.Person == "") {
		return false
	}
	if b.Org == "" {
		return a.Person == b.Person
	}
	return slices.Contains(rolesOf(a), b.Role) || (a.Person != "" && a.Person == b.Person)
}

// Filter selects batches.
type Filter struct {
	Kind   string
	States []State
	Limit  int    // 1 to 200; 0: 50
	After  string // the cursor of the page before
}

// List returns the batches that somebody may see (VisibleTo), the newest first, and the cursor of the next
// page ("" when there is none).
func (s *Service) List(ctx context.Context, a cinnabar.Actor, f Filter) (out []Batch, next string, err error) {
	if a.Kind != cinnabar.Member && a.Kind != cinnabar.APIKey {
		return nil, "", nil
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	query, args, err := f.query(a)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.DB.Query(ctx, query, args...)
	found, err := db.Collect(rows, err, func(r db.Rows) (stored, error) { return scanBatch(r) })
	if err != nil {
		return nil, "", err
	}
	if len(found) > f.Limit {
		found = found[:f.Limit]
		last := found[f.Limit-1]
		next = db.Cursor{At: db.Millis(last.Created), ID: string(last.ID)}.String()
	}
	for _, one := range found {
		b, err := s.complete(ctx, one)
		if err != nil {
			return nil, "", err
		}
		out = append(out, b)
	}
	return out, next, nil
}

func (f Filter) query(a cinnabar.Actor) (string, []any, error) {
	q := &db.Query{}
	q.And("%s AND org = %s", stateStarted, q.Arg(string(a.Org)))
	own := fmt.Sprintf("person = %s AND person <> ''", q.Arg(string(a.Person)))
	if a.Org == "" {
		q.And("%s", own)
	} else {
		q.And("(role IN %s OR (%s))", db.In(q.Arg, rolesOf(a)), own)
	}
	if f.Kind != "" {
		q.And("kind = %s", q.Arg(f.Kind))
	}
	if len(f.States) > 0 {
		q.And("state IN %s", db.In(q.Arg, f.States))
	}
	if f.After != "" {
		c, err := db.ParseCursor(f.After)
		if err != nil {
			return "", nil, err
		}
		at := q.Arg(c.At)
		q.And("created_at <= %s AND (created_at < %s OR id < %s)", at, at, q.Arg(c.ID))
	}
	text := `SELECT ` + columns + ` FROM batch WHERE ` + q.Where() + ` ORDER BY created_at DESC, id DESC LIMIT ` + q.Arg(f.Limit+1)
	return text, q.Args, nil
}
