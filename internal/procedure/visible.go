package procedure

import (
	"context"
	"fmt"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Visibility asks for the condition under which an actor sees a case, for a business's own queries.
type Visibility struct {
	Column    string           // that holds the case's id
	Procedure string           // only its roles count
	Role      string           // the actor's; "" for any
	Arg       func(any) string // takes a parameter of the query and returns its place
}

// sparse is up to how many cases are looked up that somebody may see. Among a million, of which one in a
// hundred is theirs, testing until a thousand are counted takes longer.
const sparse = 12_000

// Visible is that condition in SQL, by the same table as every other access (PLT-2). It does not know roles
// that are kept apart from parties; procedures that have such use List. As in lists, few cases are looked up,
// and among many each is tested: then no index but that of the case helps.
func (e *Engine) Visible(ctx context.Context, a cinnabar.Actor, v Visibility) (string, error) {
	def, err := e.Newest(v.Procedure)
	if err != nil {
		return "", err
	}
	var held, mine []string
	for i := range def.Roles {
		if r := &def.Roles[i]; (v.Role == "" || r.ID == v.Role) && qualifies(a, r) {
			held = append(held, r.ID)
		}
	}
	for _, h := range holders(a) {
		mine = append(mine, string(h))
	}
	if (a.Kind != cinnabar.Member && a.Kind != cinnabar.APIKey) || len(held) == 0 || len(mine) == 0 {
		return "1 = 0", nil
	}
	few, err := e.atMost(ctx, func(q *query) string {
		return `SELECT case_id FROM case_grant WHERE holder IN ` + q.list(mine) + ` AND role IN ` + q.list(held)
	}, sparse)
	if err != nil {
		return "", fmt.Errorf("visible cases: %w", err)
	}
	now := v.Arg(e.clock.Now().UnixMilli())
	if few {
		return v.Column + ` IN (SELECT g.case_id FROM case_grant g WHERE g.holder IN ` + v.list(mine) + ` AND g.role IN ` + v.list(held) +
			` AND (g.until = 0 OR g.until > ` + now + `))`, nil
	}
	return `EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = ` + v.Column + ` AND g.holder || '' IN ` + v.list(mine) + ` AND g.role || '' IN ` + v.list(held) +
		` AND (g.until = 0 OR g.until > ` + now + `))`, nil
}

func (v Visibility) list(values []string) string {
	marks := make([]string, len(values))
	for i, one := range values {
		marks[i] = v.Arg(one)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

// WithWords is the condition that a case's text has all words of a query, for a business's own queries; ""
// when the query has none. Few cases are looked up; where many have the words, each is tested on the way.
func (e *Engine) WithWords(ctx context.Context, column, text string, arg func(any) string) (string, error) {
	words := db.Bigrams(text)
	if words == "" {
		return "", nil
	}
	matches := func(arg func(any) string) string {
		d := e.db.Dialect()
		return `SELECT case_id FROM case_words WHERE ` + d.MatchesBigrams("case_words", "words", arg(d.BigramQuery(words)))
	}
	few, err := e.isFew(ctx, func(q *query) string { return matches(q.arg) })
	switch {
	case err != nil:
		return "", fmt.Errorf("search: %w", err)
	case few:
		return column + ` IN (` + matches(arg) + `)`, nil
	}
	return `EXISTS (SELECT 1 FROM case_search t WHERE t.case_id = ` + column + tested(words, arg) + ` LIMIT 1 OFFSET 0)`, nil
}
