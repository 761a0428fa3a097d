// Package audit writes down every change of the security state: who signed in, who was locked out, who
// was given which role. Guaranteed: an entry is written in the transaction of its effect, so there is no
// effect without its entry and no entry without its effect. The program only ever adds entries.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Entry is one change.
type Entry struct {
	At     time.Time
	Actor  cinnabar.Actor
	Action string         // what was done, e.g. "session.begin"; stable
	Object string         // the id of what it was done to
	Detail map[string]any // more about it; never personal data, passwords or tokens
}

// Record writes an entry in the transaction of its effect.
func Record(ctx context.Context, tx db.Tx, e Entry) error {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	e.Actor.Name = "" // the person's id says who it was; the name is personal data
	actor, err := json.Marshal(e.Actor)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit (id, at, actor_kind, actor, person, org, action, object, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		cinnabar.NewID[string]("audit"), db.Millis(e.At), string(e.Actor.Kind), string(actor),
		string(e.Actor.Person), string(e.Actor.Org), e.Action, e.Object, string(detail))
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

// Of lists the latest entries about an object, or by a person, newest first.
func Of(ctx context.Context, r db.Reader, object string, limit int) ([]Entry, error) {
	rows, err := r.Query(ctx, `SELECT at, actor, action, object, detail FROM audit
		WHERE object = $1 OR person = $1 ORDER BY at DESC, id DESC LIMIT $2`, object, limit)
	return db.Collect(rows, err, scan)
}

func scan(rows db.Rows) (Entry, error) {
	var e Entry
	var at int64
	var actor, detail string
	if err := rows.Scan(&at, &actor, &e.Action, &e.Object, &detail); err != nil {
		return e, err
	}
	e.At = db.Time(at)
	if err := json.Unmarshal([]byte(actor), &e.Actor); err != nil {
		return e, fmt.Errorf("audit entry's actor: %w", err)
	}
	if err := json.Unmarshal([]byte(detail), &e.Detail); err != nil {
		return e, fmt.Errorf("audit entry's detail: %w", err)
	}
	return e, nil
}
