package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Invitation asks a person to be a member of an organisation.
type Invitation struct {
	Org    Org
	Person cinnabar.PersonID
	Name   string // of the person
	Roles  []string
	At     time.Time
}

// noticeInvited tells a person that an invitation waits.
const noticeInvited = "member-invited"

// Invite asks a person to be a member of the organisation; they are one once they accept. Asking again changes
// the roles. Errors: Conflict, code "member-already".
func (s *Service) Invite(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, person cinnabar.PersonID, roles []string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		o, err := lockOrg(ctx, tx, org)
		if err != nil {
			return err
		}
		if roles, err = allowedIn(o, roles); err != nil {
			return err
		}
		if _, err := memberRoles(ctx, tx, org, person); !errors.Is(err, errs.NotFound) {
			if err == nil {
				err = errs.New(errs.Conflict, "member-already", "this person is a member already; change the roles instead")
			}
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO invitation (org, person, roles, made_by, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (org, person) DO UPDATE SET roles = excluded.roles`, org, person, listJSON(roles), by.Person, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "member.invite", string(org), map[string]any{"person": person, "roles": roles}); err != nil {
			return err
		}
		return s.Sender.SendNotice(ctx, tx, person, noticeInvited)
	})
}

// Accept makes the invited person a member, with the roles of the invitation.
func (s *Service) Accept(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		o, err := lockOrg(ctx, tx, org)
		if err != nil {
			return err
		}
		var roles string
		var list []string
		err = tx.QueryRow(ctx, `SELECT roles FROM invitation WHERE org = $1 AND person = $2`, org, by.Person).Scan(&roles)
		if errors.Is(err, db.ErrNoRows) {
			return notFound("invitation")
		}
		if err := errors.Join(err, json.Unmarshal([]byte(roles), &list)); err != nil {
			return err
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
	rows, err := s.DB.Query(ctx, `SELECT `+orgColumns+`, i.person, p.name, i.roles, i.created_at FROM invitation i
		JOIN organisation o ON o.id = i.org JOIN person p ON p.id = i.person WHERE `+where+` ORDER BY o.name, p.name`, arg)
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
