package bench

import (
	"context"
	"errors"
	"fmt"
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
		found, err := w.App.EDocuments.Find(ctx, who, q.ask((10*i+3)*7919*share%manyFiled))
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
func partyOf(i int) string     { return fmt.Sprintf("示例市第%d仪表有限公司", i/share%5000) }

func dayOf(i int) string {
	return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i/share%700).Format(time.DateOnly)
}

// filled writes finished documents straight into the tables: how they came about does not matter to a search.
// $1 and $2 are the first and the last, $3 the time of the first, $4 the definition, $5 the organisation, $6 the
// department that makes them, $7 the one that sees one in twenty, $8 the auditors' organisation.
func filled() []string {
	const (
		rows    = `WITH RECURSIVE n (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) `
		id      = `printf('case_filed%07d', i)`
		number  = `printf('DZ-2025-%07d', i)`
		party   = `printf('示例市第%d仪表有限公司', i / 20 % 5000)`
		at      = `$3 + 1000 * i`
		state   = `CASE WHEN i % 1000 < 20 THEN 'returned' WHEN i % 200 < 20 THEN 'routing' ELSE 'completed' END`
		role    = `CASE WHEN i % 1000 >= 20 AND i % 200 < 20 THEN 'signer' ELSE 'handled' END`
		partial = `CASE WHEN i % 1000 < 2 THEN ' 特种 种压 压力' ELSE '' END`
	)
	return []string{
		rows + `INSERT INTO bcase (id, number, procedure, definition, operator, state, version, final, title, created_at, updated_at)
			SELECT ` + id + `, ` + number + `, 'e-document', $4, $5, ` + state + `, 1, 1, ` + party + `, ` + at + `, ` + at + ` FROM n`,
		rows + `INSERT INTO case_grant (case_id, role, holder) SELECT ` + id + `, ` + role + `, CASE WHEN i % 20 = 0 THEN $7 ELSE 'dept:dept_elsewhere' END FROM n`,
		rows + `INSERT INTO case_grant (case_id, role, holder) SELECT ` + id + `, 'creator', $6 FROM n`,
		rows + `INSERT INTO case_grant (case_id, role, holder) SELECT ` + id + `, 'auditor', $8 FROM n`,
		rows + `INSERT INTO edoc (case_id, org, type, department, client, title, business_key, party, amount, day, number, state, doc_id, item, path, digest, size, version,
			created_at, updated_at) SELECT ` + id + `, $5, 'PO', 'dept', 'C1', ` + party + `, 'key-' || i, ` + party + `, i, date('2024-01-01', '+' || (i / 20 % 700) || ' days'), ` +
			number + `, ` + state + `, 'doc', 'item', 'path', 'digest', 1, 1, ` + at + `, ` + at + ` FROM n`,
		rows + `INSERT INTO case_search (case_id, body) SELECT ` + id + `, printf('dz 2025 %07d 采购 购订 订单 膜式 式燃 燃气 气表 示例 例市 市第 %d 仪表 表有 有限 限公 公司', i, i / 20 % 5000) || ` +
			partial + ` FROM n`,
	}
}

func (w *office) fill(ctx context.Context, o Options, n int) error {
	var definition string
	if err := w.App.DB.QueryRow(ctx, `SELECT definition FROM bcase WHERE procedure = $1 LIMIT 1`, edocument.ID).Scan(&definition); err != nil {
		return err
	}
	const together = 50_000
	for first := 0; first < n; first += together {
		err := w.App.DB.InTx(ctx, func(tx db.Tx) error {
			for _, statement := range filled() {
				_, err := tx.Exec(ctx, statement, first, first+together-1, db.Millis(o.Clock.Now())-int64(n)*1000, definition, string(w.Org),
					string(procedure.DepartmentHolder(w.Buying)), string(procedure.DepartmentHolder(w.Finance)), string(procedure.OrgHolder(w.Org)))
				if err != nil {
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
