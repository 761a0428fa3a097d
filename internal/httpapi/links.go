package httpapi

import (
	"context"
	"net/http"
)

func (s *Server) linkRoutes() {
	post(s, "/links/{token}", "sessions", "Exchange a one-time link for a session limited to its case and role", http.StatusOK, s.useLink)
}

func (s *Server) useLink(ctx context.Context, in *struct {
	Connection
	Token string `path:"token" maxLength:"200"`
},
) (*sessionAnswer, error) {
	done, err := s.Identity.UseLink(ctx, in.Token, callerOf(ctx).client)
	if err != nil {
		return nil, err
	}
	return s.begun(ctx, in.Connection, done)
}
