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

// manyDocuments searches among a million documents on both engines, as a signer does whose department sees
// one in twenty.
func manyDocuments(ctx context.Context, o Options, r *Report) error {
	if err := measureQueries(ctx, o, r, "", "SQLite"); err != nil {
		return err
	}
	server, err := openServer(ctx, o)
	if err != nil {
		r.absent("documents on PostgreSQL", err)
		return nil
	}
	defer server.stop()
	return measureQueries(ctx, o, r, server.url, "PostgreSQL")
}

func measureQueries(ctx context.Context, o Options, r *Report, database, name string) (err error) {
	w, err := openOfficeOn(ctx, o, database)
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
		f.What = name + ", " + f.What
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
		{what: "of a month, an auditor", ask: fixed(edocument.Query{From: "2025-03-01", To: "2025-03-31"}), auditor: true},
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
		What: "a signer among 1,000,000 documents, " + q.what + ", 95th percentile", Value: milliseconds(percentile(times, 95)), Unit: "ms", Limit: 100,
		Note: fmt.Sprintf("with the count; median %s ms, %s ms CPU of ours each", number(milliseconds(percentile(times, 50))), number(used)),
	}, nil
}

func filedNumber(i int) string { return fmt.Sprintf("DZ-2025-%07d", i) }
func partyOf(i int) string     { return fmt.Sprintf("示例市第%d仪表有限公司", i/share%5000) }

// dayOf is in one of 25 months of 28 days.
func dayOf(i int) string {
	n := i / share % 700
	return fmt.Sprintf("%d-%02d-%02d", 2024+n/336, 1+n/28%12, 1+n%28)
}

// filled writes finished documents straight into the tables: how they came about does not matter to a search.
// Both engines read it. $1 and $2 are the first and the last, $3 the time of the first of all, $4 the definition,
// $5 the organisation, $6 the department that makes them, $7 the one that sees one in twenty, $8 the auditors'
// organisation. As in life the order of identifiers has nothing to do with that of time.
func filled() []string {
	const (
		rows = `WITH RECURSIVE p (start, definition, org, maker, seer, auditor) AS
				(SELECT CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT)),
			n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) `
		from    = ` FROM n, p`
		id      = `'case_filed' || substr(CAST(100000000 + i * 7654321 % 100000000 AS TEXT), 2)`
		serial  = `substr(CAST(10000000 + i AS TEXT), 2)`
		number  = `'DZ-2025-' || ` + serial
		party   = `'示例市第' || (i / 20 % 5000) || '仪表有限公司'`
		day     = `(2024 + i / 20 % 700 / 336) || '-' || substr(CAST(101 + i / 20 % 700 / 28 % 12 AS TEXT), 2) || '-' || substr(CAST(101 + i / 20 % 28 AS TEXT), 2)`
		at      = `start + 1000 * i`
		state   = `CASE WHEN i % 1000 < 20 THEN 'returned' WHEN i % 200 < 20 THEN 'routing' ELSE 'completed' END`
		role    = `CASE WHEN i % 1000 >= 20 AND i % 200 < 20 THEN 'signer' ELSE 'handled' END`
		words   = `'dz 2025 ' || ` + serial + ` || ' 采购 购订 订单 膜式 式燃 燃气 气表 示例 例市 市第 ' || (i / 20 % 5000) || ' 仪表 表有 有限 限公 公司'`
		partial = `CASE WHEN i % 1000 < 2 THEN ' 特种 种压 压力' ELSE '' END`
	)
	return []string{
		rows + `INSERT INTO bcase (id, number, procedure, definition, operator, state, version, final, title, created_at, updated_at)
			SELECT ` + id + `, ` + number + `, 'e-document', definition, org, ` + state + `, 1, 1, ` + party + `, ` + at + `, ` + at + from,
		rows + `INSERT INTO case_grant (case_id, role, holder) SELECT ` + id + `, ` + role + `, CASE WHEN i % 20 = 0 THEN seer ELSE 'dept:dept_elsewhere' END` + from,
		rows + `INSERT INTO case_grant (case_id, role, holder) SELECT ` + id + `, 'creator', maker` + from,
		rows + `INSERT INTO case_grant (case_id, role, holder) SELECT ` + id + `, 'auditor', auditor` + from,
		rows + `INSERT INTO edoc (case_id, org, type, department, client, title, business_key, match_key, party, amount, day, number, state, doc_id, item, path, digest, size, version,
			created_at, updated_at) SELECT ` + id + `, org, 'PO', 'dept', 'C1', ` + party + `, 'key-' || i, 'key-' || i, ` + party + `, i, ` + day + `, ` +
			number + `, ` + state + `, 'doc', 'item', 'path', 'digest', 1, 1, ` + at + `, ` + at + from,
		rows + `INSERT INTO case_search (case_id, body) SELECT ` + id + `, ` + words + ` || ` + partial + from,
	}
}

func (w *office) fill(ctx context.Context, o Options, n int) error {
	var definition string
	if err := w.App.DB.QueryRow(ctx, `SELECT definition FROM bcase WHERE procedure = $1 LIMIT 1`, edocument.ID).Scan(&definition); err != nil {
		return err
	}
	const together = 25_000
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
	return w.settle(ctx)
}

// settle has PostgreSQL gather its statistics and learn which rows are everybody's, as it does by itself after a
// while.
func (w *office) settle(ctx context.Context) error {
	if w.App.DB.Dialect() != db.Postgres {
		return nil
	}
	for _, table := range []string{"bcase", "case_grant", "case_search", "edoc"} {
		rows, err := w.App.DB.Query(ctx, `VACUUM (ANALYZE) `+table)
		if err != nil {
			return err
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}
