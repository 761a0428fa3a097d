package seal

import (
	"context"
	"sync"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// offerFor is how long an offered seal waits for the other person's password.
const offerFor = 30 * time.Minute

// Limit is what a person who is not a full holder may do with a seal (PLT-24).
type Limit struct {
	Template string // what documents are made of, with all that stands below it ("x" allows "x/…"); "" for any
	Uses     int
	Until    time.Time
}

// offer is a data key in memory, waiting for another holder's password.
type offer struct {
	mu      sync.Mutex
	dek     []byte
	version int64
	from    cinnabar.PersonID
	limit   *Limit
	expires time.Time
}

type offerKey struct {
	seal cinnabar.SealID
	to   cinnabar.PersonID
}

func (o *offer) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.dek)
	o.dek = nil
}

// Offer has a full holder, by their password, let another person hold the seal too: fully, or within a
// limit. The other one is told and sets a password of their own by Accept; neither learns the other's. The
// offer lives in this process's memory for half an hour.
func (s *Service) Offer(ctx context.Context, id cinnabar.SealID, from cinnabar.PersonID, password string, to cinnabar.PersonID, limit *Limit) (time.Time, error) {
	if to == "" || to == from {
		return time.Time{}, errs.Wrong(errs.Field{Pointer: "/person", Code: "not-allowed"})
	}
	if limit != nil && (limit.Uses < 1 || !limit.Until.After(s.Clock.Now())) {
		return time.Time{}, errs.Wrong(errs.Field{Pointer: "/limit", Code: "out-of-range"})
	}
	o, err := s.openWith(ctx, id, from, password, fullHolder, Event{Kind: EventOffered, Detail: "to " + string(to)})
	if err != nil {
		return time.Time{}, err
	}
	of := &offer{dek: o.dek, version: o.key.version, from: from, limit: limit, expires: s.Clock.Now().Add(offerFor)}
	err = s.DB.InTx(context.WithoutCancel(ctx), func(tx db.Tx) error { return s.Notifier.SealOffered(ctx, tx, o.seal, to, of.expires) })
	if err != nil {
		of.close()
		return time.Time{}, err
	}
	s.open.putOffer(offerKey{id, to}, of)
	return of.expires, nil
}

// Offered says whether a seal is offered to a person at present, so that Accept could take it. It looks into
// this process's memory only, as Accept does.
func (s *Service) Offered(id cinnabar.SealID, to cinnabar.PersonID) bool {
	return s.open.hasOffer(offerKey{id, to}, s.Clock.Now())
}

func fullHolder(_ db.Tx, o *opened) error {
	if o.holder.grant != "" {
		return errs.New(errs.Forbidden, "not-full-holder", "only a full holder of the seal may pass it on")
	}
	return nil
}

// Accept has the other person set a password of their own. errs.NotFound when nothing was offered, or too
// long ago, or to another replica.
func (s *Service) Accept(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, password string) error {
	tries, err := s.checkNewPassword(ctx, id, p, password)
	if err != nil {
		return err
	}
	of := s.open.takeOffer(offerKey{id, p}, s.Clock.Now())
	if of == nil {
		return errs.New(errs.NotFound, "no-offer", "nobody offers you this seal at present; ask its holder again")
	}
	defer of.close()
	h := holderRow{seal: id, version: of.version, person: p, cost: s.Cost}
	if of.limit != nil {
		h.grant = cinnabar.NewID[string]("grant")
	}
	if h, err = s.custody.wrap(ctx, h, password, of.dek); err != nil {
		return err
	}
	if err := s.DB.InTx(ctx, func(tx db.Tx) error { return s.addHolder(ctx, tx, h, of) }); err != nil {
		return err
	}
	return s.forgive(context.WithoutCancel(ctx), tries)
}

func (s *Service) addHolder(ctx context.Context, tx db.Tx, h holderRow, of *offer) error {
	v, err := lockSeal(ctx, tx, h.seal)
	if err != nil {
		return err
	}
	if err := inState(v, InUse, Suspended); err != nil {
		return err
	}
	if err := s.belongs(ctx, tx, v, h.person); err != nil {
		return err
	}
	if v.KeyVersion != h.version {
		return errs.New(errs.Stale, "stale", "the seal's key was replaced meanwhile")
	}
	now := s.Clock.Now()
	if of.limit != nil {
		if err := insertGrant(ctx, tx, h, of, now); err != nil {
			return err
		}
		if err := s.addEvent(ctx, tx, v.ID, Event{Kind: EventGrant, Person: of.from, Detail: of.limit.String() + " to " + string(h.person)}); err != nil {
			return err
		}
	}
	// A new grant takes the place of an older one.
	if _, err := tx.Exec(ctx, `DELETE FROM seal_holder WHERE seal_id = $1 AND version = $2 AND person = $3 AND grant_id IS NOT NULL`,
		string(h.seal), h.version, string(h.person)); err != nil {
		return err
	}
	if err := insertHolder(ctx, tx, h, now); err != nil {
		return err
	}
	return s.addEvent(ctx, tx, v.ID, Event{Kind: EventHolder, Person: h.person, Detail: "offered by " + string(of.from)})
}

// RemoveHolder takes a person's password away. The last full holder stays: end the seal instead.
func (s *Service) RemoveHolder(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, p cinnabar.PersonID, reason string) error {
	if err := needsReason(reason); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		v, err := lockSeal(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := deleteHolder(ctx, tx, v, p); err != nil {
			return err
		}
		left, err := db.Exists(ctx, tx, `SELECT 1 FROM seal_holder WHERE seal_id = $1 AND version = $2 AND grant_id IS NULL`, string(id), v.KeyVersion)
		if err != nil {
			return err
		}
		if !left {
			return errs.New(errs.Conflict, "last-holder", "this is the seal's last holder; revoke or reissue the seal instead")
		}
		tx.AfterCommit(func() { s.open.closeSeal(id) })
		return s.addEvent(ctx, tx, id, Event{Kind: EventHolderGone, Person: by.Person, Reason: reason, Detail: string(p)})
	})
}

func (h *handles) putOffer(k offerKey, o *offer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.offers == nil {
		h.offers = map[offerKey]*offer{}
	}
	if old := h.offers[k]; old != nil {
		old.close()
	}
	h.offers[k] = o
	time.AfterFunc(offerFor, func() { h.takeOffer(k, o.expires) })
}

func (h *handles) hasOffer(k offerKey, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := h.offers[k]
	return o != nil && now.Before(o.expires)
}

// takeOffer fetches an offer once; one whose time is over is destroyed.
func (h *handles) takeOffer(k offerKey, now time.Time) *offer {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := h.offers[k]
	delete(h.offers, k)
	if o != nil && !now.Before(o.expires) {
		o.close()
		return nil
	}
	return o
}
