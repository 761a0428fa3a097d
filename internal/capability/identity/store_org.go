package identity

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

const orgColumns = `o.id, o.name, o.uscc, o.kind, o.phone, o.totp_roles`

func scanOrg(row db.Row, more ...any) (o Org, err error) {
	var totpRoles string
	err = row.Scan(append([]any{&o.ID, &o.Name, &o.USCC, &o.Kind, &o.Phone, &totpRoles}, more...)...)
	if errors.Is(err, db.ErrNoRows) {
		return o, notFound("organisation")
	}
	if err != nil {
		return o, err
	}
	err = json.Unmarshal([]byte(totpRoles), &o.TOTPRoles)
	return o, err
}

func readOrg(ctx context.Context, r db.Reader, column, value string) (Org, error) {
	return scanOrg(r.QueryRow(ctx, `SELECT `+orgColumns+` FROM organisation o WHERE o.`+column+` = $1`, value))
}

// lockOrg holds the organisation, so that changes of its members come one after the other.
func lockOrg(ctx context.Context, tx db.Tx, id cinnabar.OrgID) (Org, error) {
	return scanOrg(tx.QueryRow(ctx, `SELECT `+orgColumns+` FROM organisation o WHERE o.id = $1`+tx.Dialect().ForUpdate(), id))
}

func listOperators(ctx context.Context, r db.Reader) ([]Org, error) {
	rows, err := r.Query(ctx, `SELECT `+orgColumns+` FROM organisation o WHERE o.kind = 'operator' ORDER BY o.name, o.id`)
	return db.Collect(rows, err, func(r db.Rows) (Org, error) { return scanOrg(r) })
}

func orgsOf(ctx context.Context, r db.Reader, person cinnabar.PersonID) ([]Membership, error) {
	rows, err := r.Query(ctx, `SELECT `+orgColumns+`, m.roles, m.departments FROM member m JOIN organisation o ON o.id = m.org
		WHERE m.person = $1 ORDER BY o.name, o.id`, person)
	return db.Collect(rows, err, func(r db.Rows) (m Membership, err error) {
		var roles, departments string
		if m.Org, err = scanOrg(r, &roles, &departments); err != nil {
			return m, err
		}
		return m, errors.Join(json.Unmarshal([]byte(roles), &m.Roles), json.Unmarshal([]byte(departments), &m.Departments))
	})
}

func insertOrg(ctx context.Context, tx db.Tx, o Org, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO organisation (id, name, uscc, kind, phone, totp_roles, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		o.ID, o.Name, o.USCC, o.Kind, o.Phone, listJSON(o.TOTPRoles), db.Millis(now))
	return err
}

func setTOTPRoles(ctx context.Context, tx db.Tx, org cinnabar.OrgID, roles []string) error {
	_, err := tx.Exec(ctx, `UPDATE organisation SET totp_roles = $2 WHERE id = $1`, org, listJSON(roles))
	return err
}

func upsertMember(ctx context.Context, tx db.Tx, org cinnabar.OrgID, person cinnabar.PersonID, roles []string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO member (org, person, roles, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (org, person) DO UPDATE SET roles = excluded.roles`, org, person, listJSON(roles), db.Millis(now))
	return err
}

func memberActor(ctx context.Context, r db.Reader, org cinnabar.OrgID, person cinnabar.PersonID) (cinnabar.Actor, error) {
	a := cinnabar.Actor{Kind: cinnabar.Member, Person: person, Org: org}
	var roles, departments string
	err := r.QueryRow(ctx, `SELECT roles, departments FROM member WHERE org = $1 AND person = $2`, org, person).Scan(&roles, &departments)
	if errors.Is(err, db.ErrNoRows) {
		return a, notFound("member")
	}
	if err != nil {
		return a, err
	}
	return a, errors.Join(json.Unmarshal([]byte(roles), &a.Roles), json.Unmarshal([]byte(departments), &a.Departments))
}

func memberRoles(ctx context.Context, r db.Reader, org cinnabar.OrgID, person cinnabar.PersonID) (out []string, err error) {
	var roles string
	err = r.QueryRow(ctx, `SELECT roles FROM member WHERE org = $1 AND person = $2`, org, person).Scan(&roles)
	if errors.Is(err, db.ErrNoRows) {
		return nil, notFound("member")
	}
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal([]byte(roles), &out)
	return out, err
}

func listMembers(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]Member, error) {
	rows, err := r.Query(ctx, `SELECT m.person, p.name, m.roles, m.departments FROM member m JOIN person p ON p.id = m.person
		WHERE m.org = $1 ORDER BY p.name, m.person`, org)
	return db.Collect(rows, err, func(r db.Rows) (m Member, err error) {
		var roles, departments string
		if err := r.Scan(&m.Person, &m.Name, &roles, &departments); err != nil {
			return m, err
		}
		return m, errors.Join(json.Unmarshal([]byte(roles), &m.Roles), json.Unmarshal([]byte(departments), &m.Departments))
	})
}

// listJSON writes no roles as [], never as null.
func listJSON(list []string) string {
	if list == nil {
		list = []string{}
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // text always marshals
	}
	return string(b)
}
