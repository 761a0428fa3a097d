package httpapi

import (
	"context"
	"net/http"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
)

func (s *Server) peopleRoutes() {
	post(s, "/people", "people", "Register", http.StatusCreated, s.register)
	get(s, "/people/me", "people", "The caller's account", s.getMe)
	patch(s, "/people/me", "people", "Change the caller's account", s.changeMe)
	route(s, http.MethodPut, "/people/me/password", "people", "Change the password; all other sessions end", http.StatusNoContent, s.changePassword)
	post(s, "/people/me/mobile/codes", "people", "Have a code sent to the mobile number to be, or to the present one", http.StatusNoContent, s.sendMobileCode)
	put(s, "/people/me/mobile", "people", "Change the mobile number; all other sessions end", s.changeMobile)
	post(s, "/people/me/totp", "people", "Make a secret for an authenticator app", http.StatusOK, s.enrolTOTP)
	put(s, "/people/me/totp", "people", "Switch the second factor on by a first code", s.confirmTOTP)
	get(s, "/people/me/recovery-codes", "people", "How many recovery codes are left", s.recoveryLeft)
	post(s, "/people/me/recovery-codes", "people", "New recovery codes in the place of all former ones, by a code of the authenticator", http.StatusOK, s.renewRecovery)
	del(s, "/people/me/totp", "people", "Switch the second factor off by a last code", s.stopTOTP)
}

type registerInput struct {
	Connection
	Body struct {
		Name     string `json:"name" maxLength:"60"`
		Mobile   string `json:"mobile" maxLength:"20"`
		Code     string `json:"code" maxLength:"10" doc:"From POST /sessions/sms-codes."`
		Password string `json:"password" maxLength:"1024"`
		Email    string `json:"email,omitempty" maxLength:"254"`
		Language string `json:"language,omitempty" enum:"zh,en"`
	}
}

func (s *Server) register(ctx context.Context, in *registerInput) (*sessionAnswer, error) {
	n := identity.NewPerson{Name: in.Body.Name, Mobile: in.Body.Mobile, Email: in.Body.Email, Language: in.Body.Language, Password: in.Body.Password}
	done, err := s.Identity.Register(ctx, n, in.Body.Code, callerOf(ctx).client)
	if err != nil {
		return nil, err
	}
	return s.begun(ctx, in.Connection, done)
}

type personAnswer struct{ Body PersonView }

func (s *Server) getMe(ctx context.Context, _ *struct{}) (*personAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.Identity.Person(ctx, s.DB, a.Person)
	if err != nil {
		return nil, err
	}
	return &personAnswer{personJSON(p)}, nil
}

func (s *Server) changeMe(ctx context.Context, in *struct {
	Body struct {
		Name     *string `json:"name,omitempty" maxLength:"60"`
		Email    *string `json:"email,omitempty" maxLength:"254"`
		Language *string `json:"language,omitempty" enum:"zh,en"`
	}
},
) (*personAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.Identity.ChangePerson(ctx, a, identity.Change{Name: in.Body.Name, Email: in.Body.Email, Language: in.Body.Language})
	if err != nil {
		return nil, err
	}
	return &personAnswer{personJSON(p)}, nil
}

func (s *Server) changePassword(ctx context.Context, in *struct {
	Body struct {
		Current string `json:"current,omitempty" maxLength:"1024" doc:"Left out by whoever has none yet."`
		Next    string `json:"next" maxLength:"1024"`
	}
},
) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Identity.ChangePassword(ctx, a, in.Body.Current, in.Body.Next)
}

func (s *Server) sendMobileCode(ctx context.Context, in *struct {
	Body struct {
		Mobile string `json:"mobile,omitempty" maxLength:"20" doc:"The number to be; left out: the present one, for whoever has neither a password nor a second factor."`
	}
},
) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Identity.SendMobileCode(ctx, a, in.Body.Mobile)
}

func (s *Server) changeMobile(ctx context.Context, in *struct {
	Body struct {
		Mobile  string `json:"mobile" maxLength:"20"`
		Code    string `json:"code" maxLength:"10" doc:"That came to the new number."`
		Current string `json:"current" maxLength:"1024" doc:"The password; of whoever has none, a one-time password where the second factor is on, or else the code that came to the present number."`
	}
},
) (*personAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.Identity.ChangeMobile(ctx, a, identity.NewMobile{Mobile: in.Body.Mobile, Code: in.Body.Code, Current: in.Body.Current}); err != nil {
		return nil, err
	}
	return s.getMe(ctx, nil)
}

// EnrolmentView is what an authenticator app is set up with; it is shown once.
type EnrolmentView struct {
	Secret string `json:"secret"`
	URI    string `json:"uri" doc:"otpauth://, for a QR code."`
}

func (s *Server) enrolTOTP(ctx context.Context, _ *struct{}) (*struct{ Body EnrolmentView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	e, err := s.Identity.EnrolTOTP(ctx, a)
	if err != nil {
		return nil, err
	}
	return &struct{ Body EnrolmentView }{EnrolmentView{e.Secret, e.URI}}, nil
}

type totpInput struct {
	Body struct {
		Code string `json:"code" maxLength:"20"`
	}
}

// RecoveryView are recovery codes; they are shown once.
type RecoveryView struct {
	Codes []string `json:"codes" doc:"Each replaces the authenticator once: at sign-in, at a forgotten password, and to switch it off."`
}

func (s *Server) confirmTOTP(ctx context.Context, in *totpInput) (*struct{ Body RecoveryView }, error) {
	return recovery(ctx, in, s.Identity.ConfirmTOTP)
}

func (s *Server) renewRecovery(ctx context.Context, in *totpInput) (*struct{ Body RecoveryView }, error) {
	return recovery(ctx, in, s.Identity.RenewRecovery)
}

// recovery answers with the codes that a code of the authenticator brings.
func recovery(ctx context.Context, in *totpInput, by func(context.Context, cinnabar.Actor, string) ([]string, error)) (*struct{ Body RecoveryView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	codes, err := by(ctx, a, in.Body.Code)
	if err != nil {
		return nil, wrongEntry(err, "/code")
	}
	return &struct{ Body RecoveryView }{RecoveryView{codes}}, nil
}

type recoveryLeft struct {
	Body struct {
		Left int `json:"left"`
	}
}

func (s *Server) recoveryLeft(ctx context.Context, _ *struct{}) (*recoveryLeft, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	out := &recoveryLeft{}
	out.Body.Left, err = s.Identity.RecoveryLeft(ctx, a.Person)
	return out, err
}

func (s *Server) stopTOTP(ctx context.Context, in *totpInput) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, wrongEntry(s.Identity.StopTOTP(ctx, a, in.Body.Code), "/code")
}
