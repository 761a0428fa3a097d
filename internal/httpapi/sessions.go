package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/secret"
)

func (s *Server) sessionRoutes() {
	post(s, "/sessions", "sessions", "Sign in by password or code", http.StatusOK, s.signIn)
	post(s, "/sessions/totp", "sessions", "Finish a sign-in by the second factor", http.StatusOK, s.finishTOTP)
	post(s, "/sessions/sms-codes", "sessions", "Have a sign-in code sent", http.StatusNoContent, s.sendSignInCode)
	post(s, "/password-resets/codes", "sessions", "Have the code sent by which a forgotten password is replaced", http.StatusNoContent, s.sendForgottenCode)
	post(s, "/password-resets", "sessions", "Replace a forgotten password; all sessions end", http.StatusNoContent, s.replaceForgotten)
	get(s, "/sessions", "sessions", "The caller's standing sessions", s.listSessions)
	get(s, "/sessions/current", "sessions", "Who is signed in", s.currentSession)
	put(s, "/sessions/current/org", "sessions", "Act for an organisation, or for oneself", s.actFor)
	del(s, "/sessions/current", "sessions", "Sign out", s.signOut)
	del(s, "/sessions/{id}", "sessions", "End one of the caller's sessions", s.endSession)
}

// SessionView is a session as its holder sees it.
type SessionView struct {
	ID                string           `json:"id"`
	Person            PersonView       `json:"person"`
	Org               *MembershipView  `json:"org" doc:"That the session acts for; null for the person alone."`
	Orgs              []MembershipView `json:"orgs" doc:"That the person can act for."`
	Level             identity.Level   `json:"level" enum:"password,sms,face,totp,link"`
	TOTPEnabled       bool             `json:"totpEnabled"`
	NeedsSecondFactor bool             `json:"needsSecondFactor" doc:"Some roles do not count until the second factor is used."`
	ExpiresAt         time.Time        `json:"expiresAt"`
	Link              *LinkView        `json:"link,omitempty" doc:"Set for the holder of a one-time link."`
}

// PersonView is an account as its holder sees it.
type PersonView struct {
	ID           cinnabar.PersonID `json:"id"`
	Name         string            `json:"name"`
	Login        string            `json:"login,omitempty"`
	MobileMasked string            `json:"mobileMasked"`
	Email        string            `json:"email"`
	Language     string            `json:"language" enum:"zh,en"`
	HasPassword  bool              `json:"hasPassword"`
	TOTPEnabled  bool              `json:"totpEnabled"`
}

// MembershipView is an organisation with the roles of the person.
type MembershipView struct {
	ID    cinnabar.OrgID `json:"id"`
	Name  string         `json:"name"`
	Kind  string         `json:"kind" enum:"customer,operator"`
	Roles []string       `json:"roles"`
}

// LinkView is what a one-time link is good for.
type LinkView struct {
	Case    cinnabar.CaseID `json:"case"`
	Role    string          `json:"role"`
	Purpose string          `json:"purpose"`
}

// SignInView is a session, or the second step that is missing.
type SignInView struct {
	*SessionView
	TOTPRequired bool   `json:"totpRequired,omitempty"`
	Pending      string `json:"pending,omitempty" doc:"To be sent to /sessions/totp with the code."`
}

type sessionAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      SessionView
}

// Connection tells how the request came in.
type Connection struct{ encrypted bool }

// Resolve is called by Huma.
func (c *Connection) Resolve(ctx huma.Context) []error {
	c.encrypted = ctx.TLS() != nil
	return nil
}

func (s *Server) cookieFor(c Connection, token string) http.Cookie {
	return s.sessionCookie(s.Secure || c.encrypted, token)
}

type signInInput struct {
	Connection
	Body struct {
		Method   string `json:"method" enum:"password,sms"`
		Login    string `json:"login,omitempty" maxLength:"254" doc:"Login, mobile number or mail address; with a password."`
		Password string `json:"password,omitempty" maxLength:"1024"`
		Mobile   string `json:"mobile,omitempty" maxLength:"20"`
		Code     string `json:"code,omitempty" maxLength:"10" doc:"From POST /sessions/sms-codes."`
	}
}

type signInAnswer struct {
	SetCookie *http.Cookie `header:"Set-Cookie"`
	Body      SignInView
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*signInAnswer, error) {
	var done identity.SignIn
	var err error
	client := callerOf(ctx).client
	if in.Body.Method == "sms" {
		done, err = s.Identity.SignInCode(ctx, in.Body.Mobile, in.Body.Code, client)
	} else {
		done, err = s.Identity.SignInPassword(ctx, in.Body.Login, in.Body.Password, client)
	}
	if err != nil {
		return nil, err
	}
	return s.signedInBy(ctx, in.Connection, done)
}

// signedInBy hands out a session, or says that the second factor is missing.
func (s *Server) signedInBy(ctx context.Context, c Connection, done identity.SignIn) (*signInAnswer, error) {
	if done.Pending {
		return &signInAnswer{Body: SignInView{TOTPRequired: true, Pending: done.Token}}, nil
	}
	a, err := s.begun(ctx, c, done)
	if err != nil {
		return nil, err
	}
	return &signInAnswer{SetCookie: &a.SetCookie, Body: SignInView{SessionView: &a.Body}}, nil
}

type finishInput struct {
	Connection
	Body struct {
		Pending string `json:"pending" maxLength:"200"`
		Code    string `json:"code" maxLength:"20" doc:"Of the authenticator app, or a recovery code."`
	}
}

func (s *Server) finishTOTP(ctx context.Context, in *finishInput) (*sessionAnswer, error) {
	done, err := s.Identity.FinishTOTP(ctx, in.Body.Pending, in.Body.Code, callerOf(ctx).client)
	if err != nil {
		return nil, err
	}
	return s.begun(ctx, in.Connection, done)
}

// begun hands out a new session. The one that the request came with, if any, ends: a token never outlives
// the sign-in that follows it.
func (s *Server) begun(ctx context.Context, c Connection, done identity.SignIn) (*sessionAnswer, error) {
	if was := callerOf(ctx); was.session.ID != "" {
		if err := s.Identity.EndSession(ctx, was.actor, was.session.ID); err != nil {
			return nil, err
		}
	}
	view, err := s.sessionJSON(ctx, done.Session)
	if err != nil {
		return nil, err
	}
	return &sessionAnswer{SetCookie: s.cookieFor(c, done.Token), Body: *view}, nil
}

type codeInput struct {
	Body struct {
		Mobile   string `json:"mobile" maxLength:"20"`
		Language string `json:"language,omitempty" enum:"zh,en"`
	}
}

// sendSignInCode answers alike whether or not the number has an account.
func (s *Server) sendSignInCode(ctx context.Context, in *codeInput) (*struct{}, error) {
	return nil, s.Identity.SendCode(ctx, in.Body.Mobile, "sign-in", in.Body.Language, callerOf(ctx).client)
}

// hasSession refuses whoever has no session: nobody, and API keys.
func hasSession(ctx context.Context) (caller, error) {
	c := callerOf(ctx)
	if c.session.ID == "" {
		return c, errNotSignedIn
	}
	return c, nil
}

func (s *Server) currentSession(ctx context.Context, _ *struct{}) (*struct{ Body SessionView }, error) {
	c, err := hasSession(ctx)
	if err != nil {
		return nil, err
	}
	view, err := s.sessionJSON(ctx, c.session)
	if err != nil {
		return nil, err
	}
	return &struct{ Body SessionView }{*view}, nil
}

func (s *Server) actFor(ctx context.Context, in *struct {
	Body struct {
		Org cinnabar.OrgID `json:"org" doc:"Empty: for oneself."`
	}
},
) (*struct{ Body SessionView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.Identity.ActFor(ctx, a, in.Body.Org); err != nil {
		return nil, err
	}
	session := callerOf(ctx).session
	session.Org = in.Body.Org
	view, err := s.sessionJSON(ctx, session)
	if err != nil {
		return nil, err
	}
	return &struct{ Body SessionView }{*view}, nil
}

type cookieAnswer struct {
	SetCookie *http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, in *struct{ Connection }) (*cookieAnswer, error) {
	c, err := hasSession(ctx)
	if err != nil {
		return nil, err
	}
	over := s.cookieFor(in.Connection, "")
	return &cookieAnswer{&over}, s.Identity.EndSession(ctx, c.actor, c.session.ID)
}

func (s *Server) endSession(ctx context.Context, in *struct {
	Connection
	ID string `path:"id"`
},
) (*cookieAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	out := &cookieAnswer{}
	if in.ID == a.Session {
		over := s.cookieFor(in.Connection, "")
		out.SetCookie = &over
	}
	return out, s.Identity.EndSession(ctx, a, in.ID)
}

// SessionRow is a session in a list.
type SessionRow struct {
	ID         string         `json:"id"`
	Level      identity.Level `json:"level"`
	CreatedAt  time.Time      `json:"createdAt"`
	LastSeenAt time.Time      `json:"lastSeenAt"`
	Address    string         `json:"address"`
	Agent      string         `json:"agent"`
	Current    bool           `json:"current"`
}

func (s *Server) listSessions(ctx context.Context, _ *struct{}) (*struct{ Body []SessionRow }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Identity.Sessions(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	out := []SessionRow{}
	for _, x := range list {
		out = append(out, SessionRow{x.ID, x.Level, x.CreatedAt, x.SeenAt, x.Address, x.Agent, x.ID == a.Session})
	}
	return &struct{ Body []SessionRow }{out}, nil
}

func (s *Server) sessionJSON(ctx context.Context, x identity.Session) (*SessionView, error) {
	v := &SessionView{ID: x.ID, Level: x.Level, ExpiresAt: x.ExpiresAt, Orgs: []MembershipView{}}
	if x.Link != "" {
		v.Link = &LinkView{cinnabar.CaseID(x.Case), x.LinkRole, x.LinkUses}
	}
	if x.Person == "" {
		return v, nil
	}
	p, err := s.Identity.Person(ctx, s.DB, x.Person)
	if err != nil {
		return nil, err
	}
	v.Person, v.TOTPEnabled = personJSON(p), p.TOTP
	if x.Link != "" {
		return v, nil // a link acts for nobody else
	}
	return v, s.addOrgs(ctx, v, x)
}

// addOrgs lists the organisations, and the roles that count in the one acted for.
func (s *Server) addOrgs(ctx context.Context, v *SessionView, x identity.Session) error {
	list, err := s.Identity.OrgsOf(ctx, s.DB, x.Person)
	if err != nil {
		return err
	}
	for _, m := range list {
		one := MembershipView{m.Org.ID, m.Org.Name, m.Org.Kind, append([]string{}, m.Roles...)}
		v.Orgs = append(v.Orgs, one)
		if m.Org.ID != x.Org {
			continue
		}
		acting := one
		acting.Roles = slices.DeleteFunc(slices.Clone(one.Roles), func(r string) bool {
			return x.Level != identity.TOTP && slices.Contains(m.Org.TOTPRoles, r)
		})
		v.Org, v.NeedsSecondFactor = &acting, len(acting.Roles) < len(one.Roles)
	}
	return nil
}

func personJSON(p identity.Person) PersonView {
	return PersonView{
		ID: p.ID, Name: p.Name, Login: p.Login, MobileMasked: secret.MaskMobile(p.Mobile.Reveal()), Email: p.Email.Reveal(),
		Language: p.Language, HasPassword: p.HasPassword, TOTPEnabled: p.TOTP,
	}
}
