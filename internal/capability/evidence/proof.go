package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// bundleFormat names the layout and the hashing of a Bundle.
const bundleFormat = "cinnabar-proof/1"

// Bundle proves offline that an entry is in the log: RFC 6962 inclusion under a signed checkpoint, and
// that the log had only grown since an older checkpoint when one is given.
type Bundle struct {
	Format     string          `json:"format"`
	Case       cinnabar.CaseID `json:"case"`
	Seq        int64           `json:"seq"`
	Hash       cinnabar.Digest `json:"hash"`
	Index      int64           `json:"index"`     // place in the log, from 0
	Inclusion  []tlog.Hash     `json:"inclusion"` // RFC 6962 2.1.1, base64
	Checkpoint string          `json:"checkpoint"`

	Since       string      `json:"since,omitempty"` // an older checkpoint that the asker holds
	Consistency []tlog.Hash `json:"consistency,omitempty"`
}

// Proven is what a valid bundle says.
type Proven struct {
	Leaf
	Index int64
	Size  int64 // entries that the checkpoint covers
	Since int64 // entries of the older checkpoint; 0 when none was given
}

// Prove returns the proof for an entry under the newest checkpoint. since is an older signed checkpoint
// of this log or "". errs.NotFound when there is no such entry, errs.Unavailable while it waits for the
// sequencer.
func (l *Log) Prove(ctx context.Context, c cinnabar.CaseID, seq int64, since string) (*Bundle, error) {
	idx, leaf, err := leafIndex(ctx, l.DB, c, seq)
	if errors.Is(err, db.ErrNoRows) {
		return nil, l.notLogged(ctx, c, seq)
	}
	if err != nil {
		return nil, err
	}
	signed, size, err := newestCheckpoint(ctx, l.DB)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Format: bundleFormat, Case: c, Seq: seq, Hash: leaf.Hash, Index: idx, Checkpoint: signed}
	b.Inclusion, err = tlog.ProveRecord(size, idx, stored(ctx, l.DB))
	if err != nil {
		return nil, fmt.Errorf("prove inclusion: %w", err)
	}
	if since == "" {
		return b, nil
	}
	b.Since = since
	b.Consistency, err = l.Consistency(ctx, since)
	return b, err
}

// Newest returns the newest logged entry of a case, to be proved; it stands for all before it by the
// case's own hash chain. errs.NotFound when nothing of the case is logged.
func (l *Log) Newest(ctx context.Context, c cinnabar.CaseID) (seq int64, err error) {
	err = l.DB.QueryRow(ctx, `SELECT seq FROM log_leaf WHERE case_id = $1 ORDER BY seq DESC LIMIT 1`, string(c)).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return 0, errs.New(errs.NotFound, "not-found", "nothing of this case is in the evidence log yet")
	}
	return seq, err
}

func (l *Log) notLogged(ctx context.Context, c cinnabar.CaseID, seq int64) error {
	waiting, err := db.Exists(ctx, l.DB, `SELECT 1 FROM to_log WHERE case_id = $1 AND seq = $2`, string(c), seq)
	if err != nil {
		return err
	}
	if waiting {
		return errs.New(errs.Unavailable, "not-yet-logged", "the entry is waiting to be logged; ask again in a few seconds")
	}
	return errs.New(errs.NotFound, "not-found", "there is no such entry in the evidence log")
}

// Consistency proves that the newest checkpoint's log begins with an older checkpoint's (RFC 6962 2.1.2).
// errs.Invalid when the older one is not of this log, errs.Conflict when it covers more than there is.
func (l *Log) Consistency(ctx context.Context, since string) ([]tlog.Hash, error) {
	old, err := openCheckpoint(since, l.Key.Public())
	if err != nil || old.size == 0 {
		return nil, errs.New(errs.Invalid, "checkpoint", "the older checkpoint is not one of this log").Because(err)
	}
	_, size, err := newestCheckpoint(ctx, l.DB)
	if err != nil {
		return nil, err
	}
	if old.size > size {
		return nil, newerThanDatabase(old.size, size)
	}
	p, err := tlog.ProveTree(size, old.size, stored(ctx, l.DB))
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	return p, nil
}

// VerifyProof checks a bundle (JSON) with the log's public key alone: no network, no database. Every
// error means that the bundle proves nothing.
func VerifyProof(bundle []byte, publicKey string) (*Proven, error) {
	var b Bundle
	if err := json.Unmarshal(bundle, &b); err != nil {
		return nil, fmt.Errorf("proof bundle: %w", err)
	}
	if b.Format != bundleFormat {
		return nil, fmt.Errorf("proof bundle: unknown format %q", b.Format)
	}
	now, err := openCheckpoint(b.Checkpoint, publicKey)
	if err != nil {
		return nil, err
	}
	p := &Proven{Leaf: Leaf{b.Case, b.Seq, b.Hash}, Index: b.Index, Size: now.size}
	if b.Index < 0 || b.Index >= now.size {
		return nil, errors.New("proof bundle: the entry lies outside the checkpoint")
	}
	if err := tlog.CheckRecord(b.Inclusion, now.size, now.root, b.Index, p.recordHash()); err != nil {
		return nil, fmt.Errorf("inclusion: %w", err)
	}
	if b.Since == "" {
		return p, nil
	}
	p.Since, err = b.checkGrowth(now, publicKey)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (b Bundle) checkGrowth(now checkpoint, publicKey string) (since int64, err error) {
	old, err := openCheckpoint(b.Since, publicKey)
	if err != nil {
		return 0, err
	}
	if old.size < 1 || old.size > now.size {
		return 0, errors.New("consistency: the older checkpoint covers more than the newer")
	}
	if err := tlog.CheckTree(b.Consistency, now.size, now.root, old.size, old.root); err != nil {
		return 0, fmt.Errorf("consistency: %w", err)
	}
	return old.size, nil
}
