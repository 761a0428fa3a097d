package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"io"
	"sync"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

// Unlocked is a seal whose key is open, for one purpose and a short time. Close it after use.
type Unlocked struct {
	Seal    Seal
	Person  cinnabar.PersonID // who gave the password
	Purpose Purpose
	Chain   []*x509.Certificate
	Expires time.Time

	grant, approval string
	clock           clock.Clock

	mu    sync.Mutex
	key   *ecdsa.PrivateKey // nil once closed
	state map[cinnabar.Digest]useState
}

type useState int

const (
	unused useState = iota
	given           // a signer was handed out
	signed
)

// For returns a signer for one document of the purpose; it signs once. errs.Conflict when the document is
// not one of the purpose, had its signer already, or the time is over.
func (u *Unlocked) For(d cinnabar.Digest) (crypto.Signer, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.alive(); err != nil {
		return nil, err
	}
	state, ok := u.state[d]
	if !ok || state != unused {
		return nil, errs.New(errs.Conflict, "not-unlocked-for-this", "the seal was not unlocked for this document, or was used on it already")
	}
	u.state[d] = given
	return &onceSigner{u: u, digest: d, public: u.key.Public()}, nil
}

func (u *Unlocked) alive() error {
	if u.key == nil || !u.clock.Now().Before(u.Expires) {
		return errs.New(errs.Conflict, "seals-not-open", "the time since the password was given is over; give it again")
	}
	return nil
}

func (u *Unlocked) wasUsed(d cinnabar.Digest) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.state[d] != signed {
		return errs.New(errs.Conflict, "not-sealed", "the seal did not sign this document")
	}
	return nil
}

// Release lets a document be tried again whose signature was made but never published.
func (u *Unlocked) Release(d cinnabar.Digest) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, ok := u.state[d]; ok {
		u.state[d] = unused
	}
}

// Admit has a document of the purpose stand under the digest that a seal of somebody else gave it. That it is the same
// document is the caller's to know.
func (u *Unlocked) Admit(was, is cinnabar.Digest) {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, ours := u.state[was]
	if _, known := u.state[is]; ours && !known {
		u.state[is] = unused
	}
}

// Open tells whether the key is there and its time is not over.
func (u *Unlocked) Open() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.alive() == nil
}

// Close destroys the key.
func (u *Unlocked) Close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	wipe(u.key)
	u.key = nil
}

// onceSigner signs once, on behalf of one document.
type onceSigner struct {
	u      *Unlocked
	digest cinnabar.Digest
	public crypto.PublicKey
}

func (o *onceSigner) Public() crypto.PublicKey { return o.public }

func (o *onceSigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	o.u.mu.Lock()
	defer o.u.mu.Unlock()
	if err := o.u.alive(); err != nil {
		return nil, err
	}
	if o.u.state[o.digest] != given {
		return nil, errs.New(errs.Conflict, "not-unlocked-for-this", "the seal was used on this document already")
	}
	o.u.state[o.digest] = signed
	return o.u.key.Sign(rand, digest, opts)
}

// handles are the open keys of this process.
type handles struct {
	mu     sync.Mutex
	open   map[handleKey]*Unlocked
	offers map[offerKey]*offer
}

type handleKey struct {
	purpose cinnabar.Digest
	seal    cinnabar.SealID
}

// put keeps a key until it is taken or its time is over; one opened before for the same purpose is closed.
func (h *handles) put(u *Unlocked) {
	k := handleKey{u.Purpose.Digest(), u.Seal.ID}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open == nil {
		h.open = map[handleKey]*Unlocked{}
	}
	if old := h.open[k]; old != nil {
		old.Close()
	}
	h.open[k] = u
	time.AfterFunc(u.Purpose.ttl(), func() {
		u.Close()
		h.forget(k, u)
	})
}

func (h *handles) forget(k handleKey, u *Unlocked) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open[k] == u {
		delete(h.open, k)
	}
}

// live returns the open key, if its time is not over. The caller holds the lock.
func (h *handles) live(k handleKey, now time.Time) *Unlocked {
	u := h.open[k]
	if u == nil || now.Before(u.Expires) {
		return u
	}
	u.Close()
	delete(h.open, k)
	return nil
}

func (h *handles) list(purpose cinnabar.Digest, seals []cinnabar.SealID, now time.Time) (out []Opened) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range seals {
		if u := h.live(handleKey{purpose, id}, now); u != nil {
			out = append(out, Opened{Seal: id, Person: u.Person, Expires: u.Expires})
		}
	}
	return out
}

func (h *handles) take(purpose cinnabar.Digest, seals []cinnabar.SealID, now time.Time) ([]*Unlocked, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*Unlocked
	var missing []string
	taken := map[cinnabar.SealID]bool{}
	for _, id := range seals {
		u := h.live(handleKey{purpose, id}, now)
		if u == nil || taken[id] {
			missing = append(missing, string(id))
			continue
		}
		taken[id] = true
		out = append(out, u)
	}
	if len(missing) > 0 || len(seals) == 0 {
		return nil, errs.New(errs.Conflict, "seals-not-open", "not all seals are unlocked for this document").With("missing", missing)
	}
	for id := range taken {
		delete(h.open, handleKey{purpose, id})
	}
	return out, nil
}

func (h *handles) drop(purpose cinnabar.Digest, seals []cinnabar.SealID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range seals {
		k := handleKey{purpose, id}
		if u := h.open[k]; u != nil {
			u.Close()
			delete(h.open, k)
		}
	}
}

// closeOf closes what a person has open of an organisation's seals.
func (h *handles) closeOf(org cinnabar.OrgID, p cinnabar.PersonID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k, u := range h.open {
		if u.Person == p && u.Seal.Org == org {
			u.Close()
			delete(h.open, k)
		}
	}
}

// closeSeal closes everything that is open of a seal.
func (h *handles) closeSeal(id cinnabar.SealID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k, u := range h.open {
		if k.seal == id {
			u.Close()
			delete(h.open, k)
		}
	}
	for k, o := range h.offers {
		if k.seal == id {
			o.close()
			delete(h.offers, k)
		}
	}
}
