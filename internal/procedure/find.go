package procedure

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cinnabar/internal/platform/db"
)

// A list comes about in one of two ways, so that it is fast among a hundred thousand cases whatever is asked.
// Where few cases can be in it (a rare word, a customer's own) those are looked up and sorted. Otherwise cases
// are walked in the order of the list and tested one by one until the page is full, which is soon when
// many fit. Which it is, a bounded count decides. Both give the same list.

// Few is up to how many are looked up, at about 10 µs each.
const Few = 4000

// source writes a query for the column case_id.
type source func(q *query) string

// found is a source, perhaps with repetitions, of all cases that a list can have; at is the condition that
// says the same, -1 when none does.
type found struct {
	sql string
	at  int
}

// isFew tells whether a source has at most Few.
func (e *Engine) isFew(ctx context.Context, s source) (bool, error) {
	n, err := e.upTo(ctx, s, Few+1)
	return n <= Few, err
}

// upTo counts what a source has, but no further than limit.
func (e *Engine) upTo(ctx context.Context, s source, limit int) (n int, err error) {
	p := &query{}
	err = e.db.QueryRow(ctx, p.bounded(s(p), limit), p.Args...).Scan(&n)
	return n, err
}

// bounded counts rows, but no further than limit.
func (q *query) bounded(rows string, limit int) string {
	return `SELECT count(*) FROM (SELECT 1 FROM (` + rows + `) r LIMIT ` + strconv.Itoa(limit) + `) n`
}

// words selects the cases that have all words of a text, and the one with that number.
func (e *Engine) words(ctx context.Context, q *query, text string) error {
	words := db.Bigrams(text)
	if words == "" {
		return nil
	}
	d := e.db.Dialect()
	matches := func(q *query) string {
		return `SELECT case_id FROM case_words WHERE ` + d.MatchesBigrams("case_words", "words", q.Arg(d.BigramQuery(words)))
	}
	few, err := e.isFew(ctx, matches)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	number := q.Arg(strings.ToUpper(strings.TrimSpace(text)))
	if !few {
		q.And("(b.number = %s OR EXISTS (SELECT 1 FROM case_search t WHERE t.case_id = b.id%s LIMIT 1 OFFSET 0))", number, tested(words, q.Arg))
		return nil
	}
	q.found = found{matches(q) + ` UNION SELECT id FROM bcase WHERE number = ` + number, len(q.Conditions)}
	q.And("b.id IN (%s)", q.found.sql)
	return nil
}

// tested is the condition that the text t has all words. They hold letters and digits only, no wildcards.
func tested(words string, arg func(any) string) string {
	var all strings.Builder
	for word := range strings.FieldsSeq(words) {
		all.WriteString(` AND ' ' || t.body || ' ' LIKE ` + arg("% "+word+" %"))
	}
	return all.String()
}

// narrow looks for few cases by exact values and by what the actor holds, where words gave none. Without rules the
// actor sees one case, or none.
func (e *Engine) narrow(ctx context.Context, q *query, f Filter, rules []rule) error {
	if q.found.sql != "" || len(rules) == 0 {
		return nil
	}
	var sources []source
	for _, x := range f.Exact {
		sources = append(sources, func(q *query) string {
			return `SELECT case_id FROM case_index WHERE value = ` + q.Arg(e.vault.Index("case-"+x.Kind, x.Value))
		})
	}
	sources = append(sources, func(q *query) string {
		var held []string
		for _, r := range byHolders(rules) {
			held = append(held, `SELECT case_id FROM case_grant WHERE holder IN `+db.In(q.Arg, r.holders)+` AND role IN `+db.In(q.Arg, r.roles))
		}
		return strings.Join(held, ` UNION ALL `)
	})
	for _, s := range sources {
		few, err := e.isFew(ctx, s)
		if err != nil {
			return fmt.Errorf("narrow a list: %w", err)
		}
		if few {
			q.found = found{s(q), -1}
			return nil
		}
	}
	return nil
}

// from is the part of a query behind its columns, and what stands before it.
func (q *query) from() (with, from string) {
	if q.found.sql == "" {
		return "", ` FROM bcase b WHERE ` + q.Where()
	}
	conditions := slices.Clone(q.Conditions)
	if q.found.at >= 0 {
		conditions[q.found.at] = "1 = 1"
	}
	// SQLite keeps the order of a CROSS JOIN; the LIMIT has PostgreSQL bring the cases before it tests them,
	// also where it knows nothing yet about the tables.
	return `WITH f AS MATERIALIZED (SELECT DISTINCT case_id FROM (` + q.found.sql + `) s) `,
		` FROM (SELECT b.* FROM f CROSS JOIN bcase b WHERE b.id = f.case_id LIMIT 1000000000 OFFSET 0) b WHERE ` + strings.Join(conditions, " AND ")
}

func (q *query) counting(limit int) string {
	with, from := q.from()
	return with + q.bounded(`SELECT b.id`+from, limit)
}

// listing is the query of a page and the first of the next one.
func (q *query) listing(f Filter, columns string) string {
	rest := f.order() + ` LIMIT ` + q.Arg(f.Limit+1)
	if q.found.sql == "" && len(f.States) > 1 && !f.ByDue {
		q.found = found{q.byState(f, rest), -1}
	}
	with, from := q.from()
	return with + `SELECT ` + columns + from + rest
}

// byState walks each state by itself: the index of states has no order across them.
func (q *query) byState(f Filter, rest string) string {
	var pages []string
	for i, s := range f.States {
		conditions := append([]string{"b.state = " + q.Arg(s)}, q.Conditions...)
		pages = append(pages, fmt.Sprintf(`SELECT case_id FROM (SELECT b.id AS case_id FROM bcase b WHERE %s%s) s%d`, strings.Join(conditions, " AND "), rest, i))
	}
	return strings.Join(pages, ` UNION ALL `)
}
