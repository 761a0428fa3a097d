package edocument

import (
	"context"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
)

// Wanted is a part that a department of the actor has to do.
type Wanted struct {
	Name  string      `json:"name" doc:"The part of the route."`
	Seal  bool        `json:"seal" doc:"False: looking and approving is enough."`
	Kinds []seal.Kind `json:"kinds,omitempty" doc:"Of seals that fit, where the route says."`
}

// Wanted tells, of those documents of a page that are under way, what the actor's departments have to do now: their
// own parts before those that they take over.
func (s *Service) Wanted(ctx context.Context, a cinnabar.Actor, page []Entry) (map[cinnabar.CaseID][]Wanted, error) {
	if !a.HasRole("doc-signer") {
		return nil, nil
	}
	var routing []cinnabar.CaseID
	for _, e := range page {
		if e.State == Routing {
			routing = append(routing, e.Case)
		}
	}
	standing, err := s.Engine.Standings(ctx, routing)
	out := map[cinnabar.CaseID][]Wanted{}
	for id, facts := range standing {
		w := WayOf(facts)
		for _, p := range w.turns(a) {
			out[id] = append(out[id], Wanted{Name: p.Name, Seal: p.Seal, Kinds: p.Kinds})
		}
	}
	return out, err
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
