// Package alipay has Alipay verify people by its face page (open certification): the check is initialised server to
// server, the person goes to a signed address, and the result is asked for server to server.
//
//	alipay.user.certify.open.initialize   name, number, where to come back to -> certify_id
//	alipay.user.certify.open.certify      a signed address that the browser opens
//	alipay.user.certify.open.query        certify_id -> passed
//
// Requests are signed by the merchant's RSA key (RSA2: PKCS #1 v1.5, SHA-256), answers by Alipay's, and an answer whose
// signature does not fit counts for nothing. Written from the public documentation (docs.open.alipay.com, api_2); tried
// with the stand-in of package facepeer, not with Alipay.
package alipay

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
)

// Gateway is Alipay's own.
const Gateway = "https://openapi.alipay.com/gateway.do"

// Config is how to reach Alipay.
type Config struct {
	Gateway string // default: Gateway
	App     string // app_id
	Key     *rsa.PrivateKey
	Alipay  *rsa.PublicKey // by which Alipay's answers are checked
	Clock   clock.Clock
	Client  *http.Client // default: one with a timeout of 10 s
}

// Provider is a biometric.Provider.
type Provider struct {
	biometric.OwnPage
	Config
}

var _ biometric.Provider = (*Provider)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Provider, error) {
	if c.App == "" || c.Key == nil || c.Alipay == nil || c.Clock == nil {
		return nil, errors.New("alipay: an app, its key, Alipay's public key and a clock are needed")
	}
	if c.Gateway == "" {
		c.Gateway = Gateway
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 10 * time.Second}
	}
	return &Provider{Config: c}, nil
}

// Methods of the gateway.
const (
	initialize = "alipay.user.certify.open.initialize"
	certify    = "alipay.user.certify.open.certify"
	query      = "alipay.user.certify.open.query"
)

// life is how long a check can be ended at Alipay's page.
const life = 30 * time.Minute

// Info tells that the pictures are Alipay's.
func (p *Provider) Info() biometric.Info {
	return biometric.Info{Name: "alipay", Model: "alipay-certify-face", Liveness: "by Alipay", Remote: true}
}

// Begin initialises a check and makes the address of its page.
func (p *Provider) Begin(ctx context.Context, s biometric.Subject, back string) (*biometric.Begun, error) {
	content := map[string]any{
		"outer_order_no": strings.ToUpper(strings.NewReplacer("_", "", "-", "").Replace(cinnabar.NewID[string]("face"))),
		"biz_code":       "FACE",
		"identity_param": map[string]string{
			"identity_type": "CERT_INFO", "cert_type": "IDENTITY_CARD", "cert_name": s.Name, "cert_no": s.IDNumber,
		},
		"merchant_config": map[string]string{"return_url": back},
	}
	var out struct {
		CertifyID string `json:"certify_id"`
	}
	if err := p.call(ctx, initialize, content, &out); err != nil {
		return nil, err
	}
	if out.CertifyID == "" {
		return nil, biometric.ProviderDown(errors.New("no certify_id"))
	}
	params, err := p.signed(certify, map[string]string{"certify_id": out.CertifyID})
	if err != nil {
		return nil, err
	}
	return &biometric.Begun{Redirect: p.Gateway + "?" + params.Encode(), Reference: out.CertifyID, Expires: p.Clock.Now().Add(life)}, nil
}

// Poll asks for the result. A check that did not pass and names no reason has not been ended yet.
func (p *Provider) Poll(ctx context.Context, reference string) (*biometric.Verdict, error) {
	var out struct {
		Passed     string `json:"passed"`
		FailReason string `json:"fail_reason"`
	}
	if err := p.call(ctx, query, map[string]string{"certify_id": reference}, &out); err != nil {
		return nil, err
	}
	v := &biometric.Verdict{State: biometric.NoMatch, Reason: "not_same", Live: p.Info().Liveness, Model: p.Info().Model}
	switch {
	case out.Passed == "T":
		v.State, v.Reason = biometric.Match, ""
	case out.Passed != "F":
		return nil, biometric.ProviderDown(errors.New("an answer that says neither T nor F"))
	case out.FailReason == "":
		return nil, nil
	}
	return v, nil
}

// result is the part that all answers have; 10000 is success.
type result struct {
	Code    string `json:"code"`
	SubCode string `json:"sub_code"`
}

// understand reads an answer whose signature was checked.
func understand(raw json.RawMessage, into any) error {
	var r result
	if err := json.Unmarshal(raw, &r); err != nil {
		return biometric.ProviderDown(err)
	}
	if r.Code != "10000" {
		return biometric.ProviderDown(errors.New("answer " + url.QueryEscape(r.Code+" "+r.SubCode)))
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return biometric.ProviderDown(err)
	}
	return nil
}
