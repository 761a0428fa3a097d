// Package registryhttp asks a register of companies over HTTP by a small protocol:
//
//	GET <url>/companies/<credit code>
//	Authorization: Bearer <token>
//
// The register answers 200 and {"uscc", "name", "legalRep", "status"}, or 404 when it has no such code. A
// register of another kind is spoken to by an adapter that speaks this.
package registryhttp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cinnabar/internal/capability/registry"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Config is how to reach the register.
type Config struct {
	URL    string
	Token  secret.Secret
	Client *http.Client // default: one with a timeout of 5 s
}

// Client is a registry.Register.
type Client struct{ Config }

var _ registry.Register = (*Client)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Client, error) {
	if u, err := url.Parse(c.URL); err != nil || u.Host == "" {
		return nil, errors.New("registryhttp: the register's address is missing or malformed")
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 5 * time.Second}
	}
	c.URL = strings.TrimRight(c.URL, "/")
	return &Client{c}, nil
}

// maxAnswer is more than any company's entry.
const maxAnswer = 64 << 10

// Find asks the register.
func (c *Client) Find(ctx context.Context, uscc string) (registry.Company, error) {
	var out registry.Company
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/companies/"+url.PathEscape(uscc), nil)
	if err != nil {
		return out, err
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	}
	down := errs.New(errs.Unavailable, "registry-down", "the register of companies does not answer")
	res, err := c.Client.Do(req)
	if err != nil {
		return out, down.Because(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return out, down.Because(err)
	case res.StatusCode == http.StatusNotFound:
		return out, errs.New(errs.NotFound, "company-not-found", "the register has no company with this credit code")
	case res.StatusCode != http.StatusOK:
		return out, down.With("status", res.StatusCode)
	}
	if err := json.Unmarshal(body, &out); err != nil || out.USCC != uscc || out.Name == "" {
		return registry.Company{}, down.Because(errors.Join(err, errors.New("an answer that is not about this company")))
	}
	return out, nil
}
