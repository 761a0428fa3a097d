package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const (
	codeLife       = 5 * time.Minute
	codeTries      = 5
	codePause      = time.Minute // between two codes to one mobile number for one purpose
	codesPerDay    = 20          // to one mobile number
	codesPerHour   = 60          // asked for by one account, or from one address by those who are not signed in
	maxPurpose     = 200
	purposeAtLogin = "sign-in" // also proves the number at registration
)

// SendCode sends a new code to a mobile number, good for one purpose ("sign-in", "confirm:<case>:<digest>"),
// once, for five minutes and five guesses, for somebody who is not signed in. It answers alike whether the number
// belongs to an account. Asking too often is errs.TooMany.
func (s *Service) SendCode(ctx context.Context, mobile, purpose, lang string, from Client) error {
	return s.sendCode(ctx, mobile, purpose, lang, network(from.Address))
}

// network is by what an address is counted: of IPv6 its network of 64 bits, of which one subscriber has all addresses.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	return netip.PrefixFrom(a.WithZone(""), 64).Masked().String()
}

func (s *Service) sendCode(ctx context.Context, mobile, purpose, lang, asker string) error {
	if !mobileShape.MatchString(mobile) {
		return errs.Wrong(errs.Field{Pointer: "/mobile", Code: "malformed"})
	}
	if purpose == "" || len(purpose) > maxPurpose {
		return errors.New("identity: a code needs a purpose")
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		index := s.mobileIndex(mobile)
		if err := s.limitCodes(ctx, tx, index, purpose, asker); err != nil {
			return err
		}
		id, code := cinnabar.NewID[string]("code"), newCode()
		if err := insertCode(ctx, tx, id, index, purpose, s.codeHash(id, code), asker, s.Clock.Now()); err != nil {
			return err
		}
		return s.Sender.SendCode(ctx, tx, mobile, purpose, code, lang)
	})
}

// SendCodeTo sends a code to a person's own mobile number; errs.Conflict, code "no-mobile", without one.
func (s *Service) SendCodeTo(ctx context.Context, person cinnabar.PersonID, purpose string) error {
	p, err := s.Person(ctx, s.DB, person)
	if err != nil {
		return err
	}
	if p.Mobile == "" {
		return errs.New(errs.Conflict, "no-mobile", "this account has no mobile number to send a code to")
	}
	return s.sendCode(ctx, p.Mobile.Reveal(), purpose, p.Language, string(person))
}

// UseCode checks a code and uses it up. The guess is counted and committed first. A wrong, used, expired,
// or other-purpose code, and the sixth guess, are all errs.Unauthorized, code "wrong-code".
func (s *Service) UseCode(ctx context.Context, mobile, purpose, code string) error {
	id, err := s.checkCode(ctx, mobile, purpose, code)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error { return s.SpendCode(ctx, tx, id) })
	if errors.Is(err, errs.Stale) {
		return wrongCode()
	}
	return err
}

// CheckCodeOf checks a code for a person's own mobile number as UseCode does, but leaves it to SpendCode to use it
// up: what it is for may fail by no fault of the person. A check counts as a guess, a right one too, so that there
// are no more guesses than by UseCode.
func (s *Service) CheckCodeOf(ctx context.Context, person cinnabar.PersonID, purpose, code string) (id string, err error) {
	p, err := s.Person(ctx, s.DB, person)
	if err != nil {
		return "", err
	}
	return s.checkCode(ctx, p.Mobile.Reveal(), purpose, code)
}

func (s *Service) checkCode(ctx context.Context, mobile, purpose, code string) (id string, err error) {
	id, hash, err := s.countGuess(ctx, s.mobileIndex(mobile), purpose)
	if err == nil && (id == "" || !hmac.Equal([]byte(hash), []byte(s.codeHash(id, code)))) {
		err = wrongCode()
	}
	return id, err
}

// SpendCode uses up a checked code in the transaction of what it was for; errs.Stale when it was used meanwhile.
func (s *Service) SpendCode(ctx context.Context, tx db.Tx, id string) error {
	n, err := tx.Exec(ctx, `UPDATE sms_code SET used_at = $2 WHERE id = $1 AND used_at = 0`, id, db.Millis(s.Clock.Now()))
	if err == nil && n == 0 {
		err = errs.New(errs.Stale, "stale", "the code was used meanwhile; ask for a new one")
	}
	return err
}

func wrongCode() error {
	return errs.New(errs.Unauthorized, "wrong-code", "the code is wrong or no longer good; ask for a new one")
}

func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails (Go 1.24 and later)
	}
	return fmt.Sprintf("%06d", n)
}

// codeHash is keyed: a million codes are soon tried against a plain digest.
func (s *Service) codeHash(id, code string) string { return s.Vault.Index("code/"+id, code) }

func (s *Service) limitCodes(ctx context.Context, tx db.Tx, index, purpose, asker string) error {
	now := s.Clock.Now()
	if _, err := lockAttempt(ctx, tx, "code/"+index, now); err != nil { // one after the other for one number
		return err
	}
	for _, l := range []struct {
		query string
		args  []any
		max   int64
	}{
		{
			`SELECT COUNT(*) FROM sms_code WHERE mobile_index = $1 AND purpose = $2 AND created_at > $3`,
			[]any{index, purpose, db.Millis(now.Add(-codePause))},
			1,
		},
		{
			`SELECT COUNT(*) FROM sms_code WHERE mobile_index = $1 AND created_at > $2`,
			[]any{index, db.Millis(now.Add(-24 * time.Hour))},
			codesPerDay,
		},
		{
			`SELECT COUNT(*) FROM sms_code WHERE asker = $1 AND created_at > $2`,
			[]any{asker, db.Millis(now.Add(-time.Hour))},
			codesPerHour,
		},
	} {
		var n int64
		if err := tx.QueryRow(ctx, l.query, l.args...).Scan(&n); err != nil {
			return err
		}
		if n >= l.max {
			return errs.New(errs.TooMany, "too-many-codes", "too many codes were asked for; wait before asking again")
		}
	}
	return nil
}

func insertCode(ctx context.Context, tx db.Tx, id, index, purpose, hash, asker string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO sms_code (id, mobile_index, purpose, hash, asker, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, index, purpose, hash, asker, db.Millis(now), db.Millis(now.Add(codeLife)))
	return err
}

// countGuess counts a guess at the newest standing code and returns it; id is "" when there is none.
func (s *Service) countGuess(ctx context.Context, index, purpose string) (id, hash string, err error) {
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		id, hash = "", ""
		err := tx.QueryRow(ctx, `UPDATE sms_code SET tries = tries + 1 WHERE id =
			(SELECT id FROM sms_code WHERE mobile_index = $1 AND purpose = $2 ORDER BY created_at DESC, id DESC LIMIT 1)
			AND used_at = 0 AND tries < $3 AND expires_at > $4 RETURNING id, hash`,
			index, purpose, codeTries, db.Millis(s.Clock.Now())).Scan(&id, &hash)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		return err
	})
	return id, hash, err
}
