package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Level is how somebody proved who they are.
type Level string

const (
	Pending    Level = "pending"  // the password was right, the second factor is still missing
	Password   Level = "password" //
	SMS        Level = "sms"      //
	Face       Level = "face"     // with the key of a device bound before
	TOTP       Level = "totp"     // with a second factor
	LinkHolder Level = "link"     // whoever holds a one-time link
)

// Client is where a request comes from, as the HTTP layer knows it.
type Client struct {
	Address string
	Agent   string // device or browser as it names itself
}

func (c Client) actor() cinnabar.Actor {
	return cinnabar.Actor{Kind: cinnabar.Nobody, Address: c.Address, Agent: c.Agent}
}

// Session is a signed-in person, or the holder of a one-time link.
type Session struct {
	ID                 string
	Person             cinnabar.PersonID // "" for a link to somebody without an account
	Org                cinnabar.OrgID    // acted for; "" for oneself
	Level              Level
	Address, Agent     string
	CreatedAt, SeenAt  time.Time
	ExpiresAt          time.Time // at the latest
	NeedsSecondFactor  bool      // roles are held back until TOTP is used
	Link, Case         string    // of a link: its id and case
	LinkRole, LinkUses string    // of a link: its role and purpose
}

const (
	keyPrefix   = "cinnabar_key_"
	seenEvery   = time.Minute // how exactly the last use is known
	pendingLife = 5 * time.Minute
	maxAgent    = 200
)

// newToken makes a token of 256 random bits; only its digest is kept.
func newToken(prefix string) (token, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails (Go 1.24 and later)
	token = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return token, hashToken(token)
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Authenticate tells who a token belongs to: a session's or an API key's. Roles are those of this moment.
// Anything that does not stand is errs.Unauthorized, code "signed-out". It costs one indexed read, and once
// a minute a write.
func (s *Service) Authenticate(ctx context.Context, token string, from Client) (Session, cinnabar.Actor, error) {
	if strings.HasPrefix(token, keyPrefix) {
		actor, err := s.authenticateKey(ctx, token, from)
		return Session{}, actor, err
	}
	row, err := readSession(ctx, s.DB, hashToken(token))
	if err != nil {
		return Session{}, cinnabar.Actor{}, err
	}
	now := s.Clock.Now()
	if row.Level == Pending || !s.stands(row, now) {
		return Session{}, cinnabar.Actor{}, signedOut()
	}
	if now.Sub(row.SeenAt) >= seenEvery {
		if err := s.DB.InTx(ctx, func(tx db.Tx) error { return touch(ctx, tx, row.ID, now) }); err != nil {
			return Session{}, cinnabar.Actor{}, err
		}
		row.SeenAt = now
	}
	roles, held := row.allowedRoles()
	row.Session.NeedsSecondFactor = held
	return row.Session, row.actor(roles, from), nil
}

// stands tells whether a session is neither over, idle, disabled, nor of a former member.
func (s *Service) stands(row sessionRow, now time.Time) bool {
	return now.Before(row.ExpiresAt) && now.Sub(row.SeenAt) < s.Idle && !row.disabled && (row.Org == "" || row.member)
}

// allowedRoles holds back the roles for which the organisation wants a second factor.
func (r sessionRow) allowedRoles() (roles []string, heldBack bool) {
	for _, role := range r.roles {
		if r.Level != TOTP && slices.Contains(r.totpRoles, role) {
			heldBack = true
			continue
		}
		roles = append(roles, role)
	}
	return roles, heldBack
}

func (r sessionRow) actor(roles []string, from Client) cinnabar.Actor {
	a := cinnabar.Actor{
		Kind: cinnabar.Member, Person: r.Person, Org: r.Org, Name: r.name, Roles: roles, Departments: r.departments,
		Address: from.Address, Agent: clip(from.Agent), Session: r.ID,
	}
	if r.Level == LinkHolder {
		a.Kind, a.Key, a.Case, a.Role = cinnabar.Link, r.Link, cinnabar.CaseID(r.Case), r.LinkRole
	}
	return a
}

func clip(agent string) string {
	if r := []rune(agent); len(r) > maxAgent {
		return string(r[:maxAgent])
	}
	return strings.ToValidUTF8(agent, "?")
}

func signedOut() error {
	return errs.New(errs.Unauthorized, "signed-out", "sign in first")
}

// SignIn is the outcome of a sign-in. Token is given out only here. When Pending, it is no session yet but
// goes to FinishTOTP.
type SignIn struct {
	Token   string
	Pending bool
	Session Session
}

// begin makes a session for a person, who acts for the only organisation they belong to, if it is one.
func (s *Service) begin(ctx context.Context, person cinnabar.PersonID, level Level, from Client) (SignIn, error) {
	var out SignIn
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		out, err = s.beginIn(ctx, tx, person, level, from)
		return err
	})
	return out, err
}

func (s *Service) beginIn(ctx context.Context, tx db.Tx, person cinnabar.PersonID, level Level, from Client) (SignIn, error) {
	now, life := s.Clock.Now(), s.Life
	if level == Pending {
		life = pendingLife
	}
	token, hash := newToken("")
	n := Session{
		ID: cinnabar.NewID[string]("session"), Person: person, Level: level, Address: from.Address, Agent: clip(from.Agent),
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(life),
	}
	if _, err := tx.Exec(ctx, `UPDATE person SET unclaimed = 0 WHERE id = $1 AND unclaimed = 1`, person); err != nil {
		return SignIn{}, err
	}
	orgs, err := orgsOf(ctx, tx, person)
	if err != nil {
		return SignIn{}, err
	}
	if len(orgs) == 1 && level != Pending {
		n.Org = orgs[0].Org.ID
		n.NeedsSecondFactor = level != TOTP && slices.ContainsFunc(orgs[0].Roles, func(r string) bool { return slices.Contains(orgs[0].Org.TOTPRoles, r) })
	}
	if err := insertSession(ctx, tx, n, hash); err != nil {
		return SignIn{}, err
	}
	by := from.actor()
	by.Kind, by.Person = cinnabar.Member, person
	err = s.record(ctx, tx, by, "session.begin", n.ID, map[string]any{"level": level})
	return SignIn{Token: token, Pending: level == Pending, Session: n}, err
}

// ActFor makes the session act for an organisation the person belongs to, or for nobody else ("").
func (s *Service) ActFor(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if org != "" {
			if _, err := memberRoles(ctx, tx, org, by.Person); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, `UPDATE session SET org = $3 WHERE id = $1 AND person = $2 AND level <> 'link'`, by.Session, by.Person, org)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("session")
		}
		return s.record(ctx, tx, by, "session.act-for", by.Session, map[string]any{"org": org})
	})
}

// Sessions lists a person's standing sessions, newest first.
func (s *Service) Sessions(ctx context.Context, person cinnabar.PersonID) ([]Session, error) {
	now := s.Clock.Now()
	return listSessions(ctx, s.DB, person, now, now.Add(-s.Idle))
}

// EndSession ends one of the acting person's sessions, or a link's own; errs.NotFound for any other.
func (s *Service) EndSession(ctx context.Context, by cinnabar.Actor, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1 AND (person = $2 OR id = $3)`, id, by.Person, by.Session)
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("session")
		}
		return s.record(ctx, tx, by, "session.end", id, nil)
	})
}
