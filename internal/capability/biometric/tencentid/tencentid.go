// Package tencentid has Tencent Cloud verify people by its face page (faceid, version 2018-03-01): DetectAuth begins a
// check and gives the page's address, GetDetectInfoEnhanced tells the result, both server to server.
//
// Requests are signed by TC3-HMAC-SHA256; answers are not signed, the line is (TLS). Written from the public documentation
// (cloud.tencent.com, documents 1007/31816 and 1007/41957); tried with the stand-in of package facepeer, not with Tencent.
package tencentid

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/secret"
)

// Endpoint is Tencent's own.
const Endpoint = "https://faceid.tencentcloudapi.com"

// Config is how to reach Tencent Cloud.
type Config struct {
	Endpoint string // default: Endpoint
	ID       string // SecretId
	Key      secret.Secret
	Rule     string // RuleId, the scene that was agreed with Tencent
	Clock    clock.Clock
	Client   *http.Client // default: one with a timeout of 10 s
}

// Provider is a biometric.Provider.
type Provider struct {
	biometric.OwnPage
	Config
	host string
}

var _ biometric.Provider = (*Provider)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Provider, error) {
	if c.ID == "" || c.Key == "" || c.Rule == "" || c.Clock == nil {
		return nil, errors.New("tencentid: an id, its key, a rule and a clock are needed")
	}
	if c.Endpoint == "" {
		c.Endpoint = Endpoint
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 10 * time.Second}
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" {
		return nil, errors.New("tencentid: the endpoint is no address")
	}
	return &Provider{Config: c, host: u.Host}, nil
}

// life is how long a check can be ended at Tencent's page.
const life = 2 * time.Hour

// Info tells that the pictures are Tencent's.
func (p *Provider) Info() biometric.Info {
	return biometric.Info{Name: "tencent", Model: "tencent-faceid-2018-03-01", Liveness: "by Tencent Cloud", Remote: true}
}

// Begin starts a check.
func (p *Provider) Begin(ctx context.Context, s biometric.Subject, back string) (*biometric.Begun, error) {
	var out struct{ BizToken, Url string } //nolint:revive // the protocol's spelling
	_, err := p.call(ctx, "DetectAuth", map[string]string{"RuleId": p.Rule, "IdCard": s.IDNumber, "Name": s.Name, "RedirectUrl": back}, &out)
	if err != nil {
		return nil, err
	}
	if out.BizToken == "" || !strings.HasPrefix(out.Url, "http") {
		return nil, biometric.ProviderDown(errors.New("no token or no page"))
	}
	return &biometric.Begun{Redirect: out.Url, Reference: out.BizToken, Expires: p.Clock.Now().Add(life)}, nil
}

// detected is the result as Tencent tells it. ErrCode is absent until the check has ended.
type detected struct {
	Text struct {
		ErrCode       *int
		LiveStatus    *int
		Comparestatus *int
		Sim           string
	}
	BestFrame struct{ BestFrame string }
}

// Codes of a check that Tencent could not carry out.
const (
	systemError  = 1001
	tokenExpired = "InvalidParameterValue.BizTokenExpired"
)

// Poll asks for the result.
func (p *Provider) Poll(ctx context.Context, reference string) (*biometric.Verdict, error) {
	var out detected
	v := &biometric.Verdict{State: biometric.NoMatch, Reason: "not_same", Live: p.Info().Liveness, Model: p.Info().Model}
	code, err := p.call(ctx, "GetDetectInfoEnhanced", map[string]string{"BizToken": reference, "RuleId": p.Rule, "InfoType": "13"}, &out)
	if code == tokenExpired {
		v.State, v.Reason = biometric.Failed, "expired"
		return v, nil
	}
	if err != nil || out.Text.ErrCode == nil {
		return nil, err
	}
	switch {
	case *out.Text.ErrCode == systemError:
		v.State, v.Reason = biometric.Failed, "provider"
		return v, nil
	case *out.Text.ErrCode == 0 && zero(out.Text.LiveStatus) && zero(out.Text.Comparestatus):
		v.State, v.Reason = biometric.Match, ""
	case !zero(out.Text.LiveStatus):
		v.Reason = "not_alive"
	}
	if sim, err := strconv.ParseFloat(out.Text.Sim, 64); err == nil {
		sim /= 100
		v.Score = &sim
	}
	v.BestFrame, _ = base64.StdEncoding.DecodeString(out.BestFrame.BestFrame) //nolint:errcheck // a picture for an officer, or none
	return v, nil
}

func zero(code *int) bool { return code != nil && *code == 0 }
