package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/platform/secret"
)

// Names of the headers (Standard Webhooks, "Webhook headers").
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

const (
	secretPrefix = "whsec_"
	secretSize   = 32 // bytes; the specification asks for 24 to 64
	version      = "v1,"
)

// Tolerance is how far the time of a request may be from the receiver's clock.
const Tolerance = 5 * time.Minute

func newSecret() secret.Secret {
	var b [secretSize]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails (Go 1.24 and later)
	return secret.Secret(secretPrefix + base64.StdEncoding.EncodeToString(b[:]))
}

// Sign makes the signature of a body: HMAC-SHA256 over "id.timestamp.body", the timestamp in Unix seconds.
// The secret is base64 behind "whsec_".
func Sign(s secret.Secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Reveal(), secretPrefix))
	if err != nil {
		return "", errors.New("the webhook secret is not base64")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return version + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// ErrForged means that a request was not signed with the secret, or too long ago.
var ErrForged = errors.New("the webhook's signature or time is wrong")

// Verify checks what a receiver got: the three headers and the raw body. It fails with ErrForged.
func Verify(s secret.Secret, header func(name string) string, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(header(HeaderTimestamp), 10, 64)
	if err != nil {
		return ErrForged
	}
	at := time.Unix(seconds, 0)
	if d := now.Sub(at); d > Tolerance || d < -Tolerance {
		return ErrForged
	}
	want, err := Sign(s, header(HeaderID), at, body)
	if err != nil {
		return err
	}
	for _, got := range strings.Fields(header(HeaderSignature)) {
		if hmac.Equal([]byte(got), []byte(want)) {
			return nil
		}
	}
	return ErrForged
}
