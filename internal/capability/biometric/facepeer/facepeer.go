// Package facepeer is a stand-in for Alipay and Tencent Cloud: a peer of its own that speaks both protocols of face
// verification over HTTP, checks signatures, keeps its checks, and can be in a bad mood. Who plays the person tells it by
// Finish what came out; that a browser opened the page and came back changes nothing.
package facepeer

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/secret"
)

// Outcome is how a check stands.
type Outcome int

// The outcomes.
const (
	Pending Outcome = iota
	Passed
	OtherFace // another person than the named one
	NotAlive
	Fault   // the provider's own machine failed
	Expired // too old to be asked for
)

// Mood is how the peer behaves. The zero Mood is a good one.
type Mood struct {
	Down   bool          // answers 503
	Forged bool          // signs answers by a key that is not its own (Alipay); spoils them (Tencent)
	Slow   time.Duration // before each answer
}

// Config is whom the peer knows.
type Config struct {
	App      string // Alipay's: the app,
	Merchant *rsa.PublicKey
	Own      *rsa.PrivateKey // and what answers are signed by
	Forger   *rsa.PrivateKey // for Mood.Forged
	ID       string          // Tencent's: the id,
	Key      secret.Secret   // its key,
	Rule     string          // and the scene
	Clock    clock.Clock
}

// Check is one that the peer keeps.
type Check struct {
	Name, Number, Back string
	Order              string // Alipay's outer_order_no
	Outcome            Outcome
	Opened             int // how often a browser opened its page
}

// Peer is an http.Handler: Alipay's gateway at /gateway.do, Tencent's endpoint at /, pages of checks at /page/.
type Peer struct {
	Config
	url string

	lock   sync.Mutex
	mood   Mood
	checks map[string]*Check
}

// New makes a peer that is reached at a URL (without a slash at its end).
func New(c Config, url string) (*Peer, error) {
	if c.Merchant == nil || c.Own == nil || c.Clock == nil || url == "" {
		return nil, errors.New("facepeer: keys, a clock and an address are needed")
	}
	return &Peer{Config: c, url: url, checks: map[string]*Check{}}, nil
}

// SetMood changes how the peer behaves.
func (p *Peer) SetMood(m Mood) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.mood = m
}

// Finish ends a check as the person at the page would.
func (p *Peer) Finish(reference string, o Outcome) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.checks[reference].Outcome = o
}

// Check tells what the peer knows of a check; ok is false when it knows none.
func (p *Peer) Check(reference string) (c Check, ok bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if kept := p.checks[reference]; kept != nil {
		return *kept, true
	}
	return Check{}, false
}

// keep takes a new check in and names it.
func (p *Peer) keep(c Check) string {
	p.lock.Lock()
	defer p.lock.Unlock()
	reference := fmt.Sprintf("%032d", len(p.checks)+1)
	p.checks[reference] = &c
	return reference
}

func (p *Peer) present() Mood {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.mood
}

func (p *Peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mood := p.present()
	if !clock.Wait(r.Context(), mood.Slow) {
		return
	}
	if mood.Down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	switch {
	case r.URL.Path == "/gateway.do" && r.Method == http.MethodPost:
		p.alipay(w, r, mood)
	case r.URL.Path == "/gateway.do":
		p.alipayPage(w, r)
	case r.URL.Path == "/page":
		p.page(w, r, r.URL.Query().Get("token"))
	case r.URL.Path == "/" && r.Method == http.MethodPost:
		p.tencent(w, r, mood)
	default:
		http.NotFound(w, r)
	}
}

// page is where the person would be filmed. It sends the browser back at once, whatever came out.
func (p *Peer) page(w http.ResponseWriter, r *http.Request, reference string) {
	p.lock.Lock()
	defer p.lock.Unlock()
	c := p.checks[reference]
	if c == nil {
		http.NotFound(w, r)
		return
	}
	c.Opened++
	http.Redirect(w, r, c.Back, http.StatusSeeOther)
}
