package httpapi

import (
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-chi/httprate"

	"cinnabar/internal/platform/errs"
)

// defaultSignIns is how often one address or one account may try what can be guessed, in a minute. Many people may
// share an address; each account has limits of its own, in package identity.
const defaultSignIns = 60

// guessed are the operations at which passwords, codes and links can be guessed.
var guessed = []string{
	base + "/sessions", base + "/sessions/totp", base + "/sessions/sms-codes", base + "/people", base + "/links/{token}",
	base + "/people/me/password", base + "/people/me/mobile", base + "/people/me/mobile/codes", base + "/password-resets", base + "/password-resets/codes",
	base + "/people/me/totp", base + "/people/me/recovery-codes", base + "/cases/{id}/confirmations", base + "/devices",
	base + "/sessions/face-challenges", base + "/sessions/face",
}

var errTooMany = errs.New(errs.TooMany, "too-many-requests", "too many requests came from you or your address; wait a minute")

// limited bounds the guessing per account, or per address of those who are not signed in.
func (s *Server) limited() func(huma.Context, func(huma.Context)) {
	most := s.SignInsPerMinute
	if most == 0 {
		most = defaultSignIns
	}
	limiter := httprate.NewRateLimiter(most, time.Minute)
	return func(ctx huma.Context, next func(huma.Context)) {
		op := ctx.Operation()
		r, w := humago.Unwrap(ctx)
		if op.Method != http.MethodGet && slices.Contains(guessed, op.Path) && limiter.OnLimit(w, r, counted(r.Context())) {
			s.writeProblem(w, r, errTooMany)
			return
		}
		next(ctx)
	}
}
