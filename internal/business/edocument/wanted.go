package edocument

import (
	"context"
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
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
	var routing []cinnabar.CaseID
	for _, e := range page {
		if e.State == Routing {
			routing = append(routing, e.Case)
		}
	}
	standing, err := s.Engine.Standings(ctx, routing)
	now, out := s.Clock.Now(), map[cinnabar.CaseID]Turn{}
	for id, c := range standing {
		out[id] = turnOf(c, a, now)
	}
	return out, err
}

func turnOf(c procedure.Standing, a cinnabar.Actor, now time.Time) Turn {
	w := WayOf(c.Facts)
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
	w := WayOf(c.Facts)
	for _, p := range w.turns(a) {
		if p.Seal {
			return p.kinds()
		}
	}
	return Item{}.kinds()
}
