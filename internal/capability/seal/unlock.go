package seal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// How long an unlocked key stays in memory.
const (
	openFor      = 5 * time.Minute
	openForBatch = 15 * time.Minute
	maxBatch     = 10_000
)

// Purpose is what a seal is unlocked for: these documents and no others.
type Purpose struct {
	Case     cinnabar.CaseID
	Batch    string            // set for bulk sealing
	Template string            // what the documents are made of, "x" or "x/y"; grants can be limited to either
	Digests  []cinnabar.Digest // the documents as they are before the first seal of this unlocking
	// Whole are all documents of the batch, of which Digests are what is left; empty: Digests are all. An approval
	// of the whole holds for the rest (PLT-24).
	Whole []cinnabar.Digest
}

// approved is the purpose for which approval was asked.
func (p Purpose) approved() Purpose {
	if len(p.Whole) > 0 {
		p.Digests = p.Whole
	}
	return p
}

// Digest identifies the purpose.
func (p Purpose) Digest() cinnabar.Digest {
	h := sha256.New()
	for _, s := range []string{string(p.Case), p.Batch, p.Template} {
		_ = binary.Write(h, binary.BigEndian, uint32(len(s)))
		h.Write([]byte(s))
	}
	for _, d := range p.Digests {
		h.Write(d[:])
	}
	return cinnabar.Digest(h.Sum(nil))
}

func (p Purpose) check() error {
	if len(p.Digests) == 0 || len(p.Digests) > maxBatch || (p.Batch == "" && len(p.Digests) != 1) {
		return errs.New(errs.Invalid, "purpose", "a seal is unlocked for one document, or for the documents of a batch")
	}
	seen := make(map[cinnabar.Digest]bool, len(p.Digests))
	for _, d := range p.Digests {
		if d.IsZero() || seen[d] {
			return errs.New(errs.Invalid, "purpose", "each document stands in the purpose once, by its digest")
		}
		seen[d] = true
	}
	for _, d := range p.Whole {
		delete(seen, d)
	}
	if len(p.Whole) > 0 && (len(seen) > 0 || p.Batch == "" || len(p.Whole) > maxBatch) {
		return errs.New(errs.Invalid, "purpose", "what is left of a batch is a part of it")
	}
	return nil
}

func (p Purpose) ttl() time.Duration {
	if p.Batch != "" {
		return openForBatch
	}
	return openFor
}

// Opened says that a seal is unlocked.
type Opened struct {
	Seal    cinnabar.SealID
	Person  cinnabar.PersonID
	Expires time.Time
}

// Unlock opens a seal with its holder's password for a purpose. The key waits in this process's memory
// until Take fetches it, or the time is over. Errors: NotFound (not a holder), Conflict (not in use, no
// approval, no grant; code "seal-expired": its certificate has ended), Locked, TooMany (busy), Unauthorized (wrong password; params.triesLeft).
func (s *Service) Unlock(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, password string, purpose Purpose) (*Opened, error) {
	if err := purpose.check(); err != nil {
		return nil, err
	}
	u := &Unlocked{Person: p, Purpose: purpose, clock: s.Clock}
	admit := func(tx db.Tx, o *opened) (err error) {
		if err := s.notEnded(tx, o); err != nil {
			return err
		}
		u.grant = o.holder.grant
		if err := s.grantAllows(ctx, tx, o.holder, purpose); err != nil {
			return err
		}
		if o.seal.NeedsApproval {
			u.approval, err = approvalFor(ctx, tx, id, p, purpose)
		}
		return err
	}
	o, err := s.openWith(ctx, id, p, password, admit, purpose.event(EventUnlocked))
	if err != nil {
		return nil, err
	}
	defer clear(o.dek)
	if u.key, err = s.custody.openKey(o.key, o.dek); err != nil {
		return nil, err
	}
	u.Seal, u.Chain, u.Expires = o.seal, o.key.chain, s.Clock.Now().Add(purpose.ttl())
	u.state = make(map[cinnabar.Digest]useState, len(purpose.Digests))
	for _, d := range purpose.Digests {
		u.state[d] = unused
	}
	s.open.put(u)
	return &Opened{Seal: id, Person: p, Expires: u.Expires}, nil
}

// event is the purpose as a line of the log.
func (p Purpose) event(kind string) Event {
	e := Event{Kind: kind, Case: p.Case, Digest: p.Digests[0].String()}
	if p.Batch != "" {
		e.Digest = p.Digest().String()
		e.Detail = fmt.Sprintf("batch %s, %d documents", p.Batch, len(p.Digests))
	}
	return e
}

// Opened lists which of these seals are unlocked for the purpose.
func (s *Service) Opened(p Purpose, seals ...cinnabar.SealID) []Opened {
	return s.open.list(p.Digest(), seals, s.Clock.Now())
}

// Take fetches unlocked seals in the given order: all of them or none. The caller closes them. It fails
// with errs.Conflict, code "seals-not-open", params.missing, while some wait for their passwords (GAS-8:
// neither signs before both are open).
func (s *Service) Take(p Purpose, seals ...cinnabar.SealID) ([]*Unlocked, error) {
	return s.open.take(p.Digest(), seals, s.Clock.Now())
}

// GiveBack puts back what Take fetched when nothing came of it, so that the holders need not give their passwords
// again while their time lasts.
func (s *Service) GiveBack(taken ...*Unlocked) {
	for _, u := range taken {
		for _, d := range u.Purpose.Digests {
			u.Release(d)
		}
		s.open.put(u)
	}
}

// Close drops what was unlocked for a purpose.
func (s *Service) Close(p Purpose, seals ...cinnabar.SealID) { s.open.drop(p.Digest(), seals) }

// Use is one seal put on one document.
type Use struct {
	Digest cinnabar.Digest // of the document as named in the purpose
	Result cinnabar.Digest // of the document as published, with the seal
	Doc    cinnabar.DocID
}

// RecordUse writes a use on the seal's log within the transaction that publishes the sealed document, and
// takes it off the grant or approval. It fails, and so keeps the document from being published, when the
// seal was suspended or ended meanwhile, or the grant is used up.
func (s *Service) RecordUse(ctx context.Context, tx db.Tx, u *Unlocked, use Use) error {
	if err := u.wasUsed(use.Digest); err != nil {
		return err
	}
	v, err := lockSeal(ctx, tx, u.Seal.ID)
	if err != nil {
		return err
	}
	if err := unchanged(u.Seal, v); err != nil {
		return err
	}
	if err := s.belongs(ctx, tx, v, u.Person); err != nil {
		return err
	}
	if err := s.takeUse(ctx, tx, u); err != nil {
		return err
	}
	e := u.Purpose.event(EventUsed)
	e.Person, e.Doc, e.Digest = u.Person, use.Doc, use.Result.String()
	e.Detail = "document before sealing " + use.Digest.String()
	return s.addEvent(ctx, tx, v.ID, e)
}
