package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func (s *Server) organisationRoutes() {
	post(s, "/organisations", "organisations", "Register an organisation; the caller becomes its administrator", http.StatusCreated, s.createOrg)
	get(s, "/organisations", "organisations", "Find a customer by credit code, for officers who begin a case at the counter and for who lays a route of documents", s.findCustomer)
	get(s, "/organisations/{id}", "organisations", "An organisation that the caller acts for", s.getOrg)
	patch(s, "/organisations/{id}", "organisations", "Change its name or telephone number; its seals keep the name that they bear until they are replaced", s.changeOrg)
	get(s, "/organisations/{id}/members", "organisations", "Its members", s.listMembers)
	post(s, "/organisations/{id}/members", "organisations", "Invite somebody to be a member; they are one once they accept", http.StatusCreated, s.addMember)
	patch(s, "/organisations/{id}/members/{person}", "organisations", "Change a member's roles", s.changeMember)
	del(s, "/organisations/{id}/members/{person}", "organisations", "Take a member out, or an invitation back; members can leave", s.removeMember)
	put(s, "/organisations/{id}/second-factor", "organisations", "Say which roles count only with a second factor", s.requireSecondFactor)
	get(s, "/invitations", "organisations", "Organisations that ask the caller to be a member", s.listInvitations)
	put(s, "/invitations/{org}", "organisations", "Accept: become a member", s.acceptInvitation)
	del(s, "/invitations/{org}", "organisations", "Decline", s.declineInvitation)
}

// OrgView is an organisation.
type OrgView struct {
	ID        cinnabar.OrgID `json:"id"`
	Name      string         `json:"name"`
	USCC      string         `json:"uscc" doc:"Unified social credit code (GB 32100)."`
	Kind      string         `json:"kind" enum:"customer,operator"`
	Phone     string         `json:"phone"`
	TOTPRoles []string       `json:"totpRoles" doc:"Roles that count only with a second factor."`
}

// MemberView is a member of an organisation.
type MemberView struct {
	Person struct {
		ID           cinnabar.PersonID `json:"id"`
		Name         string            `json:"name"`
		MobileMasked string            `json:"mobileMasked"`
	} `json:"person"`
	Roles   []string `json:"roles"`
	Invited bool     `json:"invited" doc:"Asked, and has not accepted yet."`
}

// OrgPath names an organisation.
type OrgPath struct {
	ID cinnabar.OrgID `path:"id"`
}

// MemberPath names a member of an organisation.
type MemberPath struct {
	OrgPath
	Person cinnabar.PersonID `path:"person"`
}

var (
	errNoOrg     = errs.New(errs.NotFound, "organisation-not-found", "there is no such organisation, or you do not act for it")
	errNoMember  = errs.New(errs.NotFound, "member-not-found", "there is no such member")
	errAdminOnly = errs.New(errs.Forbidden, "admins-only", "only an administrator of the organisation can do this")
)

// ofOrg lets members in who act for the organisation; for others it does not exist.
func ofOrg(ctx context.Context, id cinnabar.OrgID) (cinnabar.Actor, error) {
	a, err := member(ctx)
	if err != nil {
		return a, err
	}
	if id == "" || a.Org != id {
		return a, errNoOrg
	}
	return a, nil
}

// adminOf lets administrators in who act for the organisation.
func adminOf(ctx context.Context, id cinnabar.OrgID) (cinnabar.Actor, error) {
	a, err := ofOrg(ctx, id)
	if err == nil && !a.HasRole(identity.Admin) {
		err = errAdminOnly
	}
	return a, err
}

type orgAnswer struct{ Body OrgView }

func orgJSON(o identity.Org) OrgView {
	return OrgView{o.ID, o.Name, o.USCC, o.Kind, o.Phone, append([]string{}, o.TOTPRoles...)}
}

// createOrg makes a customer. Operators are set up on the machine itself.
func (s *Server) createOrg(ctx context.Context, in *struct {
	Body struct {
		Name string `json:"name" maxLength:"100"`
		USCC string `json:"uscc" maxLength:"18"`
		Kind string `json:"kind" enum:"customer"`
	}
},
) (*orgAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	o, err := s.Identity.CreateOrg(ctx, a, identity.Org{Name: in.Body.Name, USCC: in.Body.USCC, Kind: identity.Customer}, a.Person)
	if err != nil {
		return nil, err
	}
	return &orgAnswer{orgJSON(o)}, nil
}

func (s *Server) getOrg(ctx context.Context, in *OrgPath) (*orgAnswer, error) {
	if _, err := ofOrg(ctx, in.ID); err != nil {
		return nil, err
	}
	o, err := s.Identity.Org(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &orgAnswer{orgJSON(o)}, nil
}

func (s *Server) changeOrg(ctx context.Context, in *struct {
	OrgPath
	Body struct {
		Name  *string `json:"name,omitempty" maxLength:"100" doc:"As it is registered. The credit code cannot be changed."`
		Phone *string `json:"phone,omitempty" maxLength:"30" doc:"For customers to call; empty: none."`
	}
},
) (*orgAnswer, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	o, err := s.Identity.ChangeOrg(ctx, a, in.ID, identity.OrgChange{Name: in.Body.Name, Phone: in.Body.Phone})
	if err != nil {
		return nil, err
	}
	return &orgAnswer{orgJSON(o)}, nil
}

func (s *Server) requireSecondFactor(ctx context.Context, in *struct {
	OrgPath
	Body struct {
		Roles []string `json:"roles" maxItems:"20" doc:"None: no role needs one."`
	}
},
) (*orgAnswer, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Identity.RequireSecondFactor(ctx, a, in.ID, in.Body.Roles); err != nil {
		return nil, err
	}
	return s.getOrg(ctx, &in.OrgPath)
}

// CustomerRef is a customer as an officer of an operator finds it.
type CustomerRef struct {
	ID   cinnabar.OrgID `json:"id"`
	Name string         `json:"name"`
	USCC string         `json:"uscc"`
}

// findCustomer takes the whole code only, so that customers cannot be listed. Names go with codes in a
// public register.
func (s *Server) findCustomer(ctx context.Context, in *struct {
	USCC string `query:"uscc" required:"true" minLength:"18" maxLength:"18" doc:"Unified social credit code."`
},
) (*struct{ Body Items[CustomerRef] }, error) {
	if _, err := actingFor(ctx, identity.Admin); err != nil { // who may name it in a route
		if _, err := s.operatorStaff(ctx, nil); err != nil {
			return nil, err
		}
	}
	out := &struct{ Body Items[CustomerRef] }{Items[CustomerRef]{Items: []CustomerRef{}}}
	o, err := s.Identity.OrgByUSCC(ctx, strings.ToUpper(in.USCC))
	switch {
	case errors.Is(err, errs.NotFound):
		return out, nil
	case err != nil:
		return nil, err
	case o.Kind == identity.Customer:
		out.Body.Items = append(out.Body.Items, CustomerRef{o.ID, o.Name, o.USCC})
	}
	return out, nil
}

func (s *Server) listMembers(ctx context.Context, in *OrgPath) (*struct{ Body []MemberView }, error) {
	if _, err := ofOrg(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Identity.Members(ctx, s.DB, in.ID)
	if err != nil {
		return nil, err
	}
	out := []MemberView{}
	for _, m := range list {
		v, err := s.memberJSON(ctx, m.Person, m.Roles)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	invited, err := s.Identity.Invited(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	for _, i := range invited {
		v, err := s.invitedJSON(ctx, i)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return &struct{ Body []MemberView }{out}, nil
}

func (s *Server) memberJSON(ctx context.Context, id cinnabar.PersonID, roles []string) (MemberView, error) {
	v := MemberView{Roles: append([]string{}, roles...)}
	p, err := s.Identity.Person(ctx, s.DB, id)
	v.Person.ID, v.Person.Name, v.Person.MobileMasked = id, p.Name, secret.MaskMobile(p.Mobile.Reveal())
	return v, err
}

type memberAnswer struct{ Body MemberView }

type newMember struct {
	Name   string   `json:"name" maxLength:"60" doc:"As the account has it, if there is one: under another name it cannot be accepted."`
	Mobile string   `json:"mobile,omitempty" maxLength:"20"`
	Login  string   `json:"login,omitempty" maxLength:"64"`
	Roles  []string `json:"roles" minItems:"1" maxItems:"10"`
}

func (s *Server) addMember(ctx context.Context, in *struct {
	OrgPath
	Body newMember
},
) (*memberAnswer, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	i, err := s.Identity.Invite(ctx, a, in.ID, identity.Invitee{Name: in.Body.Name, Mobile: in.Body.Mobile, Login: in.Body.Login}, in.Body.Roles)
	if err != nil {
		return nil, err
	}
	v, err := s.invitedJSON(ctx, i)
	return &memberAnswer{v}, err
}

// invitedJSON shows the organisation's own wording of the name: the account's is not known to it before the yes.
func (s *Server) invitedJSON(ctx context.Context, i identity.Invitation) (MemberView, error) {
	v, err := s.memberJSON(ctx, i.Person, i.Roles)
	v.Person.Name, v.Invited = i.Name, true
	return v, err
}

func (s *Server) putMember(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, person cinnabar.PersonID, roles []string) (*memberAnswer, error) {
	if err := s.Identity.PutMember(ctx, by, org, person, slices.Clone(roles)); err != nil {
		return nil, err
	}
	v, err := s.memberJSON(ctx, person, roles)
	return &memberAnswer{v}, err
}

func (s *Server) changeMember(ctx context.Context, in *struct {
	MemberPath
	Body struct {
		Roles []string `json:"roles" maxItems:"10"`
	}
},
) (*memberAnswer, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.Identity.RolesIn(ctx, s.DB, in.ID, in.Person); errors.Is(err, errs.NotFound) {
		return nil, errNoMember
	} else if err != nil {
		return nil, err
	}
	return s.putMember(ctx, a, in.ID, in.Person, in.Body.Roles)
}

func (s *Server) removeMember(ctx context.Context, in *MemberPath) (*struct{}, error) {
	a, err := ofOrg(ctx, in.ID)
	if err == nil && a.Person != in.Person {
		a, err = adminOf(ctx, in.ID)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Identity.DropInvitation(ctx, a, in.ID, in.Person); !errors.Is(err, errs.NotFound) {
		return nil, err
	}
	if err := s.Identity.RemoveMember(ctx, a, in.ID, in.Person); err != nil {
		return nil, err
	}
	s.Seals.Left(in.ID, in.Person)
	return nil, nil
}

// InvitationView is an invitation as the person who was asked sees it.
type InvitationView struct {
	Org   CustomerRef `json:"org"`
	Roles []string    `json:"roles"`
	At    time.Time   `json:"at"`
}

func (s *Server) listInvitations(ctx context.Context, _ *struct{}) (*struct{ Body []InvitationView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Identity.InvitationsFor(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	out := []InvitationView{}
	for _, i := range list {
		out = append(out, InvitationView{CustomerRef{i.Org.ID, i.Org.Name, i.Org.USCC}, i.Roles, i.At})
	}
	return &struct{ Body []InvitationView }{out}, nil
}

// InvitationPath names an invitation of the caller.
type InvitationPath struct {
	Org cinnabar.OrgID `path:"org"`
}

func (s *Server) acceptInvitation(ctx context.Context, in *InvitationPath) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Identity.Accept(ctx, a, in.Org)
}

func (s *Server) declineInvitation(ctx context.Context, in *InvitationPath) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Identity.DropInvitation(ctx, a, in.Org, a.Person)
}
