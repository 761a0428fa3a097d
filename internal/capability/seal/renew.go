package seal

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// How long before a certificate ends its holders are told, twice.
const (
	firstReminder = 60 * 24 * time.Hour
	lastReminder  = 14 * 24 * time.Hour
)

// endOf is when a certificate, or one above it, ends.
func endOf(chain []*x509.Certificate) time.Time {
	end := chain[0].NotAfter
	for _, c := range chain[1:] {
		if c.NotAfter.Before(end) {
			end = c.NotAfter
		}
	}
	return end
}

// notEnded refuses a seal whose certificate has ended: what it seals nobody could verify.
func (s *Service) notEnded(_ db.Tx, o *opened) error {
	if s.Clock.Now().Before(endOf(o.key.chain)) {
		return nil
	}
	return errs.New(errs.Conflict, "seal-expired", "the seal's certificate has ended; a holder renews it by the seal's password")
}

// Renew has a full holder, by their password, give the seal a new key with a new certificate; the old one ends. The
// password stays; other holders' passwords were of the old key, so that the seal is to be offered to them again.
func (s *Service) Renew(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, password string) error {
	o, err := s.openWith(ctx, id, p, password, fullHolder, Event{Kind: EventUnlocked, Detail: "to renew the certificate"})
	if err != nil {
		return err
	}
	clear(o.dek)
	was := o.seal
	was.Holder = p
	k, h, err := s.newKey(ctx, was, password)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		v, err := lockSeal(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := unchanged(was, v); err != nil {
			return err
		}
		if err := s.endKey(ctx, tx, v, "renewed"); err != nil {
			return err
		}
		if err := insertKey(ctx, tx, k, s.Clock.Now()); err != nil {
			return err
		}
		if err := insertHolder(ctx, tx, h, s.Clock.Now()); err != nil {
			return err
		}
		if err := setHolder(ctx, tx, id, p); err != nil {
			return err
		}
		return s.addEvent(ctx, tx, id, Event{Kind: EventRenewed, Person: p, Detail: fmt.Sprintf("key version %d", k.version)})
	})
}

// Remind tells the holders of seals whose certificate ends soon, at most twice each.
func (s *Service) Remind(ctx context.Context) error {
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE seal_key SET reminded = CASE WHEN ends_at <= $2 THEN 2 ELSE 1 END
			WHERE revoked_at = 0 AND (reminded = 0 AND ends_at <= $1 OR reminded = 1 AND ends_at <= $2) RETURNING seal_id`,
			db.Millis(now.Add(firstReminder)), db.Millis(now.Add(lastReminder)))
		due, err := db.Collect(rows, err, func(r db.Rows) (id cinnabar.SealID, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		for _, id := range due {
			v, err := getSeal(ctx, tx, id)
			if err != nil {
				return err
			}
			holders, err := holdersOf(ctx, tx, v)
			if err != nil {
				return err
			}
			if err := s.Notifier.SealEnding(ctx, tx, v, holders); err != nil {
				return err
			}
		}
		return nil
	})
}
