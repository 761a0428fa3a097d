package identity

import (
	"context"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// faceRow is a device that was not ended.
type faceRow struct {
	id        string
	person    cinnabar.PersonID
	publicKey string
	model     string
	sealed    []byte
}

func readFaceDevice(ctx context.Context, r db.Reader, id string) (d faceRow, err error) {
	d.id = id
	err = r.QueryRow(ctx, `SELECT person, public_key, model, face FROM face_device WHERE id = $1 AND ended_at = 0`, id).
		Scan(&d.person, &d.publicKey, &d.model, &d.sealed)
	return d, err
}

func insertFaceDevice(ctx context.Context, tx db.Tx, d FaceDevice, person cinnabar.PersonID, publicKey, model string, sealed []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO face_device (id, person, name, public_key, model, face, agent, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		d.ID, person, d.Name, publicKey, model, sealed, d.Agent, db.Millis(d.CreatedAt))
	return err
}

func countFaceDevices(ctx context.Context, r db.Reader, person cinnabar.PersonID) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM face_device WHERE person = $1 AND ended_at = 0`, person).Scan(&n)
	return n, err
}

func listFaceDevices(ctx context.Context, r db.Reader, person cinnabar.PersonID) ([]FaceDevice, error) {
	rows, err := r.Query(ctx, `SELECT id, name, agent, created_at, seen_at FROM face_device WHERE person = $1 AND ended_at = 0 ORDER BY created_at DESC, id`, person)
	return db.Collect(rows, err, func(r db.Rows) (d FaceDevice, err error) {
		var created, seen int64
		err = r.Scan(&d.ID, &d.Name, &d.Agent, &created, &seen)
		d.CreatedAt, d.SeenAt = db.Time(created), db.Time(seen)
		return d, err
	})
}

// endFaceDevices ends one device of a person, or with id "" all, and deletes the templates.
func endFaceDevices(ctx context.Context, tx db.Tx, person cinnabar.PersonID, id string, now time.Time) (int64, error) {
	return tx.Exec(ctx, `UPDATE face_device SET ended_at = $3, face = NULL WHERE person = $1 AND ended_at = 0 AND (id = $2 OR $2 = '')`,
		person, id, db.Millis(now))
}

func touchFaceDevice(ctx context.Context, tx db.Tx, id string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE face_device SET seen_at = $2 WHERE id = $1`, id, db.Millis(now))
	return err
}

func insertChallenge(ctx context.Context, tx db.Tx, c FaceChallenge, person cinnabar.PersonID, device string) error {
	_, err := tx.Exec(ctx, `INSERT INTO face_challenge (nonce, person, device, challenge, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		c.Nonce, person, device, c.Text, db.Millis(c.Expires))
	return err
}

// claimChallenge takes a challenge for its one answer.
func claimChallenge(ctx context.Context, tx db.Tx, nonce string, person cinnabar.PersonID, device string, now time.Time) (text string, err error) {
	n, err := tx.Exec(ctx, `UPDATE face_challenge SET used_at = $4 WHERE nonce = $1 AND person = $2 AND device = $3 AND used_at = 0 AND expires_at > $4`,
		nonce, person, device, db.Millis(now))
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", errChallenge
	}
	err = tx.QueryRow(ctx, `SELECT challenge FROM face_challenge WHERE nonce = $1`, nonce).Scan(&text)
	return text, err
}
