package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// manyFiled is how many documents issue and spec speak of for queries.
const manyFiled = 1_000_000

// share: one document in so many is the finance department's to see.
const share = 20

// manyDocuments searches among a million documents as a signer does, whose department sees one in twenty.
func manyDocuments(ctx context.Context, o Options, r *Report) (err error) {
	w, err := openOffice(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.stop()) }()
	if _, _, err := w.make(ctx, o, "first", 1); err != nil { // for the digest of the definition
		return err
	}
	if err := w.fill(ctx, o, manyFiled); err != nil {
		return fmt.Errorf("fill the register: %w", err)
	}
	for _, q := range questions() {
		f, err := w.ask(ctx, o, q)
		if err != nil {
			return fmt.Errorf("%s: %w", q.what, err)
		}
		r.add(f)
	}
	return nil
}

// question is what a signer looks for.
type question struct {
	what    string
	ask     func(i int) edocument.Query
	auditor bool
}

func fixed(q edocument.Query) func(int) edocument.Query {
	return func(int) edocument.Query { return q }
}

func questions() []question {
	return []question{
		{what: "newest", ask: fixed(edocument.Query{})},
		{what: "whose turn it is", ask: fixed(edocument.Query{Role: edocument.Signer})},
		{what: "of a state", ask: fixed(edocument.Query{States: []string{edocument.Completed}})},
		{what: "of a rare state", ask: fixed(edocument.Query{States: []string{edocument.Returned}})},
		{what: "by number", ask: func(i int) edocument.Query { return edocument.Query{Number: filedNumber(i)} }},
		{what: "by the beginning of a number", ask: func(i int) edocument.Query { return edocument.Query{Number: filedNumber(i)[:11]} }},
		{what: "by a word of every document", ask: fixed(edocument.Query{Text: "采购订单"})},
		{what: "by a word of one in a thousand", ask: fixed(edocument.Query{Text: "特种压力"})},
		{what: "by party", ask: func(i int) edocument.Query { return edocument.Query{Party: partyOf(i)} }},
		{what: "by party and state", ask: func(i int) edocument.Query {
			return edocument.Query{Party: partyOf(i), States: []string{edocument.Completed}}
		}},
		{what: "of a day", ask: func(i int) edocument.Query { return edocument.Query{From: dayOf(i), To: dayOf(i)} }},
		{what: "of a month", ask: fixed(edocument.Query{From: "2025-03-01", To: "2025-03-31"})},
		{what: "newest of all, an auditor", ask: fixed(edocument.Query{}), auditor: true},
	}
}

func (w *office) ask(ctx context.Context, o Options, q question) (Figure, error) {
	who := w.Actor(w.Signer)
	if q.auditor {
		who.Roles = []string{"doc-auditor"}
	}
	var times []time.Duration
	before := cpu(syscall.RUSAGE_SELF)
	for i := range 60 {
		began := o.Clock.Now()
		found, err := w.App.EDocuments.Find(ctx, who, q.ask(i*7919*share%manyFiled))
		if err != nil {
			return Figure{}, err
		}
		times = append(times, o.Clock.Now().Sub(began))
		if len(found.Items) == 0 {
			return Figure{}, fmt.Errorf("search %d found nothing", i)
		}
		if times[0] > 5*time.Second {
			break // it is lost anyhow
		}
	}
	used := milliseconds(cpu(syscall.RUSAGE_SELF)-before) / float64(len(times))
	return Figure{
		What: "SQLite, a signer among 1,000,000 documents, " + q.what + ", 95th percentile", Value: milliseconds(percentile(times, 95)), Unit: "ms", Limit: 100,
		Note: fmt.Sprintf("with the count; median %s ms, %s ms CPU each", number(milliseconds(percentile(times, 50))), number(used)),
	}, nil
}

func filedNumber(i int) string { return fmt.Sprintf("DZ-2025-%07d", i) }
func partyOf(i int) string { return fmt.Sprintf("示例市第%d仪表有限公司", i/share%5000) }

func dayOf(i int) string {
	return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i/share%700).Format(time.DateOnly)
}

// fill writes finished documents straight into the tables: how they came about does not matter to a search.
func (w *office) fill(ctx context.Context, o Options, n int) error {
	var definition string
	if err := w.App.DB.QueryRow(ctx, `SELECT definition FROM bcase WHERE procedure = $1 LIMIT 1`, edocument.ID).Scan(&definition); err != nil {
		return err
	}
	now := db.Millis(o.Clock.Now())
	const together = 100
	for first := 0; first < n; first += 10_000 {
		err := w.App.DB.InTx(ctx, func(tx db.Tx) error {
			for i := first; i < first+10_000; i += together {
				if err := w.file(ctx, tx, i, together, definition, now-int64(n-i)*1000); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rowsOf inserts many rows with one statement.
type rowsOf struct {
	text strings.Builder
	args []any
}

func (r *rowsOf) add(values ...any) {
	mark := ", ("
	if r.text.Len() == 0 {
		mark = "("
	}
	for i, v := range values {
		r.args = append(r.args, v)
		fmt.Fprintf(&r.text, "%s$%d", mark, len(r.args))
		mark = ", "
		if i == len(values)-1 {
			r.text.WriteString(")")
		}
	}
}

func (w *office) file(ctx context.Context, tx db.Tx, first, n int, definition string, at int64) error {
	var cases, grants, docs, words rowsOf
	elsewhere := procedure.DepartmentHolder("dept_elsewhere")
	finance, buying := procedure.DepartmentHolder(w.Finance), procedure.DepartmentHolder(w.Buying)
	for i := first; i < first+n; i++ {
		id, number, at := fmt.Sprintf("case_filed%07d", i), filedNumber(i), at+int64(i-first)*1000
		state, role, final := edocument.Completed, edocument.Handled, 1
		switch {
		case i%(50*share) < share:
			state, role, final = edocument.Returned, edocument.Handled, 0
		case i%(10*share) < share:
			state, role, final = edocument.Routing, edocument.Signer, 0
		}
		sees := elsewhere
		if i%share == 0 {
			sees = finance
		}
		cases.add(id, number, edocument.ID, definition, string(w.Org), state, 1, final, partyOf(i), at, at)
		grants.add(id, role, string(sees))
		grants.add(id, edocument.Creator, string(buying))
		grants.add(id, edocument.Auditor, string(procedure.OrgHolder(w.Org)))
		docs.add(id, string(w.Org), "PO", string(w.Buying), "C1", partyOf(i), fmt.Sprintf("key-%d", i), partyOf(i), i, dayOf(i), number, state, "doc_x", "item_x", "x", "x", 1, 1, at, at)
		text := number + " 采购订单 膜式燃气表 " + partyOf(i)
		if i%(50*share) == 0 || i%(50*share) == 1 {
			text += " 特种压力"
		}
		words.add(id, db.Bigrams(text))
	}
	for _, s := range []struct {
		into string
		rows *rowsOf
	}{
		{"bcase (id, number, procedure, definition, operator, state, version, final, title, created_at, updated_at)", &cases},
		{"case_grant (case_id, role, holder)", &grants},
		{"edoc (case_id, org, type, department, client, title, business_key, party, amount, day, number, state, doc_id, item, path, digest, size, version, created_at, updated_at)", &docs},
		{"case_search (case_id, body)", &words},
	} {
		if _, err := tx.Exec(ctx, "INSERT INTO "+s.into+" VALUES "+s.rows.text.String(), s.rows.args...); err != nil {
			return err
		}
	}
	return nil
}
