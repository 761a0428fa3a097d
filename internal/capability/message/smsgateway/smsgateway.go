// Package smsgateway is a stand-in for an SMS gateway: a peer of its own that speaks the protocol of
// smshttp, checks signatures, drops repeats by key, keeps what it took, and can be in a bad mood. The demo
// shows what it took instead of sending it.
package smsgateway

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"cinnabar/internal/capability/message/smshttp"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/secret"
)

// Taken is a message that the gateway took.
type Taken struct {
	Key  string    `json:"key"`
	To   string    `json:"to"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Mood is how the gateway behaves. The zero Mood is a good one.
type Mood struct {
	Down      bool            // answers 503 and takes nothing
	Forgetful int             // so many next messages are taken and answered with 500
	Deaf      int             // so many next messages are lost on the way: 504, not taken
	Slow      time.Duration   // before each answer
	Refused   map[string]bool // numbers that are refused for good
}

// Gateway is an http.Handler.
type Gateway struct {
	keys  map[string]secret.Secret
	clock clock.Clock

	lock  sync.Mutex
	mood  Mood
	taken []Taken
	known map[string]bool
}

// maxKept is how many messages are kept.
const maxKept = 1000

// maxSkew is how far a request's time may be from ours.
const maxSkew = 5 * time.Minute

// New makes a gateway that knows some keys by name.
func New(keys map[string]secret.Secret, c clock.Clock) (*Gateway, error) {
	if len(keys) == 0 || c == nil {
		return nil, errors.New("smsgateway: keys and a clock are needed")
	}
	return &Gateway{keys: keys, clock: c, known: map[string]bool{}}, nil
}

// SetMood changes how the gateway behaves.
func (g *Gateway) SetMood(m Mood) {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.mood = m
}

// Taken returns what the gateway took, oldest first.
func (g *Gateway) Taken() []Taken {
	g.lock.Lock()
	defer g.lock.Unlock()
	return append([]Taken(nil), g.taken...)
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<10))
	if err != nil || r.Method != http.MethodPost {
		answer(w, http.StatusBadRequest, "malformed", "")
		return
	}
	if !g.isSigned(r, body) {
		answer(w, http.StatusUnauthorized, "signature", "")
		return
	}
	var m smshttp.Request
	if json.Unmarshal(body, &m) != nil || m.Key == "" || m.To == "" || m.Text == "" {
		answer(w, http.StatusBadRequest, "malformed", "")
		return
	}
	status, code, slow := g.take(m)
	if !clock.Wait(r.Context(), slow) {
		return
	}
	answer(w, status, code, m.Key)
}

func (g *Gateway) isSigned(r *http.Request, body []byte) bool {
	key, known := g.keys[r.Header.Get(smshttp.HeaderKey)]
	at := r.Header.Get(smshttp.HeaderTime)
	seconds, err := strconv.ParseInt(at, 10, 64)
	skew := g.clock.Now().Sub(time.Unix(seconds, 0)).Abs()
	return known && err == nil && skew <= maxSkew &&
		hmac.Equal([]byte(smshttp.Sign(key, at, body)), []byte(r.Header.Get(smshttp.HeaderSignature)))
}

// take keeps the message, or does what the mood says.
func (g *Gateway) take(m smshttp.Request) (status int, code string, slow time.Duration) {
	g.lock.Lock()
	defer g.lock.Unlock()
	slow = g.mood.Slow
	switch {
	case g.mood.Down:
		return http.StatusServiceUnavailable, "down", slow
	case g.mood.Deaf > 0:
		g.mood.Deaf--
		return http.StatusGatewayTimeout, "lost", slow
	case g.mood.Refused[m.To]:
		return http.StatusUnprocessableEntity, "number", slow
	}
	if !g.known[m.Key] {
		g.known[m.Key] = true
		g.taken = append(g.taken, Taken{m.Key, m.To, m.Text, g.clock.Now()})
		g.taken = g.taken[max(0, len(g.taken)-maxKept):]
	}
	if g.mood.Forgetful > 0 {
		g.mood.Forgetful--
		return http.StatusInternalServerError, "confused", slow
	}
	return http.StatusAccepted, "", slow
}

func answer(w http.ResponseWriter, status int, code, id string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": code, "id": id})
}
