// Package registrydesk is a stand-in for a register of companies: a real peer that speaks the protocol of
// package registryhttp, keeps companies of its own, and has bad moods.
package registrydesk

import (
	"encoding/json"
	"net/http"
	"sync"

	"cinnabar/internal/capability/registry"
	"cinnabar/internal/platform/secret"
)

// Mood is how the desk answers.
type Mood string

const (
	Well    Mood = ""
	Closed  Mood = "closed"  // 503
	Garbled Mood = "garbled" // half an answer
	Other   Mood = "other"   // somebody else's entry
)

// Desk answers questions about companies.
type Desk struct {
	token secret.Secret

	mu        sync.Mutex
	companies map[string]registry.Company
	mood      Mood
}

// New makes a desk that answers those who have the token.
func New(token secret.Secret) *Desk {
	return &Desk{token: token, companies: map[string]registry.Company{}}
}

// Enter puts a company into the register.
func (d *Desk) Enter(c registry.Company) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.companies[c.USCC] = c
}

// Feel sets the mood.
func (d *Desk) Feel(m Mood) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mood = m
}

// ServeHTTP answers GET /companies/<credit code>.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /companies/{uscc}", d.find)
	mux.ServeHTTP(w, r)
}

func (d *Desk) find(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+d.token.Reveal() {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	d.mu.Lock()
	c, ok := d.companies[r.PathValue("uscc")]
	mood := d.mood
	d.mu.Unlock()
	if mood == Closed {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if mood == Other {
		c.USCC = "91000000000000000X"
	}
	body, err := json.Marshal(c)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if mood == Garbled {
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}
