package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Standings reads the facts of cases, all at once, for lists of a business. Who may see them was decided by Visible.
func (e *Engine) Standings(ctx context.Context, ids []cinnabar.CaseID) (map[cinnabar.CaseID]Facts, error) {
	out := map[cinnabar.CaseID]Facts{}
	if len(ids) == 0 {
		return out, nil
	}
	q := &query{}
	rows, err := e.db.Query(ctx, `SELECT id, facts FROM bcase WHERE id IN `+db.In(q.Arg, ids), q.Args...)
	_, err = db.Collect(rows, err, func(rows db.Rows) (f Facts, err error) {
		var id cinnabar.CaseID
		var facts string
		if err := rows.Scan(&id, &facts); err != nil {
			return f, err
		}
		err = json.Unmarshal([]byte(facts), &f)
		out[id] = f
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("read where cases stand: %w", err)
	}
	return out, nil
}

// HoldersOf tells who holds a role in cases, all at once.
func (e *Engine) HoldersOf(ctx context.Context, role string, ids []cinnabar.CaseID) (map[cinnabar.CaseID][]Holder, error) {
	out := map[cinnabar.CaseID][]Holder{}
	for part := range slices.Chunk(ids, 500) {
		q := &query{}
		rows, err := e.db.Query(ctx, `SELECT case_id, holder FROM case_grant WHERE role = `+q.Arg(role)+` AND (until = 0 OR until > `+q.Arg(e.clock.Now().UnixMilli())+`)
			AND case_id IN `+db.In(q.Arg, part)+` ORDER BY case_id, holder`, q.Args...)
		_, err = db.Collect(rows, err, func(rows db.Rows) (h Holder, err error) {
			var id cinnabar.CaseID
			if err = rows.Scan(&id, &h); err == nil {
				out[id] = append(out[id], h)
			}
			return h, err
		})
		if err != nil {
			return nil, fmt.Errorf("read who holds a role: %w", err)
		}
	}
	return out, nil
}
