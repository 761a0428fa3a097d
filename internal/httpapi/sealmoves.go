package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// sealMove is a change in a seal's life, and who may make it.
type sealMove struct {
	name, summary string
	may           func(s *Server, ctx context.Context, a cinnabar.Actor, v seal.Seal) (bool, error)
	do            func(s *Server, ctx context.Context, a cinnabar.Actor, id cinnabar.SealID, reason string) error
}

func (s *Server) sealMoveRoutes() {
	for _, m := range []sealMove{
		{"approve", "Approve an application; its holder can then set the password", mayDecideSeal, func(s *Server, ctx context.Context, a cinnabar.Actor, id cinnabar.SealID, reason string) error {
			return s.Seals.Approve(ctx, a, id, reason)
		}},
		{"refuse", "Refuse an application", mayDecideSeal, func(s *Server, ctx context.Context, a cinnabar.Actor, id cinnabar.SealID, reason string) error {
			return s.Seals.Refuse(ctx, a, id, reason)
		}},
		{"suspend", "Take a seal out of use for a time", mayStopSeal, func(s *Server, ctx context.Context, a cinnabar.Actor, id cinnabar.SealID, reason string) error {
			return s.Seals.Suspend(ctx, a, id, reason)
		}},
		{"resume", "Take a suspended seal into use again", mayManageSeal, func(s *Server, ctx context.Context, a cinnabar.Actor, id cinnabar.SealID, reason string) error {
			return s.Seals.Resume(ctx, a, id, reason)
		}},
		{"revoke", "End a seal for ever; its certificate is revoked", mayManageSeal, func(s *Server, ctx context.Context, a cinnabar.Actor, id cinnabar.SealID, reason string) error {
			return s.Seals.Revoke(ctx, a, id, reason)
		}},
	} {
		post(s, "/seals/{id}/"+m.name, "seals", m.summary, http.StatusOK, s.moveSeal(m))
	}
	post(s, "/seals/{id}/reissue", "seals", "End the key of a seal whose password is forgotten or whose holder left; a holder sets a new password and gets a new key", http.StatusOK, s.reissueSeal)
	post(s, "/seals/{id}/renew", "seals", "Give a seal a new key and certificate, by its holder's password", http.StatusOK, s.byPassword((*seal.Service).Renew))
	post(s, "/seals/{id}/replace", "seals", "Apply for a seal that takes the place of this one when its password is set", http.StatusCreated, s.replaceSeal)
}

type moveInput struct {
	SealPath
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

func (s *Server) moveSeal(m sealMove) func(context.Context, *moveInput) (*sealAnswer, error) {
	return func(ctx context.Context, in *moveInput) (*sealAnswer, error) {
		a, err := s.admitMove(ctx, in.ID, m.may)
		if err != nil {
			return nil, err
		}
		if err := m.do(s, ctx, a, in.ID, in.Body.Reason); err != nil {
			return nil, err
		}
		return s.sealAnswer(ctx, a, in.ID)
	}
}

// admitMove lets in whoever may make a change. For those who may not even see the seal it does not exist.
func (s *Server) admitMove(ctx context.Context, id cinnabar.SealID, may func(*Server, context.Context, cinnabar.Actor, seal.Seal) (bool, error)) (cinnabar.Actor, error) {
	a, err := member(ctx)
	if err != nil {
		return a, err
	}
	v, err := s.Seals.Get(ctx, s.DB, id)
	if err != nil {
		return a, err
	}
	ok, err := may(s, ctx, a, v)
	if err != nil || ok {
		return a, err
	}
	if _, err := s.visibleSeal(ctx, a, id); err != nil {
		return a, err
	}
	return a, errs.New(errs.Forbidden, "not-yours-to-decide", "only who answers for the organisation's seals can do this")
}

// Heir is what a move says after which somebody sets a password.
type Heir struct {
	Reason string            `json:"reason,omitempty" maxLength:"200"`
	Holder cinnabar.PersonID `json:"holder,omitempty" doc:"Who sets the password, a member of the organisation. Left out: the present holder."`
}

func (s *Server) reissueSeal(ctx context.Context, in *struct {
	SealPath
	Body Heir
},
) (*sealAnswer, error) {
	a, err := s.admitMove(ctx, in.ID, mayManageSeal)
	if err != nil {
		return nil, err
	}
	if err := s.Seals.Reissue(ctx, a, in.ID, in.Body.Holder, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.sealAnswer(ctx, a, in.ID)
}

// sealPassword is the caller's own password of a seal.
type sealPassword struct {
	SealPath
	Body struct {
		Password string `json:"password" maxLength:"200" doc:"The caller's own of this seal."`
	}
}

// byPassword does what a password of the caller's own does to a seal that they may see.
func (s *Server) byPassword(do func(*seal.Service, context.Context, cinnabar.SealID, cinnabar.PersonID, string) error) func(context.Context, *sealPassword) (*sealAnswer, error) {
	return func(ctx context.Context, in *sealPassword) (*sealAnswer, error) {
		a, err := member(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := s.visibleSeal(ctx, a, in.ID); err != nil {
			return nil, err
		}
		if err := do(s.Seals, ctx, in.ID, a.Person, in.Body.Password); err != nil {
			return nil, sealRefusal(err, "/password", "/password")
		}
		return s.sealAnswer(ctx, a, in.ID)
	}
}

func mayManageSeal(_ *Server, _ context.Context, a cinnabar.Actor, v seal.Seal) (bool, error) {
	return managesSeals(a, v.Org), nil
}

// mayStopSeal also lets the holder stop a seal, whose password may have become known.
func mayStopSeal(s *Server, ctx context.Context, a cinnabar.Actor, v seal.Seal) (bool, error) {
	if managesSeals(a, v.Org) || a.Person != v.Holder {
		return managesSeals(a, v.Org), nil
	}
	return s.Seals.Mine(ctx, v, a.Person)
}

// mayDecideSeal also lets the operator's supervisors decide on customers' applications: a company of one
// person has nobody else who could (nobody approves their own).
func mayDecideSeal(s *Server, ctx context.Context, a cinnabar.Actor, v seal.Seal) (bool, error) {
	if managesSeals(a, v.Org) {
		return true, nil
	}
	if a.Org == "" || a.Org == v.Org || !(a.HasRole("supervisor") || a.HasRole(identity.Admin)) {
		return false, nil
	}
	mine, err := s.Identity.Org(ctx, a.Org)
	if err != nil || mine.Kind != "operator" {
		return false, err
	}
	theirs, err := s.Identity.Org(ctx, v.Org)
	return err == nil && theirs.Kind == "customer", err
}

// replaceSeal applies for a seal with the present name of whom the old one bears the name of.
func (s *Server) replaceSeal(ctx context.Context, in *struct {
	SealPath
	Body struct {
		Heir
		Picture cinnabar.FileID `json:"picture,omitempty" doc:"A picture (PNG, JPEG) that the caller uploaded. Left out: the old one's, or drawn where the name is another now."`
	}
},
) (*sealAnswer, error) {
	a, err := s.admitMove(ctx, in.ID, mayManageSeal)
	if err != nil {
		return nil, err
	}
	if err := s.ownPicture(ctx, a, in.Body.Picture); err != nil {
		return nil, err
	}
	old, err := s.Seals.Get(ctx, s.DB, in.ID)
	if err != nil {
		return nil, err
	}
	name, err := s.registeredName(ctx, old)
	if err != nil {
		return nil, err
	}
	v, err := s.Seals.ApplyReplacement(ctx, a, in.ID, seal.Replacement{Text: name, Picture: in.Body.Picture, Holder: in.Body.Holder, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	return s.sealAnswer(ctx, a, v.ID)
}

// registeredName is the present name of the organisation or person whose name a seal bears.
func (s *Server) registeredName(ctx context.Context, v seal.Seal) (string, error) {
	if v.Owner != "" {
		p, err := s.Identity.Person(ctx, s.DB, v.Owner)
		return p.Name, err
	}
	o, err := s.Identity.Org(ctx, v.Org)
	return o.Name, err
}

// mayApply are the roles that may apply for a seal of their organisation.
var mayApply = []string{identity.Admin, "legal-rep", "agent", "sealer"}

func (s *Server) applySeal(ctx context.Context, in *struct {
	Body struct {
		SealWish
		Org           cinnabar.OrgID    `json:"org"`
		Holder        cinnabar.PersonID `json:"holder,omitempty" doc:"Who sets the password, a member of the organisation. Left out: the legal representative for that seal, else the caller."`
		NeedsApproval bool              `json:"needsApproval,omitempty"`
	}
},
) (*sealAnswer, error) {
	a, err := ofOrg(ctx, in.Body.Org)
	if err != nil {
		return nil, err
	}
	if !anyRole(a, mayApply) {
		return nil, errs.New(errs.Forbidden, "may-not-apply", "your role in the organisation does not let you apply for seals")
	}
	if err := s.ownPicture(ctx, a, in.Body.Picture); err != nil {
		return nil, err
	}
	ask := seal.Application{
		Org: a.Org, Kind: in.Body.Kind, Text: strings.TrimSpace(in.Body.Text), Number: in.Body.Number, Picture: in.Body.Picture,
		Holder: in.Body.Holder, NeedsApproval: in.Body.NeedsApproval,
	}
	if err := s.nameSeal(ctx, a, &ask); err != nil {
		return nil, err
	}
	v, err := s.Seals.Apply(ctx, a, ask)
	if err != nil {
		return nil, err
	}
	return s.sealAnswer(ctx, a, v.ID)
}

// nameSeal fills in holder and wording. A seal bears a registered name, which its certificate repeats.
func (s *Server) nameSeal(ctx context.Context, a cinnabar.Actor, ask *seal.Application) error {
	members, err := s.Identity.Members(ctx, s.DB, ask.Org)
	if err != nil {
		return err
	}
	if ask.Holder == "" {
		ask.Holder = defaultHolder(a, ask.Kind, members)
	}
	i := slices.IndexFunc(members, func(m identity.Member) bool { return m.Person == ask.Holder })
	if i < 0 {
		return errs.Wrong(errs.Field{Pointer: "/holder", Code: "unknown"})
	}
	name := members[i].Name
	if ask.Kind == seal.LegalRep || ask.Kind == seal.Name {
		ask.Owner = ask.Holder
	} else {
		org, err := s.Identity.Org(ctx, ask.Org)
		if err != nil {
			return err
		}
		name = org.Name
	}
	if ask.Text != "" && ask.Text != name {
		return errs.Wrong(errs.Field{Pointer: "/text", Code: "mismatch"})
	}
	ask.Text = name
	return nil
}

// defaultHolder is the one legal representative for that seal, else who applies.
func defaultHolder(a cinnabar.Actor, kind seal.Kind, members []identity.Member) cinnabar.PersonID {
	out := a.Person
	found := 0
	for _, m := range members {
		if kind == seal.LegalRep && slices.Contains(m.Roles, "legal-rep") {
			out = m.Person
			found++
		}
	}
	if found > 1 {
		return a.Person
	}
	return out
}

func (s *Server) sealPassword(ctx context.Context, in *struct {
	SealPath
	Body struct {
		Current string `json:"current,omitempty" maxLength:"200" doc:"Left out for the first password."`
		Next    string `json:"next" maxLength:"200"`
	}
},
) (*sealAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.visibleSeal(ctx, a, in.ID)
	if err != nil {
		return nil, err
	}
	if v.State == seal.Approved {
		err = s.Seals.Activate(ctx, in.ID, a.Person, in.Body.Next)
	} else {
		err = s.Seals.ChangePassword(ctx, in.ID, a.Person, in.Body.Current, in.Body.Next)
	}
	if err != nil {
		return nil, sealRefusal(err, "/current", "/next")
	}
	return s.sealAnswer(ctx, a, in.ID)
}

// sealRefusal says that a seal's password is wrong, which is no matter of being signed in, and where the
// new password stands that the capability calls /password.
func sealRefusal(err error, wrong, next string) error {
	var e *errs.Error
	if !errors.As(err, &e) {
		return err
	}
	shown := *e
	if errors.Is(err, errs.Unauthorized) {
		shown.Kind, shown.Fields = errs.Forbidden, []errs.Field{{Pointer: wrong, Code: "mismatch"}}
		return &shown
	}
	shown.Fields = slices.Clone(e.Fields)
	for i := range shown.Fields {
		if shown.Fields[i].Pointer == "/password" {
			shown.Fields[i].Pointer = next
		}
	}
	return &shown
}
