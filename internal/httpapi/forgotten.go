package httpapi

import (
	"context"

	"cinnabar/internal/capability/identity"
)

// sendForgottenCode answers alike whether or not the number has an account.
func (s *Server) sendForgottenCode(ctx context.Context, in *codeInput) (*struct{}, error) {
	return nil, s.Identity.SendCode(ctx, in.Body.Mobile, identity.PurposeForgotten, in.Body.Language, callerOf(ctx).client)
}

func (s *Server) replaceForgotten(ctx context.Context, in *struct {
	Body struct {
		Mobile   string `json:"mobile" maxLength:"20" doc:"Of the account."`
		Code     string `json:"code" maxLength:"10" doc:"From POST /password-resets/codes."`
		TOTP     string `json:"totp,omitempty" maxLength:"20" doc:"The one-time password, or a recovery code, where the account has a second factor: asked for by totp-required, which leaves the code good."`
		Password string `json:"password" maxLength:"1024"`
	}
},
) (*struct{}, error) {
	f := identity.Forgotten{Mobile: in.Body.Mobile, Code: in.Body.Code, TOTP: in.Body.TOTP, Password: in.Body.Password}
	return nil, s.Identity.ReplaceForgotten(ctx, f, callerOf(ctx).client)
}
