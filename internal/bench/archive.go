package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
	for _, s := range []struct {
		what string
		ask  func(i int) procedure.Filter
	}{
		{"by one customer's name", func(i int) procedure.Filter { return procedure.Filter{Query: customer(i)} }},
		{"by street and number", func(i int) procedure.Filter { return procedure.Filter{Query: street(i)} }},
		{"by case number", func(i int) procedure.Filter { return procedure.Filter{Query: caseNumber(i)} }},
		{"by a word of every contract", func(int) procedure.Filter { return procedure.Filter{Query: "供用气合同"} }},
		{"newest of a state", func(int) procedure.Filter { return procedure.Filter{States: []string{"over"}} }},
	} {
		times, err := w.search(ctx, o, s.ask)
		if err != nil {
			return err
		}
		r.add(Figure{What: name + ", " + s.what + ", 95th percentile", Value: milliseconds(percentile(times, 95)), Unit: "ms", Limit: 100})
	}
	return nil
}

func (w *workshop) search(ctx context.Context, o Options, ask func(i int) procedure.Filter) ([]time.Duration, error) {
	officer := cinnabar.Actor{Kind: cinnabar.Member, Person: "person_officer", Org: "org_bench"}
	var times []time.Duration
	for i := range 60 {
		began := o.Clock.Now()
		rows, _, err := w.engine.List(ctx, officer, ask(i*7919%archived))
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, fmt.Errorf("search %d found nothing", i)
		}
		times = append(times, o.Clock.Now().Sub(began))
	}
	return times, nil
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
	if _, err := tx.Exec(ctx, `INSERT INTO case_grant (case_id, role, holder) VALUES ($1, 'user', 'org:org_bench')`, id); err != nil {
		return err
	}
	text := caseNumber(i) + " " + customer(i) + " " + street(i) + " 供用气合同 中餐燃气炒菜灶 燃气蒸箱 非居民用气 违约责任 争议解决"
	_, err = tx.Exec(ctx, `INSERT INTO case_search (body, case_id) VALUES ($1, $2)`, db.Bigrams(text), id)
	return err
}

// settle has the engine gather its statistics, as it does by itself after a while.
func (w *workshop) settle(ctx context.Context) error {
	return w.db.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `ANALYZE`)
		return err
	})
}
