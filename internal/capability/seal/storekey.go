package seal

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

func insertKey(ctx context.Context, tx db.Tx, k keyRow, at time.Time) error {
	var chain []byte
	for _, c := range k.chain {
		chain = append(chain, c.Raw...)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO seal_key (seal_id, version, alg, chain, sealed, mac, created_at, revoked_at, ends_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)`, string(k.seal), k.version, alg, chain, k.sealed, k.mac, db.Millis(at), db.Millis(endOf(k.chain))); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE seal SET key_version = $2 WHERE id = $1`, string(k.seal), k.version)
	return err
}

func getKey(ctx context.Context, r db.Reader, id cinnabar.SealID, version int64) (k keyRow, err error) {
	k.seal, k.version = id, version
	var chain []byte
	err = r.QueryRow(ctx, `SELECT chain, sealed, mac FROM seal_key WHERE seal_id = $1 AND version = $2 AND revoked_at = 0`,
		string(id), version).Scan(&chain, &k.sealed, &k.mac)
	if errors.Is(err, db.ErrNoRows) {
		return k, errs.New(errs.Conflict, "seal-no-key", "the seal has no key; its holder must set a password first")
	}
	if err != nil {
		return k, err
	}
	if k.chain, err = x509.ParseCertificates(chain); err != nil || len(k.chain) == 0 {
		return k, damaged("seal_key", fmt.Sprintf("%s/%d", id, version))
	}
	return k, nil
}

// destroyKey takes a key out of use for ever: nobody's password opens it any more.
func destroyKey(ctx context.Context, tx db.Tx, id cinnabar.SealID, version int64, at time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM seal_holder WHERE seal_id = $1 AND version = $2`, string(id), version); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE seal_key SET revoked_at = $3 WHERE seal_id = $1 AND version = $2`, string(id), version, db.Millis(at))
	return err
}

func insertHolder(ctx context.Context, tx db.Tx, h holderRow, at time.Time) error {
	cost, err := json.Marshal(h.cost)
	if err != nil {
		return err
	}
	var grant any
	if h.grant != "" {
		grant = h.grant
	}
	_, err = tx.Exec(ctx, `INSERT INTO seal_holder (seal_id, version, person, salt, cost, wrapped, mac, grant_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(h.seal), h.version, string(h.person), h.salt, string(cost), h.wrapped, h.mac, grant, db.Millis(at))
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "already-holder", "this person has a password for the seal already")
	}
	return err
}

// getHolder returns a person's own wrap of the current key. Whoever has none gets NotFound.
func getHolder(ctx context.Context, r db.Reader, s Seal, p cinnabar.PersonID) (h holderRow, err error) {
	h.seal, h.version, h.person = s.ID, s.KeyVersion, p
	var cost string
	err = r.QueryRow(ctx, `SELECT salt, cost, wrapped, mac, COALESCE(grant_id, '') FROM seal_holder
		WHERE seal_id = $1 AND version = $2 AND person = $3`, string(s.ID), s.KeyVersion, string(p)).
		Scan(&h.salt, &cost, &h.wrapped, &h.mac, &h.grant)
	if errors.Is(err, db.ErrNoRows) {
		return h, errs.New(errs.NotFound, "not-holder", "you do not hold this seal")
	}
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal([]byte(cost), &h.cost)
}

// replaceHolder rewraps, provided that nobody did so in between.
func replaceHolder(ctx context.Context, tx db.Tx, old, h holderRow) error {
	cost, err := json.Marshal(h.cost)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE seal_holder SET salt = $4, cost = $5, wrapped = $6, mac = $7
		WHERE seal_id = $1 AND version = $2 AND person = $3 AND mac = $8`,
		string(h.seal), h.version, string(h.person), h.salt, string(cost), h.wrapped, h.mac, old.mac)
	if err == nil && n == 0 {
		return errs.New(errs.Stale, "stale", "the seal's password was changed meanwhile")
	}
	return err
}

func deleteHolder(ctx context.Context, tx db.Tx, s Seal, p cinnabar.PersonID) error {
	n, err := tx.Exec(ctx, `DELETE FROM seal_holder WHERE seal_id = $1 AND version = $2 AND person = $3`,
		string(s.ID), s.KeyVersion, string(p))
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "not-holder", "this person does not hold the seal")
	}
	return err
}

func holdersOf(ctx context.Context, r db.Reader, s Seal) ([]cinnabar.PersonID, error) {
	rows, err := r.Query(ctx, `SELECT person FROM seal_holder WHERE seal_id = $1 AND version = $2 ORDER BY created_at, person`,
		string(s.ID), s.KeyVersion)
	return db.Collect(rows, err, func(r db.Rows) (p cinnabar.PersonID, err error) { return p, r.Scan(&p) })
}
