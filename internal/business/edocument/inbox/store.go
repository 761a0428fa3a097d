package inbox

import (
	"context"
	"encoding/json"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// enter writes the row of a manifest, or reads the one that is there. A refused one gives its id back to
// another manifest.
func (t *task) enter(ctx context.Context, tx db.Tx, id, digest string) (e entry, err error) {
	now := db.Millis(t.Clock.Now())
	if _, err = tx.Exec(ctx, `DELETE FROM edoc_inbox WHERE account = $1 AND id = $2 AND digest <> $3 AND made = 0 AND answer <> ''`, t.account.Name, id, digest); err != nil {
		return e, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO edoc_inbox (account, id, digest, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, t.account.Name, id, digest, now)
	if err != nil || n == 1 {
		return e, err
	}
	var was, answer string
	err = tx.QueryRow(ctx, `SELECT digest, upload, answer FROM edoc_inbox WHERE account = $1 AND id = $2`, t.account.Name, id).Scan(&was, (*string)(&e.upload), &answer)
	if err != nil {
		return e, err
	}
	if was != digest {
		return e, errs.New(errs.Conflict, "id-reused", "another manifest has this id already")
	}
	if answer != "" {
		e.answer = new(Answer)
		err = json.Unmarshal([]byte(answer), e.answer)
	}
	return e, err
}

func (t *task) setUpload(ctx context.Context, m *Manifest, f cinnabar.FileID) error {
	return t.DB.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE edoc_inbox SET upload = $3 WHERE account = $1 AND id = $2`, t.account.Name, m.ID, string(f))
		return err
	})
}

// keep writes the answer, which every repeat will get.
func (t *task) keep(ctx context.Context, m *Manifest, a Answer) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	made := 0
	if a.Result == "made" {
		made = 1
	}
	return t.DB.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE edoc_inbox SET answer = $3, made = $4 WHERE account = $1 AND id = $2`, t.account.Name, m.ID, string(raw), made)
		return err
	})
}

// drop forgets a manifest that was refused; its PDF is an upload that nobody used.
func (t *task) drop(ctx context.Context, m *Manifest) error {
	digest, err := m.digest()
	if err != nil {
		return err
	}
	return t.DB.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM edoc_inbox WHERE account = $1 AND id = $2 AND digest = $3 AND made = 0`, t.account.Name, m.ID, digest)
		return err
	})
}
