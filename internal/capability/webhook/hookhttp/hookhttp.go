// Package hookhttp brings webhooks to their endpoints by HTTP.
//
// Guaranteed: whatever address an organisation gives, and however its name resolves at whichever moment,
// a connection is made to public addresses only, besides those that the operator has allowed: the address
// is judged when the connection is made, after the name was resolved. Redirects are not followed, no proxy
// is asked, answers are read up to a bound and thrown away, and plain HTTP is for allowed addresses only.
package hookhttp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cinnabar/internal/capability/webhook"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

// Config is what the operator sets.
type Config struct {
	Allow []netip.Prefix // addresses that are not public and may be spoken to, by plain HTTP too
	Clock clock.Clock
	TLS   *tls.Config // nil: the system's certificate authorities
}

// Client is a carrier of webhooks.
type Client struct {
	clock  clock.Clock
	allow  []netip.Prefix
	secure *http.Client
	plain  *http.Client
}

const (
	dialTimeout = 10 * time.Second
	maxAnswer   = 64 << 10 // bytes read of an answer, so that its connection can be used again
	maxHeader   = 64 << 10
)

// New makes a client.
func New(c Config) (*Client, error) {
	if c.Clock == nil {
		return nil, errors.New("hookhttp: a clock is needed")
	}
	client := &Client{clock: c.Clock, allow: c.Allow}
	tlsConfig := &tls.Config{}
	if c.TLS != nil {
		tlsConfig = c.TLS.Clone()
	}
	tlsConfig.MinVersion = tls.VersionTLS12
	client.secure = newHTTP(tlsConfig, func(a netip.Addr) bool { return Public(a) || client.allowed(a) })
	client.plain = newHTTP(nil, client.allowed)
	return client, nil
}

func newHTTP(t *tls.Config, may func(netip.Addr) bool) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !may(a.Addr().Unmap()) {
			return errRefused
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: t, TLSHandshakeTimeout: dialTimeout, ForceAttemptHTTP2: true,
			DisableCompression: true, MaxResponseHeaderBytes: maxHeader, MaxIdleConns: 64, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close lets go of idle connections.
func (c *Client) Close() {
	c.secure.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}

func (c *Client) allowed(a netip.Addr) bool {
	for _, p := range c.allow {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// Check judges what can be judged without resolving the name.
func (c *Client) Check(address string) error {
	code := ""
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || strings.TrimSpace(address) != address:
		code = "malformed"
	case u.Scheme != "https" && (u.Scheme != "http" || len(c.allow) == 0):
		code = "not-https"
	default:
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && !c.allowed(a) && (u.Scheme == "http" || !Public(a)) {
			code = "address-refused"
		}
	}
	if code != "" {
		return errs.Wrong(errs.Field{Pointer: "/url", Code: code})
	}
	return nil
}

// Post sends one request. The codes of its errors: "address-refused" (the name leads to an address that is
// not public), "timeout", "certificate", "unreachable", "connection-cut".
func (c *Client) Post(ctx context.Context, address string, header map[string]string, body []byte) (webhook.Answer, error) {
	if c.Check(address) != nil {
		return webhook.Answer{}, problem("address-refused", errRefused)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return webhook.Answer{}, problem("unreachable", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Cinnabar-Webhook/1")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	// Not sent, but lets net/http try again on a new connection when an idle one was closed meanwhile.
	r.Header["Idempotency-Key"] = nil
	client := c.secure
	if r.URL.Scheme == "http" {
		client = c.plain
	}
	res, err := client.Do(r)
	if err != nil {
		return webhook.Answer{}, problem(codeOf(err), err)
	}
	defer res.Body.Close()
	answer := webhook.Answer{Status: res.StatusCode, RetryAfter: c.retryAfter(res.Header.Get("Retry-After"))}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer)) // the status has told all
	return answer, nil
}

func problem(code string, cause error) error {
	return errs.New(errs.Unavailable, code, "the endpoint could not be reached").Because(cause)
}

var errRefused = errors.New("not a public address")

func codeOf(err error) string {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.Is(err, errRefused):
		return "address-refused"
	case errors.As(err, &certificate), errors.As(err, &record):
		return "certificate"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &op) && op.Op != "dial":
		return "connection-cut"
	}
	return "unreachable"
}

// retryAfter reads seconds or a date (RFC 9110 10.2.3); 0 when there is none.
func (c *Client) retryAfter(s string) time.Duration {
	if n, err := strconv.Atoi(s); err == nil && n > 0 && n < 1<<20 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(c.clock.Now()))
	}
	return 0
}
