// Package smshttp delivers short messages through an HTTP gateway by a small signed protocol:
//
//	POST <url>
//	Content-Type: application/json
//	X-Cinnabar-Key: <name of the key>
//	X-Cinnabar-Time: <Unix seconds>
//	X-Cinnabar-Signature: <hex of HMAC-SHA256(secret, time + "\n" + body)>
//
//	{"key": "<id of the message>", "to": "<number>", "text": "<text>"}
//
// The gateway answers 202 and {"id": "…"} once it has taken the message for good. It drops repeats by the
// key and answers them the same. 401, 403 and 404 are mistakes in the set-up, which an operator cures, and
// temporary like 408, 409, 425, 429 and 5xx; any other 4xx with {"code": "…"} is permanent. A gateway of another kind is spoken to by an adapter that speaks this.
package smshttp

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// Names of the headers.
const (
	HeaderKey       = "X-Cinnabar-Key"
	HeaderTime      = "X-Cinnabar-Time"
	HeaderSignature = "X-Cinnabar-Signature"
)

// Request is the body.
type Request struct {
	Key  string `json:"key"`
	To   string `json:"to"`
	Text string `json:"text"`
}

// Sign makes the signature of a body sent at a time (Unix seconds in decimal).
func Sign(key secret.Secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(at + "\n"))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Config is how to reach the gateway.
type Config struct {
	URL     string
	KeyName string
	Secret  secret.Secret
	Clock   clock.Clock
	Client  *http.Client // default: one with a timeout of 15 s
}

// Client is a message.Carrier.
type Client struct{ Config }

var _ message.Carrier = (*Client)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Client, error) {
	if c.URL == "" || c.KeyName == "" || c.Secret == "" || c.Clock == nil {
		return nil, errors.New("smshttp: URL, KeyName, Secret and Clock are needed")
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 15 * time.Second}
	}
	return &Client{c}, nil
}

// Deliver hands one message to the gateway. Its errors hold no number.
func (c *Client) Deliver(ctx context.Context, m message.Outgoing) error {
	body, err := json.Marshal(Request{Key: m.ID, To: m.To.Reveal(), Text: m.Body})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(c.Clock.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(HeaderKey, c.KeyName)
	req.Header.Set(HeaderTime, at)
	req.Header.Set(HeaderSignature, Sign(c.Secret, at, body))
	res, err := c.Client.Do(req)
	if err != nil {
		return errs.New(errs.Unavailable, "sms-gateway", "the SMS gateway cannot be reached")
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
	return classify(res.StatusCode, answer)
}

func classify(status int, answer []byte) error {
	switch {
	case status/100 == 2:
		return nil
	case status == 401, status == 403, status == 404:
		return errs.New(errs.Unavailable, "sms-set-up", "the SMS gateway does not accept us (%d): look at its address and key", status)
	case status == 408, status == 409, status == 425, status == 429, status >= 500:
		return errs.New(errs.Unavailable, "sms-deferred", "the SMS gateway did not take the message yet (%d)", status)
	}
	var e struct{ Code string }
	if json.Unmarshal(answer, &e) != nil || !isCode(e.Code) {
		e.Code = "unknown"
	}
	return jobs.Permanent(errs.New(errs.Conflict, "sms-refused-"+e.Code, "the SMS gateway refused the message for good (%d)", status))
}

// isCode tells whether the gateway's word can be shown: it may hold anything.
func isCode(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) < 40
}
