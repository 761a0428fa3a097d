package httpapi

import (
	"context"
	"net/http"
	"time"

	"cinnabar/internal/capability/identity"
)

func (s *Server) apiKeyRoutes() {
	get(s, "/organisations/{id}/api-keys", "organisations", "Keys by which its programs use the API", s.listKeys)
	post(s, "/organisations/{id}/api-keys", "organisations", "Make an API key; its secret is shown once", http.StatusCreated, s.createKey)
	del(s, "/organisations/{id}/api-keys/{key}", "organisations", "Revoke an API key", s.revokeKey)
}

// KeyView is an API key.
type KeyView struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Roles     []string   `json:"roles"`
	CreatedAt time.Time  `json:"createdAt"`
	SeenAt    *time.Time `json:"seenAt,omitempty" doc:"Used last, to the hour."`
	Secret    string     `json:"secret,omitempty" doc:"Only in the answer that makes the key."`
}

func keyJSON(k identity.Key, secret string) KeyView {
	return KeyView{k.ID, k.Name, append([]string{}, k.Roles...), k.CreatedAt, optional(k.SeenAt), secret}
}

func (s *Server) listKeys(ctx context.Context, in *OrgPath) (*struct{ Body []KeyView }, error) {
	if _, err := adminOf(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Identity.Keys(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := []KeyView{}
	for _, k := range list {
		out = append(out, keyJSON(k, ""))
	}
	return &struct{ Body []KeyView }{out}, nil
}

func (s *Server) createKey(ctx context.Context, in *struct {
	OrgPath
	Body struct {
		Name  string   `json:"name" maxLength:"60"`
		Roles []string `json:"roles" minItems:"1" maxItems:"10"`
	}
},
) (*struct{ Body KeyView }, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	k, secret, err := s.Identity.CreateKey(ctx, a, in.Body.Name, in.Body.Roles)
	if err != nil {
		return nil, err
	}
	return &struct{ Body KeyView }{keyJSON(k, secret)}, nil
}

func (s *Server) revokeKey(ctx context.Context, in *struct {
	OrgPath
	Key string `path:"key"`
},
) (*struct{}, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Identity.RevokeKey(ctx, a, in.Key)
}
