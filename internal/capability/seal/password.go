package seal

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Rules of trying passwords (GAS-8).
const (
	maxTries  = 5
	firstLock = 30 * time.Minute
	maxLock   = 24 * time.Hour
)

// lockTime is how long the n-th lock in a row lasts: twice the one before, a day at most.
func lockTime(n int) time.Duration {
	d := firstLock
	for range n - 1 {
		d = min(2*d, maxLock)
	}
	return d
}

// opened is a seal whose holder gave the right password.
type opened struct {
	seal   Seal
	key    keyRow
	holder holderRow
	dek    []byte
	try    int // which try this was
}

// openWith checks a holder's password. The try is counted and committed before; admit may refuse in the
// same transaction. done is written on the log when the password was right, but for one without a kind.
//
// Errors: NotFound (no holder), Conflict (not in use), Locked, TooMany (busy, not counted), Unauthorized
// (wrong; params.triesLeft).
func (s *Service) openWith(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, password string, admit func(db.Tx, *opened) error, done Event) (*opened, error) {
	o, err := s.beginTry(ctx, id, p, admit)
	if err != nil {
		return nil, err
	}
	o.dek, err = s.custody.unwrap(ctx, o.holder, password)
	// Whatever happens to the request now, the outcome is written.
	ctx = context.WithoutCancel(ctx)
	if errors.Is(err, errWrongPassword) {
		return nil, s.wrongTry(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(err, s.undoTry(ctx, o))
	}
	done.Person = p
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		v, err := lockSeal(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := unchanged(o.seal, v); err != nil {
			return err
		}
		if err := putTry(ctx, tx, id, tryRow{}); err != nil || done.Kind == "" {
			return err
		}
		return s.addEvent(ctx, tx, id, done)
	})
	if err != nil {
		clear(o.dek)
		return nil, err
	}
	return o, nil
}

// CheckPassword checks a holder's password before something costly is done for them, and opens nothing. It is
// counted as every other try. Errors as those of Unlock.
func (s *Service) CheckPassword(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, password string) error {
	o, err := s.openWith(ctx, id, p, password, s.notEnded, Event{})
	if err == nil {
		clear(o.dek)
	}
	return err
}

// unchanged refuses a seal that was suspended, ended or given a new key since it was read.
func unchanged(was, now Seal) error {
	if err := inState(now, InUse); err != nil {
		return err
	}
	if now.KeyVersion != was.KeyVersion {
		return errs.New(errs.Conflict, "seal-state", "the seal's key was replaced meanwhile")
	}
	return nil
}

// beginTry counts a try. The fifth locks the seal at once, so that no sixth can begin while it is judged.
func (s *Service) beginTry(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, admit func(db.Tx, *opened) error) (*opened, error) {
	o := &opened{}
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		if o.seal, err = lockSeal(ctx, tx, id); err != nil {
			return err
		}
		if o.holder, err = getHolder(ctx, tx, o.seal, p); err != nil {
			return err
		}
		if err := s.belongs(ctx, tx, o.seal, p); err != nil {
			return err
		}
		if err := inState(o.seal, InUse); err != nil {
			return err
		}
		if o.key, err = getKey(ctx, tx, id, o.seal.KeyVersion); err != nil {
			return err
		}
		if err := s.custody.intact(o.key, o.holder); err != nil {
			return err
		}
		if admit != nil {
			if err := admit(tx, o); err != nil {
				return err
			}
		}
		o.try, err = s.countTry(ctx, tx, id)
		return err
	})
	return o, err
}

func (s *Service) countTry(ctx context.Context, tx db.Tx, id cinnabar.SealID) (n int, err error) {
	t, err := getTry(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	now := s.Clock.Now()
	if t.lockedUntil.After(now) {
		return 0, sealLocked(t.lockedUntil)
	}
	if t.tries >= maxTries {
		t.tries = 0 // the lock has ended
	}
	t.tries++
	if t.tries == maxTries {
		t.locks++
		t.lockedUntil = now.Add(lockTime(t.locks))
	}
	return t.tries, putTry(ctx, tx, id, t)
}

func sealLocked(until time.Time) error {
	return errs.New(errs.Locked, "seal-locked", "the seal is locked after too many wrong passwords; try again after %s", until.Format(time.RFC3339)).
		With("until", until.Format(time.RFC3339))
}

// wrongTry writes the wrong password on the log; the fifth tells the holders.
func (s *Service) wrongTry(ctx context.Context, o *opened) error {
	result := error(errs.New(errs.Unauthorized, "wrong-password", "the seal's password is wrong").With("triesLeft", maxTries-o.try))
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		v, err := lockSeal(ctx, tx, o.seal.ID)
		if err != nil {
			return err
		}
		if err := s.addEvent(ctx, tx, v.ID, Event{Kind: EventWrong, Person: o.holder.person}); err != nil {
			return err
		}
		if o.try < maxTries || !v.LockedUntil.After(s.Clock.Now()) {
			return nil // not the fifth, or the right password came in between
		}
		result = sealLocked(v.LockedUntil)
		return s.tellLocked(ctx, tx, v, o.holder.person)
	})
	if err != nil {
		return err
	}
	return result
}

func (s *Service) tellLocked(ctx context.Context, tx db.Tx, v Seal, p cinnabar.PersonID) error {
	if err := s.addEvent(ctx, tx, v.ID, Event{Kind: EventLocked, Person: p, Detail: v.LockedUntil.Format(time.RFC3339)}); err != nil {
		return err
	}
	holders, err := holdersOf(ctx, tx, v)
	if err != nil {
		return err
	}
	return s.Notifier.SealLocked(ctx, tx, v, holders, v.LockedUntil)
}

// undoTry gives back a try whose password was never looked at.
func (s *Service) undoTry(ctx context.Context, o *opened) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		t, err := getTry(ctx, tx, o.seal.ID)
		if err != nil || t.tries == 0 {
			return err
		}
		t.tries--
		if o.try == maxTries {
			t.locks, t.lockedUntil = t.locks-1, time.Time{}
		}
		return putTry(ctx, tx, o.seal.ID, t)
	})
}

// checkNewPassword refuses what is too short, and what already opens another seal of the same person: one
// password must never open two seals (GAS-8). Each comparison counts as a try on the other seal, so that it
// cannot be used for guessing; forgive takes back those of a password that was accepted for good.
func (s *Service) checkNewPassword(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, password string) (tries []*opened, err error) {
	if code := weakness(norm.NFKC.String(password)); code != "" {
		return nil, errs.Wrong(errs.Field{Pointer: "/password", Code: code})
	}
	held, err := sealsHeld(ctx, s.DB, p)
	if err != nil {
		return nil, err
	}
	for _, other := range held {
		if other.ID == id || other.State != InUse {
			continue
		}
		o, err := s.compare(ctx, other, p, password)
		if err != nil {
			return nil, err
		}
		if o != nil {
			tries = append(tries, o)
		}
	}
	return tries, nil
}

// forgive takes back the tries of comparisons. Setting a first password cannot be repeated at will, so
// nothing can be guessed by it.
func (s *Service) forgive(ctx context.Context, tries []*opened) error {
	var all error
	for _, o := range tries {
		all = errors.Join(all, s.undoTry(ctx, o))
	}
	return all
}

// compare returns the try that it took; nil when the person has no password for the other seal.
func (s *Service) compare(ctx context.Context, other Seal, p cinnabar.PersonID, password string) (*opened, error) {
	o, err := s.beginTry(ctx, other.ID, p, func(tx db.Tx, _ *opened) error {
		return s.addEvent(ctx, tx, other.ID, Event{Kind: EventCompared, Person: p})
	})
	if errors.Is(err, errs.NotFound) {
		return nil, nil // not theirs yet
	}
	if err != nil {
		return nil, err
	}
	dek, err := s.custody.unwrap(ctx, o.holder, password)
	clear(dek)
	switch {
	case errors.Is(err, errWrongPassword):
		return o, nil
	case err != nil:
		return nil, errors.Join(err, s.undoTry(context.WithoutCancel(ctx), o))
	}
	return nil, errs.Wrong(errs.Field{Pointer: "/password", Code: "duplicate"})
}

const (
	minPassword = 8
	maxPassword = 256
)

func weakness(password string) string {
	seen := map[rune]bool{}
	for _, r := range password {
		seen[r] = true
	}
	switch {
	case password == "":
		return "missing"
	case utf8.RuneCountInString(password) < minPassword || len(seen) < minPassword/2:
		return "too-short"
	case len(password) > maxPassword:
		return "too-long"
	}
	return ""
}
