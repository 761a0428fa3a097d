package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

func (s *Server) consentRoutes() {
	get(s, "/consents", "people", "All consents that the caller ever gave", s.listConsents)
	post(s, "/consents", "people", "Agree to the processing of sensitive data", http.StatusCreated, s.giveConsent)
	del(s, "/consents/{kind}", "people", "Withdraw a consent", s.withdrawConsent)
}

// ConsentView is a consent.
type ConsentView struct {
	Kind        string          `json:"kind"`
	Digest      cinnabar.Digest `json:"digest" doc:"SHA-256 of the wording that was agreed to."`
	GivenAt     time.Time       `json:"givenAt"`
	WithdrawnAt *time.Time      `json:"withdrawnAt,omitempty"`
}

func (s *Server) listConsents(ctx context.Context, _ *struct{}) (*struct{ Body []ConsentView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Identity.Consents(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	out := []ConsentView{}
	for _, c := range list {
		out = append(out, ConsentView{c.Kind, c.Text, c.GivenAt, optional(c.WithdrawnAt)})
	}
	return &struct{ Body []ConsentView }{out}, nil
}

// giveConsent keeps the digest of the wording. A text that comes with it must be the one that it names.
func (s *Server) giveConsent(ctx context.Context, in *struct {
	Body struct {
		Kind   string `json:"kind" enum:"face,face-sign-in,fingerprint" doc:"Of the face one for cases and one for sign-in: each can be withdrawn and the other stands."`
		Text   string `json:"text,omitempty" maxLength:"20000" doc:"The wording, to check the digest by."`
		Digest string `json:"digest" minLength:"64" maxLength:"64" doc:"SHA-256 of the wording, in hexadecimal."`
	}
},
) (*struct{ Body ConsentView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	digest, err := cinnabar.ParseDigest(in.Body.Digest)
	if err != nil {
		return nil, errs.Wrong(errs.Field{Pointer: "/digest", Code: "malformed"})
	}
	if in.Body.Text != "" && cinnabar.DigestOf([]byte(in.Body.Text)) != digest {
		return nil, errs.Wrong(errs.Field{Pointer: "/digest", Code: "mismatch"})
	}
	if err := s.Identity.GiveConsent(ctx, a, in.Body.Kind, digest); err != nil {
		return nil, err
	}
	return &struct{ Body ConsentView }{ConsentView{Kind: in.Body.Kind, Digest: digest, GivenAt: s.Clock.Now()}}, nil
}

func (s *Server) withdrawConsent(ctx context.Context, in *struct {
	Kind string `path:"kind"`
},
) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if in.Kind == fingerConsent { // templates go first: what is left after a crash is a consent without them
		if _, err := s.forgetFingers(ctx, nil); err != nil {
			return nil, err
		}
	}
	if in.Kind == identity.FaceSignInConsent {
		if err := s.Identity.EndFaceDevices(ctx, a); err != nil {
			return nil, err
		}
	}
	return nil, s.Identity.WithdrawConsent(ctx, a, in.Kind)
}

// wrongEntry makes a refused code an entry to be corrected: the caller is signed in, and 401 would say
// otherwise.
func wrongEntry(err error, pointer string) error {
	if errors.Is(err, errs.Unauthorized) {
		return errs.Wrong(errs.Field{Pointer: pointer, Code: "mismatch"})
	}
	return err
}
