package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// archived is the size of archive that GAS-13 speaks of.
const archived = 100_000

// archive fills both engines and searches as an officer of the operator does, who sees everything.
func archive(ctx context.Context, o Options, r *Report) error {
	folder, err := os.MkdirTemp(o.Temp, "archive-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := measureSearch(ctx, o, r, folder, filepath.Join(folder, "cinnabar.db"), "SQLite"); err != nil {
		return err
	}
	server, err := openServer(ctx, o)
	if err != nil {
		r.absent("PostgreSQL", err)
		return nil
	}
	defer server.stop()
	return measureSearch(ctx, o, r, filepath.Join(folder, "pg"), server.url, "PostgreSQL")
}

func measureSearch(ctx context.Context, o Options, r *Report, folder, dsn, name string) error {
	inner, stop := context.WithCancel(ctx)
	w, err := newWorkshop(inner, o, folder, dsn)
	if err != nil {
		stop()
		return err
	}
	defer func() { stop(); w.close() }()
	if err := w.fill(ctx, o); err != nil {
		return fmt.Errorf("fill the archive: %w", err)
	}
	for _, s := range searches() {
		times, used, err := w.search(ctx, o, s)
		if err != nil {
			return err
		}
		median := milliseconds(percentile(times, 50))
		note := fmt.Sprintf("median %s ms, %s ms CPU of ours each", number(median), number(milliseconds(used)/float64(len(times))))
		r.add(Figure{What: name + ", " + s.what + ", 95th percentile", Value: milliseconds(percentile(times, 95)), Unit: "ms", Limit: 100, Note: note})
	}
	return nil
}

// search is a kind of question that an officer asks, or a customer.
type search struct {
	what     string
	ask      func(i int) procedure.Filter
	customer bool
	count    bool // as the page of a list does besides
}

func words(text string) func(int) procedure.Filter {
	return func(int) procedure.Filter { return procedure.Filter{Query: text} }
}

func searches() []search {
	none := func(int) procedure.Filter { return procedure.Filter{} }
	return []search{
		{what: "by one customer's name", ask: func(i int) procedure.Filter { return procedure.Filter{Query: customer(i)} }},
		{what: "by street and number", ask: func(i int) procedure.Filter { return procedure.Filter{Query: street(i)} }},
		{what: "by case number", ask: func(i int) procedure.Filter { return procedure.Filter{Query: caseNumber(i)} }},
		{what: "by a word of every contract", ask: words("供用气合同")},
		{what: "by a word of one contract in forty", ask: words("特种压力")},
		{what: "by a word of the 3,000 oldest", ask: words("旧式计量")},
		{what: "by words of every contract, with the count", ask: words("供用气合同 违约责任"), count: true},
		{what: "newest of all, with the count", ask: none, count: true},
		{what: "newest of a state", ask: func(int) procedure.Filter { return procedure.Filter{States: []string{"over"}} }},
		{what: "newest of three states", ask: func(int) procedure.Filter { return procedure.Filter{States: []string{"left", "over", "right"}} }},
		{what: "a customer's own", ask: none, customer: true, count: true},
		{what: "a customer's own by a word of every contract", ask: words("供用气合同"), customer: true},
	}
}

func (w *workshop) search(ctx context.Context, o Options, s search) (times []time.Duration, used time.Duration, err error) {
	who := cinnabar.Actor{Kind: cinnabar.Member, Person: "person_officer", Org: "org_bench"}
	before := cpu(syscall.RUSAGE_SELF)
	for i := range 60 {
		n := i * 7919 % archived
		if s.customer {
			who.Org = holderOf(n)
		}
		began := o.Clock.Now()
		rows, _, err := w.engine.List(ctx, who, s.ask(n))
		if err == nil && s.count {
			_, err = w.engine.Count(ctx, who, s.ask(n))
		}
		if err != nil {
			return nil, 0, err
		}
		if len(rows) == 0 {
			return nil, 0, fmt.Errorf("%s: search %d found nothing", s.what, i)
		}
		times = append(times, o.Clock.Now().Sub(began))
	}
	return times, cpu(syscall.RUSAGE_SELF) - before, nil
}

// holderOf is the customer of a contract; each has five.
func holderOf(i int) cinnabar.OrgID {
	return cinnabar.OrgID(fmt.Sprintf("org_customer%d", i%(archived/5)))
}

func customer(i int) string   { return fmt.Sprintf("示例市第%d餐饮管理有限公司", i) }
func street(i int) string     { return fmt.Sprintf("建设路%d号", i) }
func caseNumber(i int) string { return fmt.Sprintf("PING-20250101-%06d", i) }

// fill writes finished cases straight into the tables: how they came about does not matter to a search.
func (w *workshop) fill(ctx context.Context, o Options) error {
	digest, _, err := ping().Digest()
	if err != nil {
		return err
	}
	now := db.Millis(o.Clock.Now())
	for first := 0; first < archived; first += 1000 {
		err := w.db.InTx(ctx, func(tx db.Tx) error {
			for i := first; i < first+1000; i++ {
				if err := insertCase(ctx, tx, i, digest.String(), now-int64(archived-i)); err != nil {
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

func insertCase(ctx context.Context, tx db.Tx, i int, digest string, at int64) error {
	id := fmt.Sprintf("case_archived%d", i)
	_, err := tx.Exec(ctx, `INSERT INTO bcase (id, number, procedure, definition, operator, state, version, final, title, created_at, updated_at)
		VALUES ($1, $2, 'ping', $3, 'org_bench', 'over', 1, 1, $4, $5, $5)`, id, caseNumber(i), digest, customer(i), at)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO case_grant (case_id, role, holder) VALUES ($1, 'user', 'org:org_bench'), ($1, 'user', $2)`, id, "org:"+string(holderOf(i)))
	if err != nil {
		return err
	}
	text := caseNumber(i) + " " + customer(i) + " " + street(i) + " 供用气合同 中餐燃气炒菜灶 燃气蒸箱 非居民用气 违约责任 争议解决"
	if i%40 == 0 {
		text += " 特种压力"
	}
	if i < 3000 {
		text += " 旧式计量"
	}
	_, err = tx.Exec(ctx, `INSERT INTO case_search (body, case_id) VALUES ($1, $2)`, db.Bigrams(text), id)
	return err
}

// settle has PostgreSQL gather its statistics, as it does by itself after a while. SQLite gets none, as it
// has none where it runs.
func (w *workshop) settle(ctx context.Context) error {
	if w.db.Dialect() != db.Postgres {
		return nil
	}
	return w.db.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `ANALYZE`)
		return err
	})
}
