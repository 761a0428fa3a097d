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

// Key is an organisation's API key, without its secret.
type Key struct {
	ID        string
	Name      string
	Roles     []string
	CreatedAt time.Time
	SeenAt    time.Time // used last, to the hour; zero: never

	Departments []cinnabar.DepartmentID // for which it acts
}

// keySeenEvery is how exactly the last use of a key is known: programs ask often.
const keySeenEvery = time.Hour

// CreateKey makes an API key of the organisation acted for. The secret is returned here and never again.
func (s *Service) CreateKey(ctx context.Context, by cinnabar.Actor, name string, roles []string, departments ...cinnabar.DepartmentID) (Key, string, error) {
	o, err := s.Org(ctx, by.Org)
	if err != nil {
		return Key{}, "", err
	}
	var wrong []errs.Field
	if name = strings.TrimSpace(name); name == "" {
		wrong = append(wrong, errs.Field{Pointer: "/name", Code: "missing"})
	}
	for _, r := range roles {
		if r == Admin || !slices.Contains(rolesOf(o.Kind), r) {
			wrong = append(wrong, errs.Field{Pointer: "/roles", Code: "not-allowed"})
		}
	}
	if len(wrong) > 0 {
		return Key{}, "", errs.Wrong(wrong...)
	}
	k := Key{ID: cinnabar.NewID[string]("key"), Name: name, Roles: roles, CreatedAt: s.Clock.Now(), Departments: departments}
	token, hash := newToken(keyPrefix)
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		own, err := s.ownDepartments(ctx, tx, by.Org, departments)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO api_key (id, org, name, hash, roles, departments, made_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			k.ID, by.Org, k.Name, hash, listJSON(roles), own, by.Person, db.Millis(k.CreatedAt))
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "key.create", k.ID, map[string]any{"org": by.Org, "roles": roles, "departments": departments})
	})
	return k, token, err
}

// Keys lists an organisation's standing keys, oldest first.
func (s *Service) Keys(ctx context.Context, org cinnabar.OrgID) ([]Key, error) {
	rows, err := s.DB.Query(ctx, `SELECT id, name, roles, departments, created_at, seen_at FROM api_key
		WHERE org = $1 AND revoked_at = 0 ORDER BY created_at, id`, org)
	return db.Collect(rows, err, func(r db.Rows) (k Key, err error) {
		var roles, departments string
		var created, seen int64
		if err := r.Scan(&k.ID, &k.Name, &roles, &departments, &created, &seen); err != nil {
			return k, err
		}
		k.CreatedAt, k.SeenAt = db.Time(created), db.Time(seen)
		return k, errors.Join(json.Unmarshal([]byte(roles), &k.Roles), json.Unmarshal([]byte(departments), &k.Departments))
	})
}

// RevokeKey ends a key of the organisation acted for.
func (s *Service) RevokeKey(ctx context.Context, by cinnabar.Actor, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE api_key SET revoked_at = $3 WHERE id = $1 AND org = $2 AND revoked_at = 0`,
			id, by.Org, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("key")
		}
		return s.record(ctx, tx, by, "key.revoke", id, nil)
	})
}

func (s *Service) authenticateKey(ctx context.Context, token string, from Client) (cinnabar.Actor, error) {
	a := cinnabar.Actor{Kind: cinnabar.APIKey, Address: from.Address, Agent: clip(from.Agent)}
	var roles, departments string
	var seen int64
	err := s.DB.QueryRow(ctx, `SELECT id, org, name, roles, departments, seen_at FROM api_key WHERE hash = $1 AND revoked_at = 0`, hashToken(token)).
		Scan(&a.Key, &a.Org, &a.Name, &roles, &departments, &seen)
	if errors.Is(err, db.ErrNoRows) {
		return cinnabar.Actor{}, signedOut()
	}
	if err != nil {
		return cinnabar.Actor{}, err
	}
	if now := s.Clock.Now(); now.Sub(db.Time(seen)) >= keySeenEvery {
		err = s.DB.InTx(ctx, func(tx db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE api_key SET seen_at = $2 WHERE id = $1`, a.Key, db.Millis(now))
			return err
		})
	}
	return a, errors.Join(err, json.Unmarshal([]byte(roles), &a.Roles), json.Unmarshal([]byte(departments), &a.Departments))
}
