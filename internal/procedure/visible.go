package procedure

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Visibility asks for the condition under which an actor sees a case, for a business's own queries.
type Visibility struct {
	Column    string           // that holds the case's id
	Procedure string           // only its roles count
	Role      string           // the actor's; "" for any
	Few       bool             // the query's other conditions leave few rows
	Arg       func(any) string // takes a parameter of the query and returns its place
}

// sparse is up to how many cases somebody sees are looked up one by one; gathered is up to how many are
// read in one go from the index of grants, at less than a microsecond each, so that rows are compared with
// them in memory. Who sees more sees so many that testing row by row soon has a page and its count.
const (
	sparse   = 12_000
	gathered = 60_000
)

// Visible is that condition in SQL, by the same table as every other access (PLT-2). It does not know roles
// that are kept apart from parties; procedures that have such use List. A bounded count decides how it is
// written; it says the same in each way. each tells that every row is looked at for itself, which is best done
// in the order of a list until that is full.
func (e *Engine) Visible(ctx context.Context, a cinnabar.Actor, v Visibility) (condition string, each bool, err error) {
	rules := byHolders(e.rules(a, v.Procedure, v.Role))
	if len(rules) == 0 {
		return "1 = 0", false, nil
	}
	n := gathered + 1
	if !v.Few {
		n, err = e.upTo(ctx, func(q *query) string { return grants(e.db.Dialect(), q.Arg, rules, "") }, gathered+1)
	}
	if err != nil {
		return "", false, fmt.Errorf("visible cases: %w", err)
	}
	return v.written(e.db.Dialect(), n, rules, e.clock.Now().UnixMilli()), n > gathered, nil
}

// written is the condition for somebody who sees n cases.
func (v Visibility) written(d db.Dialect, n int, rules []rule, now int64) string {
	unexpired := ` AND (g.until = 0 OR g.until > ` + v.Arg(now) + `)`
	if n > gathered { // by the case, of which few grants are read, and by no other index
		either := make([]string, len(rules))
		for i, r := range rules {
			either[i] = r.tested(v.Arg)
		}
		return `EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = ` + v.Column + ` AND (` + strings.Join(either, " OR ") + `)` + unexpired + ` LIMIT 1 OFFSET 0)`
	}
	granted := grants(d, v.Arg, rules, unexpired)
	if n <= sparse {
		return d.LookedUp(v.Column, granted)
	}
	// CASE: these cases are no way to find rows, only what rows are compared with. "> 0", not "= 1": PostgreSQL
	// then expects many rows and walks without workers. The LIMIT, beyond what there are, tells it that they
	// fit into memory.
	return `CASE WHEN ` + v.Column + ` IN (` + granted + ` LIMIT ` + strconv.Itoa(2*gathered) + `) THEN 1 ELSE 0 END > 0`
}

// grants are the cases that holders have. PostgreSQL, which may plan without knowing the values, would read the
// whole table for them; a role at a time and in the order of the index it does not.
func grants(d db.Dialect, arg func(any) string, rules []rule, further string) string {
	var each []string
	for _, r := range rules {
		if d == db.SQLite {
			each = append(each, `SELECT g.case_id FROM case_grant g WHERE g.holder IN `+db.In(arg, r.holders)+` AND g.role IN `+db.In(arg, r.roles)+further)
			continue
		}
		for _, holder := range r.holders {
			for _, role := range r.roles {
				each = append(each, fmt.Sprintf(`SELECT case_id FROM (SELECT g.case_id FROM case_grant g WHERE g.holder = %s AND g.role = %s%s ORDER BY g.case_id LIMIT %d) g%d`,
					arg(string(holder)), arg(role), further, 2*gathered, len(each)))
			}
		}
	}
	return strings.Join(each, ` UNION ALL `)
}

// WithWords is the condition that a case's text has all words of a query, for a business's own queries; ""
// when the query has none. Few cases are looked up; where many have the words, each is tested on the way.
func (e *Engine) WithWords(ctx context.Context, column, text string, arg func(any) string) (condition string, few bool, err error) {
	words := db.Bigrams(text)
	if words == "" {
		return "", false, nil
	}
	matches := func(arg func(any) string) string {
		d := e.db.Dialect()
		return `SELECT case_id FROM case_words WHERE ` + d.MatchesBigrams("case_words", "words", arg(d.BigramQuery(words)))
	}
	few, err = e.isFew(ctx, func(q *query) string { return matches(q.Arg) })
	switch {
	case err != nil:
		return "", false, fmt.Errorf("search: %w", err)
	case few:
		return e.db.Dialect().LookedUp(column, matches(arg)), true, nil
	}
	return `EXISTS (SELECT 1 FROM case_search t WHERE t.case_id = ` + column + tested(words, arg) + ` LIMIT 1 OFFSET 0)`, false, nil
}
