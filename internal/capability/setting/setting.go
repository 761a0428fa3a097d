// Package setting keeps what an organisation sets for itself, as versioned JSON documents by name. All
// versions are kept, so that it can be told under which one a case ran.
package setting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Service reads and changes settings.
type Service struct {
	db    db.DB
	clock clock.Clock
}

// New makes a Service.
func New(d db.DB, c clock.Clock) (*Service, error) {
	if d == nil || c == nil {
		return nil, errors.New("setting: database and clock are needed")
	}
	return &Service{d, c}, nil
}

// Get reads the newest version into out, and returns its number: 0, with out untouched, when the
// organisation never set it.
func (s *Service) Get(ctx context.Context, r db.Reader, org cinnabar.OrgID, name string, out any) (version int64, err error) {
	var body string
	err = r.QueryRow(ctx, `SELECT version, body FROM setting WHERE org = $1 AND name = $2 ORDER BY version DESC LIMIT 1`, string(org), name).
		Scan(&version, &body)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("setting %s: %w", name, err)
	}
	// Not into out itself: encoding/json would leave in the elements of a list what they held before.
	read := reflect.New(reflect.TypeOf(out).Elem())
	if err := json.Unmarshal([]byte(body), read.Interface()); err != nil {
		return 0, fmt.Errorf("setting %s: %w", name, err)
	}
	reflect.ValueOf(out).Elem().Set(read.Elem())
	return version, nil
}

// Orgs are the organisations that ever set something.
func (s *Service) Orgs(ctx context.Context, r db.Reader, name string) ([]cinnabar.OrgID, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT org FROM setting WHERE name = $1 ORDER BY org`, name)
	return db.Collect(rows, err, func(rows db.Rows) (o cinnabar.OrgID, err error) { return o, rows.Scan(&o) })
}

// Put writes the next version. seen is the version that the change is based on; errs.Stale when there is
// a newer one.
func (s *Service) Put(ctx context.Context, by cinnabar.Actor, name string, seen int64, value any) (version int64, err error) {
	err = s.db.InTx(ctx, func(tx db.Tx) error { return s.PutIn(ctx, tx, by, name, seen, value) })
	if err != nil {
		return 0, err
	}
	return seen + 1, nil
}

// PutIn is Put in the caller's transaction, for what changes together with the setting.
func (s *Service) PutIn(ctx context.Context, tx db.Tx, by cinnabar.Actor, name string, seen int64, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	now := s.clock.Now()
	n, err := tx.Exec(ctx, `INSERT INTO setting (org, name, version, body, changed_at, changed_by)
		SELECT $1, $2, $3, $4, $5, $6 WHERE CAST($7 AS BIGINT) = (SELECT coalesce(max(version), 0) FROM setting WHERE org = $1 AND name = $2)`,
		string(by.Org), name, seen+1, string(body), db.Millis(now), string(by.Person), seen)
	if db.IsUnique(err) || (err == nil && n == 0) {
		return errStale
	}
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return audit.Record(ctx, tx, audit.Entry{At: now, Actor: by, Action: "setting.change", Object: string(by.Org) + "/" + name})
}

var errStale = errs.New(errs.Stale, "stale", "somebody changed this setting meanwhile; look at the newest version and try again")
