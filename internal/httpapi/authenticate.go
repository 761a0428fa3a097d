package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// caller is who a request comes from.
type caller struct {
	actor   cinnabar.Actor
	session identity.Session
	client  identity.Client
	device  cinnabar.Actor // set for a device that signed its request; it is no actor
}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey).(caller)
	return c
}

// actorOf is who acts; the zero Actor is nobody.
func actorOf(ctx context.Context) cinnabar.Actor { return callerOf(ctx).actor }

// signedIn refuses whoever is not signed in.
func signedIn(ctx context.Context) (cinnabar.Actor, error) {
	a := actorOf(ctx)
	if a.Kind == cinnabar.Nobody {
		return a, errNotSignedIn
	}
	return a, nil
}

// member refuses everybody but a person who is signed in.
func member(ctx context.Context) (cinnabar.Actor, error) {
	a, err := signedIn(ctx)
	if err == nil && a.Kind != cinnabar.Member {
		return a, errs.New(errs.Forbidden, "members-only", "only a person who is signed in can do this")
	}
	return a, err
}

var errNotSignedIn = errs.New(errs.Unauthorized, "not-signed-in", "sign in first")

// authenticate finds out who asks: by the session cookie, or by an API key in Authorization. A cookie
// that does not stand any more counts as none, so that the sign-in page works; a wrong key is refused.
func (s *Server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		c := caller{client: identity.Client{Address: s.address(r), Agent: r.UserAgent()}}
		if strings.HasPrefix(r.Header.Get("Authorization"), protocol.Scheme) {
			d, err := s.provenDevice(w, r)
			if err != nil {
				s.writeProblem(w, r, err)
				return
			}
			c.device = d
		}
		token, isKey := s.token(r)
		if token != "" {
			session, actor, err := s.Identity.Authenticate(r.Context(), token, c.client)
			switch {
			case err == nil:
				c.session, c.actor = session, actor
			case isKey || !errors.Is(err, errs.Unauthorized):
				s.writeProblem(w, r, err)
				return
			}
		}
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey, c)))
	})
}

func (s *Server) token(r *http.Request) (token string, isKey bool) {
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return key, true
	}
	if c, err := r.Cookie(s.cookieName(r)); err == nil {
		return c.Value, false
	}
	return "", false
}

// cookieName has the __Host- prefix wherever the connection is encrypted. Over plain HTTP browsers refuse
// it; that is for loopback only.
func (s *Server) cookieName(r *http.Request) string {
	if s.isSecure(r) {
		return "__Host-cinnabar"
	}
	return "cinnabar"
}

func (s *Server) isSecure(r *http.Request) bool { return r.TLS != nil || s.Secure }

// sessionCookie carries a token to the browser; an empty one ends it.
func (s *Server) sessionCookie(secure bool, token string) http.Cookie {
	c := http.Cookie{Name: "cinnabar", Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if secure {
		c.Name, c.Secure = "__Host-cinnabar", true
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}
