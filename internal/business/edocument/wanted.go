package edocument

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// Turn is what a document under way waits for.
type Turn struct {
	Wanted  []Wanted  // of the actor's departments, now, their own before what they take over; empty when it is others' turn
	Due     time.Time // of the present stage; zero when there is no time
	Overdue bool      // the time is over, or was over before it was set anew
}

// Wanted is a part that a department of the actor has to do.
type Wanted struct {
	Name  string      `json:"name" doc:"The part of the route."`
	Seal  bool        `json:"seal" doc:"False: looking and approving is enough."`
	Kinds []seal.Kind `json:"kinds,omitempty" doc:"Of seals that fit, where the route says."`
}

// Turns tells, of those documents of a page that are under way, what each waits for.
func (s *Service) Turns(ctx context.Context, a cinnabar.Actor, page []Entry) (map[cinnabar.CaseID]Turn, error) {
	var args []any
	marks := ""
	for _, e := range page {
		if e.State == Routing {
			args = append(args, string(e.Case))
			marks += fmt.Sprintf(", $%d", len(args))
		}
	}
	out := map[cinnabar.CaseID]Turn{}
	if len(args) == 0 {
		return out, nil
	}
	now := s.Clock.Now()
	rows, err := s.DB.Query(ctx, `SELECT id, facts, due_at FROM bcase WHERE id IN (`+marks[2:]+`)`, args...)
	_, err = db.Collect(rows, err, func(rows db.Rows) (none struct{}, err error) {
		c := &procedure.Case{}
		var facts string
		var due int64
		if err := rows.Scan(&c.ID, &facts, &due); err != nil {
			return none, err
		}
		if err := json.Unmarshal([]byte(facts), &c.Facts); err != nil {
			return none, err
		}
		c.Due = db.Time(due)
		out[c.ID] = turnOf(c, a, now)
		return none, nil
	})
	return out, err
}

func turnOf(c *procedure.Case, a cinnabar.Actor, now time.Time) Turn {
	w := WayOf(c)
	t := Turn{Due: c.Due, Overdue: !c.Due.IsZero() && c.Due.Before(now)}
	for _, p := range w.open() {
		t.Overdue = t.Overdue || p.Late
	}
	if a.HasRole("doc-signer") {
		for _, p := range w.turns(a) {
			t.Wanted = append(t.Wanted, Wanted{Name: p.Name, Seal: p.Seal, Kinds: p.Kinds})
		}
	}
	return t
}

// SealKinds are those of the seals that fit what the actor is to seal; the usual ones where that is nothing.
func SealKinds(c *procedure.Case, a cinnabar.Actor) []seal.Kind {
	w := WayOf(c)
	for _, p := range w.turns(a) {
		if p.Seal {
			return p.kinds()
		}
	}
	return Item{}.kinds()
}
