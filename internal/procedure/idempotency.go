package procedure

import (
	"context"
	"encoding/json"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/idempotency"
)

type claim struct{ answer []byte }

// claim takes an idempotency key for a request, or returns the answer that its first use got. Only the
// program itself needs none.
func (e *Engine) claim(ctx context.Context, tx db.Tx, a cinnabar.Actor, key string, sole bool, request any) (claim, error) {
	if a.Kind == cinnabar.System {
		return claim{}, nil
	}
	body, err := json.Marshal(request)
	if err != nil {
		return claim{}, err
	}
	// Keyed: a request may hold a password, and a plain digest of it could be guessed offline.
	r := idempotency.Request{Scope: idempotency.Scope(a), Key: key, Digest: e.vault.Index("idempotency", string(body)), Sole: sole}
	first, err := idempotency.Claim(ctx, tx, r, e.clock.Now())
	if err != nil || first == nil {
		return claim{}, err
	}
	return claim{first.Body}, nil
}

// answer keeps what a repeat will get.
func (e *Engine) answer(ctx context.Context, tx db.Tx, a cinnabar.Actor, key string, answer any) error {
	if a.Kind == cinnabar.System {
		return nil
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	r := idempotency.Request{Scope: idempotency.Scope(a), Key: key}
	return idempotency.Keep(ctx, tx, r, idempotency.Answer{Status: idempotency.Done, Body: body})
}

// forget frees a key whose request was refused before anything was written, so that it can be sent
// again with other contents.
func (e *Engine) forget(ctx context.Context, a cinnabar.Actor, key string) error {
	if a.Kind == cinnabar.System {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return e.db.InTx(ctx, func(tx db.Tx) error {
		return idempotency.Free(ctx, tx, idempotency.Request{Scope: idempotency.Scope(a), Key: key})
	})
}

// DropOldAnswers deletes the answers that nobody can ask for any more.
func (e *Engine) DropOldAnswers(ctx context.Context) error {
	return e.db.InTx(ctx, func(tx db.Tx) error { return idempotency.DropOld(ctx, tx, e.clock.Now()) })
}

var errStale = errs.New(errs.Stale, "stale", "somebody changed this meanwhile; look at the newest version and try again")
