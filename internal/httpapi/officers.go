package httpapi

import (
	"context"

	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

type officersAnswer struct{ Body []PersonRef }

// officersFor lists who can handle the case as it stands, by name, for those who can give it to them.
func (s *Server) officersFor(ctx context.Context, in *CasePath) (*officersAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	if !assigns(v) {
		return nil, errs.New(errs.Forbidden, "not-yours-to-assign", "only a supervisor gives a case from one officer to another")
	}
	members, err := s.Identity.Members(ctx, s.DB, v.Operator)
	if err != nil {
		return nil, err
	}
	out := &officersAnswer{Body: []PersonRef{}}
	for _, m := range members {
		may, err := s.Engine.MayHandle(ctx, s.DB, v.Case, m.Person)
		if err != nil {
			return nil, err
		}
		if may {
			out.Body = append(out.Body, PersonRef{m.Person, m.Name})
		}
	}
	return out, nil
}

// assigns tells whether the viewer gives the case to others.
func assigns(v *procedure.View) bool {
	action := v.Definition.ActionOf(step.Assign{})
	if action == nil {
		return false
	}
	p, err := procedure.ParamsOf[step.Assign](action)
	return err == nil && p.By(v.Roles)
}
