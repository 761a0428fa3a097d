package agent

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/platform/clock"
)

const (
	base     = "/api/v1"
	maxReply = 1 << 20
	pollWait = 25 // seconds that the server may keep a question open
)

// client speaks to the server.
type client struct {
	id    Identity
	clock clock.Clock
	http  *http.Client
}

func newClient(id Identity, c clock.Clock) *client {
	return &client{id, c, &http.Client{Timeout: (pollWait + 15) * time.Second}}
}

// Enrol makes this machine a device of the organisation whose administrator made the code, and keeps its key in
// file, which must not exist.
func Enrol(ctx context.Context, server, code, name, file string, readers []protocol.Reader) (Identity, error) {
	origin, err := originOf(server)
	if err != nil {
		return Identity{}, err
	}
	if err := reserve(file); err != nil {
		return Identity{}, err
	}
	id, err := enrol(ctx, origin, code, name, readers)
	if err == nil {
		err = id.save(file)
	}
	if err != nil {
		return id, errors.Join(err, os.Remove(file))
	}
	return id, nil
}

func enrol(ctx context.Context, origin, code, name string, readers []protocol.Reader) (Identity, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Identity{}, err
	}
	var token [32]byte
	_, _ = rand.Read(token[:]) // crypto/rand.Read never fails (Go 1.24 and later)
	id := Identity{Server: origin, Name: name, Seed: key.Seed(), Token: base64.RawURLEncoding.EncodeToString(token[:])}
	e := protocol.Enrolment{Code: code, Name: name, PublicKey: id.publicKey(), LocalToken: id.Token, Readers: readers}
	e.Signature = protocol.Sign(key, e.Message())
	var answer struct {
		ID string `json:"id"`
	}
	c := newClient(id, clock.System{})
	if err := c.do(ctx, http.MethodPost, base+"/devices", e, &answer); err != nil {
		return id, err
	}
	id.Device = answer.ID
	return id, nil
}

// originOf gives scheme and host, as browsers name a page's origin. Only this machine may be spoken to without
// encryption.
func originOf(server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", fmt.Errorf("%q is not the address of a server", server)
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return "", fmt.Errorf("%s: only https, but for a server on this machine", server)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

func isLoopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// waiting asks what is to be captured. The server answers when there is something, or after a while.
func (c *client) waiting(ctx context.Context) ([]protocol.Request, error) {
	var answer struct {
		Items []protocol.Request `json:"items"`
	}
	err := c.do(ctx, http.MethodGet, fmt.Sprintf("%s/devices/me/captures?wait=%d", base, pollWait), nil, &answer)
	return answer.Items, err
}

func (c *client) handIn(ctx context.Context, p protocol.Capture) error {
	return c.do(ctx, http.MethodPut, base+"/captures/"+p.Request+"/picture", p, nil)
}

func (c *client) fail(ctx context.Context, request, why string) error {
	return c.do(ctx, http.MethodPut, base+"/captures/"+request+"/failure", protocol.Failure{Reason: why}, nil)
}

// Refused is an answer of the server that repeating the request would not change.
type Refused struct {
	Status int
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (r *Refused) Error() string {
	return fmt.Sprintf("the server refused: %s (%s, status %d)", r.Detail, r.Code, r.Status)
}

// do sends a request, signed once the agent is a device, and reads the answer into out, if any.
func (c *client) do(ctx context.Context, method, target string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.id.Server+target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.id.Device != "" {
		p := protocol.Proof{Device: c.id.Device, Time: c.clock.Now()}
		p.Signature = protocol.Sign(c.id.key(), protocol.ProofMessage(p.Device, method, target, p.Time, body))
		req.Header.Set("Authorization", p.Header())
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
	if err != nil {
		return err
	}
	if res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests {
		return fmt.Errorf("the server is not well: status %d", res.StatusCode)
	}
	if res.StatusCode >= 300 {
		r := &Refused{Status: res.StatusCode}
		if json.Unmarshal(reply, r) != nil {
			r.Detail = "this is not the answer of a Cinnabar server"
		}
		return r
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(reply, out)
}
