package identity

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// sessionRow is a session with what is true of its person and membership at this moment.
type sessionRow struct {
	Session
	name      string
	disabled  bool
	member    bool
	roles     []string
	totpRoles []string

	departments []cinnabar.DepartmentID
}

const sessionFields = `s.id, COALESCE(s.person, ''), s.org, s.level, s.address, s.agent, s.created_at, s.seen_at, s.expires_at`

func (s *Session) targets(created, seen, expires *int64) []any {
	return []any{&s.ID, &s.Person, &s.Org, &s.Level, &s.Address, &s.Agent, created, seen, expires}
}

// readSession reads by the token's digest in one query.
func readSession(ctx context.Context, r db.Reader, hash string) (sessionRow, error) {
	var row sessionRow
	var created, seen, expires, disabledAt int64
	var roles, totpRoles, departments string
	targets := append(row.Session.targets(&created, &seen, &expires),
		&row.name, &disabledAt, &roles, &totpRoles, &row.Link, &row.Case, &row.LinkRole, &row.LinkUses, &departments)
	err := r.QueryRow(ctx, `SELECT `+sessionFields+`, COALESCE(p.name, ''), COALESCE(p.disabled_at, 0),
			COALESCE(m.roles, ''), COALESCE(o.totp_roles, '[]'),
			COALESCE(l.id, ''), COALESCE(l.case_id, ''), COALESCE(l.role, ''), COALESCE(l.purpose, ''), COALESCE(m.departments, '[]')
		FROM session s
		LEFT JOIN person p ON p.id = s.person
		LEFT JOIN member m ON m.org = s.org AND m.person = s.person
		LEFT JOIN organisation o ON o.id = s.org
		LEFT JOIN access_link l ON l.id = s.link
		WHERE s.hash = $1`, hash).Scan(targets...)
	if errors.Is(err, db.ErrNoRows) {
		return row, signedOut()
	}
	if err != nil {
		return row, err
	}
	row.CreatedAt, row.SeenAt, row.ExpiresAt = db.Time(created), db.Time(seen), db.Time(expires)
	row.disabled, row.member = disabledAt != 0, roles != ""
	if row.member {
		err = json.Unmarshal([]byte(roles), &row.roles)
	}
	return row, errors.Join(err, json.Unmarshal([]byte(totpRoles), &row.totpRoles), json.Unmarshal([]byte(departments), &row.departments))
}

func listSessions(ctx context.Context, r db.Reader, person cinnabar.PersonID, now, idleSince time.Time) ([]Session, error) {
	rows, err := r.Query(ctx, `SELECT `+sessionFields+` FROM session s
		WHERE s.person = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND s.level NOT IN ('pending', 'link')
		ORDER BY s.created_at DESC, s.id`, person, db.Millis(now), db.Millis(idleSince))
	return db.Collect(rows, err, func(r db.Rows) (out Session, err error) {
		var created, seen, expires int64
		err = r.Scan(out.targets(&created, &seen, &expires)...)
		out.CreatedAt, out.SeenAt, out.ExpiresAt = db.Time(created), db.Time(seen), db.Time(expires)
		return out, err
	})
}

func insertSession(ctx context.Context, tx db.Tx, n Session, hash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO session (id, hash, person, org, link, level, address, agent, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		n.ID, hash, orNull(string(n.Person)), n.Org, orNull(n.Link), string(n.Level), n.Address, n.Agent,
		db.Millis(n.CreatedAt), db.Millis(n.SeenAt), db.Millis(n.ExpiresAt))
	return err
}

func touch(ctx context.Context, tx db.Tx, id string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2`, id, db.Millis(now))
	return err
}

// endSessions ends all sessions of a person but one.
func endSessions(ctx context.Context, tx db.Tx, person cinnabar.PersonID, but string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE person = $1 AND id <> $2`, person, but)
	return err
}

// endSessionsFor ends the sessions in which a person acts for an organisation.
func endSessionsFor(ctx context.Context, tx db.Tx, person cinnabar.PersonID, org cinnabar.OrgID) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE person = $1 AND org = $2`, person, org)
	return err
}
