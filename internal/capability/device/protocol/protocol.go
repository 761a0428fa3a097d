// Package protocol is what an agent and a server say to each other (docs/biometrics-agent.md): the statement by
// which a device answers for a picture, the proof that a request comes from a device, and the JSON of both.
//
// Guaranteed: a signature made for one purpose is never one for another (each text begins with its own line), and
// a text has one reading: every value stands on a line of its own and may hold no line break.
package protocol

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
)

// LocalAddress is where the agent's own page listens unless told otherwise. The server's content policy lets its
// pages ask there.
const LocalAddress = "127.0.0.1:9271"

// Reader is a device that takes pictures of fingers.
type Reader struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind" doc:"How it is spoken to, e.g. files for the stand-in."`
	DPI  int    `json:"dpi" doc:"Pixels per inch of its pictures; 0 where the picture says."`
}

// Enrolment is what an agent sends once to become a device.
type Enrolment struct {
	Code       string   `json:"code" maxLength:"40"`
	Name       string   `json:"name" minLength:"1" maxLength:"60"`
	PublicKey  string   `json:"publicKey" maxLength:"64" doc:"Ed25519, base64url without padding."`
	LocalToken string   `json:"localToken" minLength:"43" maxLength:"64" doc:"Opens the agent's page on its own machine; the server tells it to members of the organisation."`
	Readers    []Reader `json:"readers,omitempty" maxItems:"16"`
	Signature  string   `json:"signature" maxLength:"100" doc:"By the key, over code, key and token."`
}

// Message is what Signature covers: who sends the key holds it.
func (e Enrolment) Message() []byte {
	return lines("cinnabar-enrolment-v1", e.Code, e.PublicKey, e.LocalToken)
}

// Request asks a device for a picture.
type Request struct {
	ID       string    `json:"id"`
	Nonce    string    `json:"nonce"`
	Position int       `json:"position" doc:"ISO/IEC 19794-2: 1 right thumb to 10 left little finger; 0 any."`
	Expires  time.Time `json:"expiresAt"`
}

// Statement is what a device signs about a picture.
type Statement struct {
	Request  string          `json:"request"`
	Nonce    string          `json:"nonce" doc:"The server's, by which the answer is fresh."`
	Device   string          `json:"device"`
	Reader   string          `json:"reader"`
	Position int             `json:"position"`
	DPI      int             `json:"dpi"`
	Quality  int             `json:"quality" doc:"0 to 100 by the agent's own measure."`
	Digest   cinnabar.Digest `json:"digest" doc:"SHA-256 of the picture."`
	Taken    time.Time       `json:"takenAt"`
}

// Message is what the signature covers.
func (s Statement) Message() []byte {
	return lines("cinnabar-capture-v1", s.Request, s.Nonce, s.Device, s.Reader, strconv.Itoa(s.Position), strconv.Itoa(s.DPI),
		strconv.Itoa(s.Quality), s.Digest.String(), strconv.FormatInt(s.Taken.UnixMilli(), 10))
}

// Capture is a picture with the statement about it.
type Capture struct {
	Statement
	Picture   string `json:"picture" maxLength:"4000000" doc:"PNG, TIFF or BMP, in base64."`
	Signature string `json:"signature" maxLength:"100" doc:"Ed25519 over the statement, base64url without padding."`
}

// Failure says why there is no picture.
type Failure struct {
	Reason string `json:"reason" enum:"timeout,unplugged,refused,fault"`
}

// Scheme is that of Authorization for requests signed by a device.
const Scheme = "Cinnabar-Device "

// Proof says which device sends a request. Signature covers method, target, body and time.
type Proof struct {
	Device    string
	Time      time.Time
	Signature string
}

// ProofMessage is what a request's signature covers. target is path and query.
func ProofMessage(device, method, target string, at time.Time, body []byte) []byte {
	return lines("cinnabar-request-v1", device, method, target, strconv.FormatInt(at.UnixMilli(), 10), cinnabar.DigestOf(body).String())
}

// Header gives the value of Authorization.
func (p Proof) Header() string {
	return fmt.Sprintf("%sdevice=%s,time=%d,signature=%s", Scheme, p.Device, p.Time.UnixMilli(), p.Signature)
}

var errNoProof = errors.New("not the Authorization of a device")

// ParseProof reads what Header writes.
func ParseProof(header string) (Proof, error) {
	rest, ok := strings.CutPrefix(header, Scheme)
	if !ok || len(rest) > 400 {
		return Proof{}, errNoProof
	}
	var p Proof
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "device":
			p.Device = value
		case "signature":
			p.Signature = value
		case "time":
			ms, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return Proof{}, errNoProof
			}
			p.Time = time.UnixMilli(ms)
		}
	}
	if p.Device == "" || p.Signature == "" || p.Time.IsZero() {
		return Proof{}, errNoProof
	}
	return p, nil
}

// Sign gives the signature of a message, base64url.
func Sign(key ed25519.PrivateKey, message []byte) string {
	return base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, message))
}

// Verify tells whether a signature is a key's over a message. Malformed keys and signatures verify nothing.
func Verify(publicKey string, message []byte, signature string) bool {
	key, err := base64.RawURLEncoding.DecodeString(publicKey)
	if err != nil || len(key) != ed25519.PublicKeySize || message == nil {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	return err == nil && ed25519.Verify(key, message, sig)
}

// lines is the text of a signature; nil, which nothing verifies, when a value holds a line break.
func lines(values ...string) []byte {
	for _, v := range values {
		if strings.ContainsAny(v, "\r\n") {
			return nil
		}
	}
	return []byte(strings.Join(values, "\n") + "\n")
}
