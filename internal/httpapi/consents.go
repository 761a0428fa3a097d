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
	get(s, "/consents/texts", "people", "The present wordings of all consents", s.consentTexts)
	post(s, "/consents", "people", "Agree to the processing of sensitive data", http.StatusNoContent, s.giveConsent)
	del(s, "/consents/{kind}", "people", "Withdraw a consent", s.withdrawConsent)
}

// ConsentView is a consent.
type ConsentView struct {
	Kind        string          `json:"kind"`
	Version     int             `json:"version" doc:"Of the wording."`
	Digest      cinnabar.Digest `json:"digest" doc:"SHA-256 of the wording that was agreed to."`
	Text        string          `json:"text,omitempty" doc:"The wording that was agreed to."`
	Stands      bool            `json:"stands" doc:"Not withdrawn, and to the present version; without one that stands it is asked anew."`
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
	words := map[cinnabar.Digest]string{}
	for _, t := range s.Identity.ConsentTexts() {
		words[t.Digest] = t.Text
	}
	out := []ConsentView{}
	for _, c := range list {
		out = append(out, ConsentView{c.Kind, c.Version, c.Text, words[c.Text], s.Identity.Covers(c), c.GivenAt, optional(c.WithdrawnAt)})
	}
	return &struct{ Body []ConsentView }{out}, nil
}

// ConsentTextView is the wording of a consent.
type ConsentTextView struct {
	Kind     string          `json:"kind" enum:"face,face-sign-in,fingerprint"`
	Language string          `json:"language" enum:"zh,en"`
	Version  int             `json:"version"`
	Text     string          `json:"text"`
	Digest   cinnabar.Digest `json:"digest" doc:"SHA-256 of the text in UTF-8, by which it is agreed to."`
}

func (s *Server) consentTexts(context.Context, *struct{}) (*struct{ Body []ConsentTextView }, error) {
	out := []ConsentTextView{}
	for _, t := range s.Identity.ConsentTexts() {
		if t.Current {
			out = append(out, ConsentTextView{t.Kind, t.Language, t.Version, t.Text, t.Digest})
		}
	}
	return &struct{ Body []ConsentTextView }{out}, nil
}

// giveConsent takes the digest of one of the present wordings, in the language in which it was read.
func (s *Server) giveConsent(ctx context.Context, in *struct {
	Body struct {
		Kind   string `json:"kind" enum:"face,face-sign-in,fingerprint" doc:"Of the face one for cases and one for sign-in: each can be withdrawn and the other stands."`
		Digest string `json:"digest" minLength:"64" maxLength:"64" doc:"Of the wording that was read (GET /consents/texts), in hexadecimal; 409 consent-changed when it is not a present one."`
	}
},
) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	digest, err := cinnabar.ParseDigest(in.Body.Digest)
	if err != nil {
		return nil, errs.Wrong(errs.Field{Pointer: "/digest", Code: "malformed"})
	}
	return nil, s.Identity.GiveConsent(ctx, a, in.Body.Kind, digest)
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
