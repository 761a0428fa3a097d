package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

func (s *Server) sealHolderRoutes() {
	get(s, "/seals/{id}/holders", "seals", "Who has a password of a seal", s.sealHolders)
	post(s, "/seals/{id}/holders", "seals", "Offer a seal to another member, who then sets a password of their own", http.StatusCreated, s.offerSeal)
	put(s, "/seals/{id}/holders/me", "seals", "Take an offered seal by setting one's own password", s.byPassword((*seal.Service).Accept))
	del(s, "/seals/{id}/holders/{person}", "seals", "Take a holder's password away", s.removeHolder)
	get(s, "/seals/{id}/grants", "seals", "Limited leaves to use a seal", s.sealGrants)
}

func (s *Server) sealHolders(ctx context.Context, in *SealPath) (*struct{ Body []PersonRef }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.visibleSeal(ctx, a, in.ID); err != nil {
		return nil, err
	}
	ids, err := s.Seals.Holders(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := []PersonRef{}
	names := s.personNames(ctx, ids...)
	for _, id := range ids {
		out = append(out, PersonRef{id, names[id]})
	}
	return &struct{ Body []PersonRef }{out}, nil
}

type offerAnswer struct {
	Body struct {
		ExpiresAt time.Time `json:"expiresAt" doc:"Until then the other person can set their password."`
	}
}

func (s *Server) offerSeal(ctx context.Context, in *struct {
	SealPath
	Body struct {
		Person   cinnabar.PersonID `json:"person" doc:"A member of the seal's organisation."`
		Password string            `json:"password" maxLength:"200" doc:"The caller's own of this seal."`
		Limit    *struct {
			Template string    `json:"template,omitempty" maxLength:"60" doc:"A procedure's id, or one kind of its documents as in e-document/PO; any when left out."`
			Uses     int       `json:"uses" minimum:"1" maximum:"100000"`
			Until    time.Time `json:"until"`
		} `json:"limit,omitempty" doc:"Left out: a full holder."`
	}
},
) (*offerAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.visibleSeal(ctx, a, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.Identity.RolesIn(ctx, s.DB, v.Org, in.Body.Person); err != nil {
		return nil, errs.Wrong(errs.Field{Pointer: "/person", Code: "unknown"})
	}
	var limit *seal.Limit
	if l := in.Body.Limit; l != nil {
		if err := s.knowsTemplate(ctx, v.Org, l.Template); err != nil {
			return nil, err
		}
		limit = &seal.Limit{Template: l.Template, Uses: l.Uses, Until: l.Until}
	}
	out := &offerAnswer{}
	out.Body.ExpiresAt, err = s.Seals.Offer(ctx, in.ID, a.Person, in.Body.Password, in.Body.Person, limit)
	if err != nil {
		return nil, sealRefusal(err, "/password", "/password")
	}
	return out, nil
}

// knowsTemplate refuses what no document of the organisation is made of: a grant for it could never be used.
func (s *Server) knowsTemplate(ctx context.Context, org cinnabar.OrgID, template string) error {
	if template == "" {
		return nil
	}
	business, kind, one := strings.Cut(template, "/")
	_, err := s.Engine.Newest(business)
	switch {
	case err != nil || !one:
	case business == edocument.ID:
		_, err = s.EDocuments.TypeOf(ctx, s.DB, org, kind)
	default:
		err = errs.New(errs.NotFound, "procedure-not-found", "the procedure has no kinds of documents")
	}
	if errors.Is(err, errs.NotFound) {
		return errs.Wrong(errs.Field{Pointer: "/limit/template", Code: "unknown"})
	}
	return err
}

func (s *Server) removeHolder(ctx context.Context, in *struct {
	SealPath
	Person cinnabar.PersonID `path:"person"`
	Reason string            `query:"reason" maxLength:"200"`
},
) (*struct{}, error) {
	a, err := s.admitMove(ctx, in.ID, mayManageSeal)
	if err != nil {
		return nil, err
	}
	return nil, s.Seals.RemoveHolder(ctx, a, in.ID, in.Person, in.Reason)
}

// GrantView is a limited leave to use a seal.
type GrantView struct {
	ID       string    `json:"id"`
	Person   PersonRef `json:"person"`
	Template string    `json:"template" doc:"A procedure's id; any when empty."`
	UsesLeft int       `json:"usesLeft"`
	Until    time.Time `json:"until"`
	By       PersonRef `json:"by"`
}

func (s *Server) sealGrants(ctx context.Context, in *SealPath) (*struct{ Body []GrantView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.visibleSeal(ctx, a, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Seals.Grants(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := []GrantView{}
	for _, g := range list {
		names := s.personNames(ctx, g.Person, g.By)
		out = append(out, GrantView{g.ID, PersonRef{g.Person, names[g.Person]}, g.Template, g.UsesLeft, g.Until, PersonRef{g.By, names[g.By]}})
	}
	return &struct{ Body []GrantView }{out}, nil
}

// holdsSeal tells whether the actor has a password of the seal's present key.
func (s *Server) holdsSeal(ctx context.Context, a cinnabar.Actor, id cinnabar.SealID) (bool, error) {
	holders, err := s.Seals.Holders(ctx, id)
	return a.Person != "" && slices.Contains(holders, a.Person), err
}
