package device

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

func insertCode(ctx context.Context, tx db.Tx, hash string, by cinnabar.Actor, now, expires time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO device_code (hash, org, made_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		hash, string(by.Org), string(by.Person), db.Millis(now), db.Millis(expires))
	return err
}

// useCode takes a code for its one use.
func useCode(ctx context.Context, tx db.Tx, hash string, now time.Time) (org cinnabar.OrgID, by cinnabar.PersonID, err error) {
	n, err := tx.Exec(ctx, `UPDATE device_code SET used_at = $2 WHERE hash = $1 AND used_at = 0 AND expires_at > $2`, hash, db.Millis(now))
	if err != nil {
		return "", "", err
	}
	if n == 0 {
		return "", "", errNoCode
	}
	err = tx.QueryRow(ctx, `SELECT org, made_by FROM device_code WHERE hash = $1`, hash).Scan(&org, &by)
	return org, by, err
}

func insertDevice(ctx context.Context, tx db.Tx, d Device, sealed []byte, by cinnabar.PersonID) error {
	readers, err := json.Marshal(d.Readers)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO device (id, org, name, public_key, local_token, readers, enrolled_at, enrolled_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		d.ID, string(d.Org), d.Name, d.publicKey, sealed, string(readers), db.Millis(d.EnrolledAt), string(by))
	return err
}

const deviceColumns = `id, org, name, public_key, local_token, readers, enrolled_at, seen_at, revoked_at`

func scanDevice(scan func(...any) error) (d Device, sealed []byte, err error) {
	var readers string
	var enrolled, seen, revoked int64
	if err := scan(&d.ID, &d.Org, &d.Name, &d.publicKey, &sealed, &readers, &enrolled, &seen, &revoked); err != nil {
		return d, nil, err
	}
	d.EnrolledAt, d.SeenAt, d.RevokedAt = db.Time(enrolled), db.Time(seen), db.Time(revoked)
	return d, sealed, json.Unmarshal([]byte(readers), &d.Readers)
}

func getDevice(ctx context.Context, r db.Reader, id string) (Device, []byte, error) {
	d, sealed, err := scanDevice(r.QueryRow(ctx, `SELECT `+deviceColumns+` FROM device WHERE id = $1`, id).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return d, nil, errNoDevice
	}
	return d, sealed, err
}

func listDevices(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]Device, error) {
	rows, err := r.Query(ctx, `SELECT `+deviceColumns+` FROM device WHERE org = $1 ORDER BY enrolled_at DESC, id`, string(org))
	return db.Collect(rows, err, func(r db.Rows) (Device, error) {
		d, _, err := scanDevice(r.Scan)
		return d, err
	})
}

func touch(ctx context.Context, tx db.Tx, id string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE device SET seen_at = $2 WHERE id = $1`, id, db.Millis(now))
	return err
}

func insertCapture(ctx context.Context, tx db.Tx, c Capture) error {
	_, err := tx.Exec(ctx, `INSERT INTO device_capture (id, device, asked_by, position, nonce, state, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.ID, c.Device, string(c.AskedBy), c.Position, c.Nonce, string(c.State), db.Millis(c.Created), db.Millis(c.Expires))
	return err
}

const captureColumns = `id, device, asked_by, position, nonce, state, reason, reader, dpi, quality, created_at, expires_at, taken_at`

func scanCapture(scan func(...any) error) (c Capture, err error) {
	var created, expires, taken int64
	err = scan(&c.ID, &c.Device, &c.AskedBy, &c.Position, &c.Nonce, &c.State, &c.Reason, &c.Reader, &c.DPI, &c.Quality, &created, &expires, &taken)
	c.Created, c.Expires, c.Taken = db.Time(created), db.Time(expires), db.Time(taken)
	return c, err
}

func getCapture(ctx context.Context, r db.Reader, id string) (Capture, error) {
	c, err := scanCapture(r.QueryRow(ctx, `SELECT `+captureColumns+` FROM device_capture WHERE id = $1`, id).Scan)
	if errors.Is(err, db.ErrNoRows) {
		return c, errNoCapture
	}
	return c, err
}

func waitingAt(ctx context.Context, r db.Reader, device string, now time.Time) ([]Capture, error) {
	rows, err := r.Query(ctx, `SELECT `+captureColumns+` FROM device_capture WHERE device = $1 AND state = 'asked' AND expires_at > $2 ORDER BY created_at, id`,
		device, db.Millis(now))
	return db.Collect(rows, err, func(r db.Rows) (Capture, error) { return scanCapture(r.Scan) })
}

// takeIn keeps a picture where none was kept yet.
func takeIn(ctx context.Context, tx db.Tx, id string, in protocol.Capture, sealed []byte, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE device_capture SET state = 'captured', reader = $2, dpi = $3, quality = $4, digest = $5, signature = $6, picture = $7, taken_at = $8
		WHERE id = $1 AND state = 'asked' AND expires_at > $9`,
		id, in.Reader, in.DPI, in.Quality, in.Digest.String(), in.Signature, sealed, db.Millis(in.Taken), db.Millis(now))
	if err == nil && n == 0 {
		return errNotFresh
	}
	return err
}

// takeOut gives the sealed picture and deletes it.
func takeOut(ctx context.Context, tx db.Tx, id string, now time.Time) (sealed []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT picture FROM device_capture WHERE id = $1 AND state = 'captured' AND expires_at > $2`+tx.Dialect().ForUpdate(), id, db.Millis(now)).Scan(&sealed)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNoPicture
	}
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `UPDATE device_capture SET state = 'used', picture = NULL WHERE id = $1 AND state = 'captured'`, id)
	if err == nil && n == 0 {
		return nil, errNoPicture
	}
	return sealed, err
}

// sweep deletes pictures as soon as they are over; the statements about them stay for a month.
func sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE device_capture SET state = 'failed', reason = 'expired', picture = NULL WHERE state IN ('asked', 'captured') AND expires_at < $1`, db.Millis(now))
	_, err2 := tx.Exec(ctx, `DELETE FROM device_capture WHERE expires_at < $1`, db.Millis(now.Add(-30*24*time.Hour)))
	_, err3 := tx.Exec(ctx, `DELETE FROM device_code WHERE expires_at < $1`, db.Millis(now.Add(-24*time.Hour)))
	return errors.Join(err, err2, err3)
}
