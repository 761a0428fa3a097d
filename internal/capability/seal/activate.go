package seal

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Activate has the holder set the password of an approved seal: its key is made and certified, and the
// seal is in use. After a reissue this makes the next version of the key.
func (s *Service) Activate(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, password string) error {
	v, err := getSeal(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if v.Holder != p {
		return errs.New(errs.NotFound, "not-holder", "you do not hold this seal")
	}
	if err := s.belongs(ctx, s.DB, v, p); err != nil {
		return err
	}
	if err := inState(v, Approved); err != nil {
		return err
	}
	tries, err := s.checkNewPassword(ctx, id, p, password)
	if err != nil {
		return err
	}
	k, h, err := s.newKey(ctx, v, password)
	if err != nil {
		return err
	}
	if err := s.DB.InTx(ctx, func(tx db.Tx) error { return s.activate(ctx, tx, v, k, h) }); err != nil {
		return err
	}
	return s.forgive(context.WithoutCancel(ctx), tries)
}

// newKey makes a key, its certificate, and the holder's wrap.
func (s *Service) newKey(ctx context.Context, v Seal, password string) (keyRow, holderRow, error) {
	k := keyRow{seal: v.ID, version: v.KeyVersion + 1}
	h := holderRow{seal: v.ID, version: k.version, person: v.Holder, cost: s.Cost}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return k, h, fmt.Errorf("make the seal's key: %w", err)
	}
	defer wipe(key)
	dek := newDataKey()
	defer clear(dek)
	if h, err = s.custody.wrap(ctx, h, password, dek); err != nil {
		return k, h, err
	}
	subject := Subject{Seal: v.ID, Kind: v.Kind, Org: v.Org, Owner: v.Owner, Text: v.Text}
	if k.chain, err = s.Issuer.Issue(ctx, subject, key.Public()); err != nil {
		return k, h, fmt.Errorf("certify the seal's key: %w", err)
	}
	if len(k.chain) == 0 || !key.PublicKey.Equal(k.chain[0].PublicKey) {
		return k, h, fmt.Errorf("certify the seal's key: the certificate is for another key")
	}
	k, err = s.custody.sealKey(k, key, dek)
	return k, h, err
}

func (s *Service) activate(ctx context.Context, tx db.Tx, was Seal, k keyRow, h holderRow) error {
	v, err := lockSeal(ctx, tx, was.ID)
	if err != nil {
		return err
	}
	if err := inState(v, Approved); err != nil {
		return err
	}
	if v.KeyVersion != was.KeyVersion {
		return errs.New(errs.Stale, "stale", "the seal was changed meanwhile")
	}
	if err := s.endReplaced(ctx, tx, v); err != nil {
		return err
	}
	if err := insertKey(ctx, tx, k, s.Clock.Now()); err != nil {
		return err
	}
	if err := insertHolder(ctx, tx, h, s.Clock.Now()); err != nil {
		return err
	}
	err = setState(ctx, tx, v.ID, InUse)
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "seal-exists", "the organisation has such a seal in use; replace that one instead")
	}
	if err != nil {
		return err
	}
	return s.addEvent(ctx, tx, v.ID, Event{Kind: string(InUse), Person: h.person, Detail: fmt.Sprintf("key version %d", k.version)})
}

// endReplaced ends the seal that this one takes the place of, for the reason for which this one was applied for.
func (s *Service) endReplaced(ctx context.Context, tx db.Tx, v Seal) error {
	if v.Replaces == "" {
		return nil
	}
	old, err := lockSeal(ctx, tx, v.Replaces)
	if err != nil || old.State == Replaced || old.State == Revoked {
		return err
	}
	asked, err := eventsOf(ctx, tx, v.ID, 1, 1)
	if err != nil {
		return err
	}
	e := Event{Kind: string(Replaced), Person: v.Holder, Detail: "replaced by " + string(v.ID)}
	for _, first := range asked {
		e.Reason = first.Reason
	}
	if err := s.endKey(ctx, tx, old, e.Detail); err != nil {
		return err
	}
	if err := setState(ctx, tx, old.ID, Replaced); err != nil {
		return err
	}
	return s.addEvent(ctx, tx, old.ID, e)
}

// ChangePassword wraps the same key under a new password, at the present cost.
func (s *Service) ChangePassword(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, current, next string) error {
	o, err := s.openWith(ctx, id, p, current, nil, Event{Kind: EventUnlocked, Detail: "to change the password"})
	if err != nil {
		return err
	}
	defer clear(o.dek)
	if _, err := s.checkNewPassword(ctx, id, p, next); err != nil {
		return err
	}
	h := o.holder
	h.cost = s.Cost
	if h, err = s.custody.wrap(ctx, h, next, o.dek); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := lockSeal(ctx, tx, id); err != nil {
			return err
		}
		if err := replaceHolder(ctx, tx, o.holder, h); err != nil {
			return err
		}
		return s.addEvent(ctx, tx, id, Event{Kind: EventPassword, Person: p})
	})
}

// wipe overwrites a private key as far as Go lets us: the runtime may hold copies until it collects them.
func wipe(k *ecdsa.PrivateKey) {
	if k != nil && k.D != nil {
		clear(k.D.Bits())
	}
}
