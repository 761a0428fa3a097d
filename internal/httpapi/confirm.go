package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

func (s *Server) confirmRoutes() {
	post(s, "/cases/{id}/confirmations", "cases", "Have the code sent that confirms the caller's signature", http.StatusOK, s.sendConfirmation)
	post(s, "/cases/{id}/links", "cases", "Send somebody a one-time link to the case; its sender never sees it", http.StatusCreated, s.sendLink)
}

type confirmAnswer struct {
	Body struct {
		Method       string `json:"method" enum:"sms,totp" doc:"Where the code comes from: a message, or the caller's authenticator app."`
		MobileMasked string `json:"mobileMasked,omitempty"`
	}
}

func (s *Server) sendConfirmation(ctx context.Context, in *CasePath) (*confirmAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	purpose, err := step.PendingConfirmation(ctx, s.Steps, v.Case, a.Person)
	if err != nil {
		return nil, err
	}
	p, err := s.Identity.Person(ctx, s.DB, a.Person)
	if err != nil {
		return nil, err
	}
	out := &confirmAnswer{}
	if out.Body.Method = "totp"; p.TOTP {
		return out, nil
	}
	out.Body.Method, out.Body.MobileMasked = "sms", secret.MaskMobile(p.Mobile.Reveal())
	return out, s.Identity.SendCodeTo(ctx, a.Person, purpose)
}

// linkLife is how long a link can be opened.
const linkLife = 24 * time.Hour

type linkInput struct {
	CasePath
	Body struct {
		Role    string            `json:"role"`
		Purpose string            `json:"purpose" doc:"The action that the link is for."`
		Person  cinnabar.PersonID `json:"person,omitempty" doc:"One of the seal's holders; the first one when left out."`
	}
}

type linkAnswer struct {
	Body struct {
		ID           string    `json:"id"`
		Name         string    `json:"name" doc:"Whom it was sent to, masked."`
		MobileMasked string    `json:"mobileMasked"`
		ExpiresAt    time.Time `json:"expiresAt"`
	}
}

// sendLink sends the link to the holder of the seal and to nobody else: the sender can neither choose the
// number nor see the link (PLT-21). A link that was sent before for the same purpose ends.
func (s *Server) sendLink(ctx context.Context, in *linkInput) (*linkAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	action := v.Definition.Action(in.Body.Purpose)
	switch {
	case action == nil || action.Link == nil || action.Link.Role != in.Body.Role:
		return nil, errs.Wrong(errs.Field{Pointer: "/purpose", Code: "unknown"})
	case !slices.Contains(v.Roles, action.Link.From):
		return nil, errs.New(errs.Forbidden, "not-your-role", "only the applicant sends this link")
	case !v.CanTake(action.Name):
		return nil, errs.New(errs.Conflict, "not-open", "this is not possible now").With("open", v.OpenNames())
	}
	to, err := s.sealHolder(ctx, v.Case, action.Link.Seal, in.Body.Person)
	if err != nil {
		return nil, err
	}
	if to == a.Person {
		return nil, errs.New(errs.Conflict, "own-seal", "this is your own seal; enter its password yourself")
	}
	return s.linkTo(ctx, a, identity.LinkSpec{Case: in.ID, Role: action.Link.Role, Purpose: action.Name, Person: to, Life: linkLife})
}

// sealHolder is who opens a seal of the case's sealing instruction. A person that was named must be one.
func (s *Server) sealHolder(ctx context.Context, c *procedure.Case, name string, named cinnabar.PersonID) (cinnabar.PersonID, error) {
	var i step.Instruction
	if !c.Facts.Get(step.FactSealing, &i) || i.Seals[name] == "" {
		return "", errs.New(errs.Conflict, "no-instruction", "choose the seals first")
	}
	v, err := s.Seals.Get(ctx, s.DB, i.Seals[name])
	if err != nil {
		return "", err
	}
	to := v.Holder
	if named != "" && named != to {
		holders, err := s.Seals.Holders(ctx, v.ID)
		if err != nil {
			return "", err
		}
		if !slices.Contains(holders, named) {
			return "", errs.Wrong(errs.Field{Pointer: "/person", Code: "unknown"})
		}
		to = named
	}
	return to, s.stillMember(ctx, v.Org, to)
}

// stillMember refuses a seal's holder who has left its organisation since.
func (s *Server) stillMember(ctx context.Context, org cinnabar.OrgID, person cinnabar.PersonID) error {
	_, err := s.Identity.RolesIn(ctx, s.DB, org, person)
	if errors.Is(err, errs.NotFound) {
		return errs.New(errs.Conflict, "holder-left", "the seal's holder is no member of the organisation any more; have the seal issued anew")
	}
	return err
}

func (s *Server) linkTo(ctx context.Context, by cinnabar.Actor, spec identity.LinkSpec) (*linkAnswer, error) {
	p, err := s.Identity.Person(ctx, s.DB, spec.Person)
	if err != nil {
		return nil, err
	}
	out := &linkAnswer{}
	out.Body.Name, out.Body.MobileMasked = secret.MaskName(p.Name), secret.MaskMobile(p.Mobile.Reveal())
	out.Body.ExpiresAt = s.Clock.Now().Add(spec.Life)
	return out, s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		if err := s.Identity.EndLinks(ctx, tx, by, spec.Case, spec.Role); err != nil {
			return err
		}
		out.Body.ID, err = s.Identity.SendLink(ctx, tx, by, spec)
		return err
	})
}
