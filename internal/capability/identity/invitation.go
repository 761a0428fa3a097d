package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Invitation asks a person to be a member of an organisation.
type Invitation struct {
	Org    Org
	Person cinnabar.PersonID
	Name   string // of the person, as the organisation knows it
	Roles  []string
	At     time.Time
}

// Invitee is who is asked, by mobile number or login, under the name by which the organisation knows the person.
type Invitee struct{ Name, Mobile, Login string }

// Bounds of what invitations send, in 24 hours.
const (
	invitedEach = 50 // by one organisation, and by one person for all organisations
	toldEach    = 3  // to one person by all organisations; further ones are found at sign-in
)

// Invite asks a person to be a member of the organisation; they are one once they accept. Asking again changes the
// roles, and the person is told once a day. It answers alike whether a mobile number belongs to an account: one without
// gets an account that waits for whoever proves the number. Errors: Invalid with the fields; Conflict, code
// "member-already"; TooMany, code "too-many-invitations".
func (s *Service) Invite(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, who Invitee, roles []string) (Invitation, error) {
	who.Name, who.Mobile = strings.TrimSpace(who.Name), strings.TrimSpace(who.Mobile)
	var out Invitation
	return out, s.DB.InTx(ctx, func(tx db.Tx) error {
		o, err := lockOrg(ctx, tx, org)
		if err != nil {
			return err
		}
		if roles, err = allowedIn(o, roles); err != nil {
			return err
		}
		person, err := s.invitee(ctx, tx, by, who)
		if err != nil {
			return err
		}
		if _, err := memberRoles(ctx, tx, org, person); !errors.Is(err, errs.NotFound) {
			if err == nil {
				err = errs.New(errs.Conflict, "member-already", "this person is a member already; change the roles instead")
			}
			return err
		}
		out = Invitation{Org: o, Person: person, Name: who.Name, Roles: roles, At: s.Clock.Now()}
		_, err = tx.Exec(ctx, `INSERT INTO invitation (org, person, name, roles, made_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (org, person) DO UPDATE SET name = excluded.name, roles = excluded.roles`, org, person, who.Name, listJSON(roles), by.Person, db.Millis(out.At))
		if err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "member.invite", string(org), map[string]any{"person": person, "roles": roles}); err != nil {
			return err
		}
		return s.tellInvited(ctx, tx, by, o, person)
	})
}

// invitee finds the account, or makes one for a mobile number that has none. Whoever asks by login must know the name
// as well, so that logins cannot be turned into numbers.
func (s *Service) invitee(ctx context.Context, tx db.Tx, by cinnabar.Actor, who Invitee) (cinnabar.PersonID, error) {
	n := NewPerson{Name: who.Name, Mobile: who.Mobile, Login: who.Login}
	if n.Mobile != "" {
		n.Login = ""
	}
	if err := n.normalise(); err != nil {
		return "", err
	}
	p, err := s.rowByLogin(ctx, tx, n.Mobile+n.Login)
	switch {
	case errors.Is(err, errs.NotFound) && n.Mobile != "":
		id := cinnabar.NewID[cinnabar.PersonID]("person")
		if err := s.insertPerson(ctx, tx, by, id, n, ""); err != nil {
			return "", err
		}
		_, err := tx.Exec(ctx, `UPDATE person SET unclaimed = 1 WHERE id = $1`, id)
		return id, err
	case errors.Is(err, errs.NotFound), err == nil && n.Login != "" && p.name != n.Name:
		return "", errs.Wrong(errs.Field{Pointer: "/login", Code: "no-such-account"}) // of which entry is wrong nothing is told
	}
	return p.id, err
}

// tellInvited tells the person of the invitation unless they were told of one by the organisation today, or of many.
func (s *Service) tellInvited(ctx context.Context, tx db.Tx, by cinnabar.Actor, o Org, person cinnabar.PersonID) error {
	now := s.Clock.Now()
	var today, made, told int64
	err := tx.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN org = $1 AND person = $3 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN org = $1 OR made_by = $2 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN person = $3 THEN 1 ELSE 0 END), 0)
		FROM invitation_notice WHERE (org = $1 OR made_by = $2 OR person = $3) AND told_at > $4`,
		o.ID, by.Person, person, db.Millis(now.Add(-24*time.Hour))).Scan(&today, &made, &told)
	switch {
	case err != nil || today > 0:
		return err
	case made >= invitedEach:
		return errs.New(errs.TooMany, "too-many-invitations", "too many people were invited today; go on tomorrow")
	case told >= toldEach:
		return nil
	}
	_, err = tx.Exec(ctx, `INSERT INTO invitation_notice (org, person, made_by, told_at) VALUES ($1, $2, $3, $4)`, o.ID, person, by.Person, db.Millis(now))
	return errors.Join(err, s.Sender.SendInvitation(ctx, tx, person, o.Name))
}

// Accept makes the invited person a member, with the roles of the invitation. Whoever was invited under a name that is
// not the account's is perhaps not who was meant: errs.Conflict, code "invited-by-another-name".
func (s *Service) Accept(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		o, err := lockOrg(ctx, tx, org)
		if err != nil {
			return err
		}
		var name, roles, own string
		var list []string
		err = tx.QueryRow(ctx, `SELECT i.name, i.roles, p.name FROM invitation i JOIN person p ON p.id = i.person
			WHERE i.org = $1 AND i.person = $2`, org, by.Person).Scan(&name, &roles, &own)
		if errors.Is(err, db.ErrNoRows) {
			return notFound("invitation")
		}
		if err := errors.Join(err, json.Unmarshal([]byte(roles), &list)); err != nil {
			return err
		}
		if name != own {
			return errs.New(errs.Conflict, "invited-by-another-name", "the invitation is for %q, which is not the name of this account; have yourself invited by your own name", name)
		}
		if err := s.putMember(ctx, tx, by, o, by.Person, list); err != nil {
			return err
		}
		return s.dropInvitation(ctx, tx, by, org, by.Person, "member.accept")
	})
}

// DropInvitation takes an invitation back, or declines it.
func (s *Service) DropInvitation(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, person cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error { return s.dropInvitation(ctx, tx, by, org, person, "member.invitation-end") })
}

func (s *Service) dropInvitation(ctx context.Context, tx db.Tx, by cinnabar.Actor, org cinnabar.OrgID, person cinnabar.PersonID, event string) error {
	n, err := tx.Exec(ctx, `DELETE FROM invitation WHERE org = $1 AND person = $2`, org, person)
	if err != nil {
		return err
	}
	if n == 0 {
		return notFound("invitation")
	}
	return s.record(ctx, tx, by, event, string(org), map[string]any{"person": person})
}

// InvitationsFor lists what a person was asked, by organisation.
func (s *Service) InvitationsFor(ctx context.Context, person cinnabar.PersonID) ([]Invitation, error) {
	return s.invitations(ctx, `i.person = $1`, string(person))
}

// Invited lists whom an organisation has asked, by name.
func (s *Service) Invited(ctx context.Context, org cinnabar.OrgID) ([]Invitation, error) {
	return s.invitations(ctx, `i.org = $1`, string(org))
}

func (s *Service) invitations(ctx context.Context, where, arg string) ([]Invitation, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+orgColumns+`, i.person, i.name, i.roles, i.created_at FROM invitation i
		JOIN organisation o ON o.id = i.org WHERE `+where+` ORDER BY o.name, i.name`, arg)
	return db.Collect(rows, err, func(r db.Rows) (i Invitation, err error) {
		var roles string
		var at int64
		if i.Org, err = scanOrg(r, &i.Person, &i.Name, &roles, &at); err != nil {
			return i, err
		}
		i.At = db.Time(at)
		return i, json.Unmarshal([]byte(roles), &i.Roles)
	})
}

// allowedIn sorts roles and refuses what an organisation of this kind does not give.
func allowedIn(o Org, roles []string) ([]string, error) {
	roles = slices.Clone(roles)
	slices.Sort(roles)
	roles = slices.Compact(roles)
	for _, r := range roles {
		if !slices.Contains(rolesOf(o.Kind), r) {
			return nil, errs.Wrong(errs.Field{Pointer: "/roles", Code: "not-allowed"})
		}
	}
	return roles, nil
}
