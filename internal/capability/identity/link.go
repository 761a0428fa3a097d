package identity

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const (
	longestLink     = 7 * 24 * time.Hour
	linkSessionLife = 2 * time.Hour
)

// LinkSpec says what a one-time link is good for: one role in one case, for one purpose.
type LinkSpec struct {
	Case    cinnabar.CaseID
	Role    string
	Purpose string            // e.g. "unlock-legal-rep-seal"
	Person  cinnabar.PersonID // whose link it is, when they have an account
	Mobile  string            // where it is sent; "" is the person's own number
	Lang    string
	Life    time.Duration // at most seven days
}

// SendLink makes a one-time link and sends it to its person. It returns the link's id only: whoever asks
// for the sending never sees the token (PLT-21).
func (s *Service) SendLink(ctx context.Context, tx db.Tx, by cinnabar.Actor, spec LinkSpec) (string, error) {
	if spec.Case == "" || spec.Role == "" || spec.Life <= 0 || spec.Life > longestLink {
		return "", errors.New("identity: a link needs a case, a role and a life of up to seven days")
	}
	if spec.Person != "" && spec.Mobile == "" {
		p, err := s.readPerson(ctx, tx, spec.Person)
		if err != nil {
			return "", err
		}
		spec.Mobile, spec.Lang = p.Mobile.Reveal(), p.Language
	}
	if !mobileShape.MatchString(spec.Mobile) {
		return "", errs.New(errs.Conflict, "no-mobile", "there is no mobile number to send the link to")
	}
	id, now := cinnabar.NewID[string]("link"), s.Clock.Now()
	token, hash := newToken("")
	_, err := tx.Exec(ctx, `INSERT INTO access_link (id, hash, case_id, role, purpose, person, made_by, made_for, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, hash, spec.Case, spec.Role, spec.Purpose, orNull(string(spec.Person)), by.Person, by.Org,
		db.Millis(now), db.Millis(now.Add(spec.Life)))
	if err != nil {
		return "", err
	}
	if err := s.Sender.SendLink(ctx, tx, spec.Mobile, spec.Purpose, token, spec.Lang); err != nil {
		return "", err
	}
	return id, s.record(ctx, tx, by, "link.send", id, map[string]any{"case": spec.Case, "role": spec.Role, "purpose": spec.Purpose})
}

// UseLink exchanges a link's token, once, for a session limited to its case and role. A token that is
// unknown, used, withdrawn, or expired is errs.Unauthorized, code "link-over".
func (s *Service) UseLink(ctx context.Context, token string, from Client) (SignIn, error) {
	var out SignIn
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		now := s.Clock.Now()
		n := Session{
			ID: cinnabar.NewID[string]("session"), Level: LinkHolder, Address: from.Address, Agent: clip(from.Agent),
			CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(linkSessionLife),
		}
		err := tx.QueryRow(ctx, `UPDATE access_link SET used_at = $2 WHERE hash = $1 AND used_at = 0 AND expires_at > $2
			RETURNING id, case_id, role, purpose, COALESCE(person, '')`, hashToken(token), db.Millis(now)).
			Scan(&n.Link, &n.Case, &n.LinkRole, &n.LinkUses, &n.Person)
		if errors.Is(err, db.ErrNoRows) {
			return errs.New(errs.Unauthorized, "link-over", "this link was used or is no longer good; ask for a new one")
		}
		if err != nil {
			return err
		}
		fresh, hash := newToken("")
		if err := insertSession(ctx, tx, n, hash); err != nil {
			return err
		}
		out = SignIn{Token: fresh, Session: n}
		by := from.actor()
		by.Kind, by.Key, by.Case, by.Role, by.Person = cinnabar.Link, n.Link, cinnabar.CaseID(n.Case), n.LinkRole, n.Person
		return s.record(ctx, tx, by, "link.use", n.Link, map[string]any{"session": n.ID})
	})
	return out, err
}

// EndLinks withdraws a case's links for a role, and ends the sessions begun by them.
func (s *Service) EndLinks(ctx context.Context, tx db.Tx, by cinnabar.Actor, id cinnabar.CaseID, role string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE link IN (SELECT id FROM access_link WHERE case_id = $1 AND role = $2)`, id, role)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE access_link SET used_at = $3 WHERE case_id = $1 AND role = $2 AND used_at = 0`, id, role, db.Millis(s.Clock.Now()))
	if err != nil {
		return err
	}
	return s.record(ctx, tx, by, "link.end", string(id), map[string]any{"role": role})
}

// endLinksOf withdraws the links that rest on a person's membership: those they sent for the organisation
// and nobody has used yet, and those that were sent to them for it, with the sessions begun by these.
func endLinksOf(ctx context.Context, tx db.Tx, person cinnabar.PersonID, org cinnabar.OrgID, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE link IN (SELECT id FROM access_link WHERE person = $1 AND made_for = $2)`, person, org)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE access_link SET used_at = $3 WHERE (made_by = $1 OR person = $1) AND made_for = $2 AND used_at = 0`, person, org, db.Millis(now))
	return err
}
