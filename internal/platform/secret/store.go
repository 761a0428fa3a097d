package secret

import (
	"context"
	"errors"

	"cinnabar/internal/platform/db"
)

func readKey(ctx context.Context, r db.Reader, s Subject) (wrapped []byte, err error) {
	err = r.QueryRow(ctx, `SELECT wrapped FROM secret_key WHERE subject = $1`, string(s)).Scan(&wrapped)
	return wrapped, err
}

func insertKey(ctx context.Context, tx db.Tx, s Subject, wrapped []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO secret_key (subject, wrapped) VALUES ($1, $2)
		ON CONFLICT (subject) DO NOTHING`, string(s), wrapped)
	return err
}

func destroyKey(ctx context.Context, tx db.Tx, s Subject) error {
	_, err := tx.Exec(ctx, `INSERT INTO secret_key (subject, wrapped) VALUES ($1, NULL)
		ON CONFLICT (subject) DO UPDATE SET wrapped = NULL`, string(s))
	return err
}

// readFingerprint returns "" for a database that has no vault yet.
func readFingerprint(ctx context.Context, r db.Reader) (string, error) {
	var known string
	err := r.QueryRow(ctx, `SELECT fingerprint FROM secret_vault WHERE id = 1`).Scan(&known)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return known, err
}

// bindFingerprint writes the fingerprint if there is none, and returns the one that stands.
func bindFingerprint(ctx context.Context, tx db.Tx, mine string) (string, error) {
	_, err := tx.Exec(ctx, `INSERT INTO secret_vault (id, fingerprint) VALUES (1, $1)
		ON CONFLICT (id) DO NOTHING`, mine)
	if err != nil {
		return "", err
	}
	return readFingerprint(ctx, tx)
}
