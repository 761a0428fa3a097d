package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// GrowthFormat names the layout and the hashing of a Growth.
const GrowthFormat = "cinnabar-growth/1"

// Growth proves offline that the log only grew between two signed checkpoints (RFC 6962 2.1.2).
type Growth struct {
	Format      string      `json:"format"`
	From        string      `json:"from"` // signed checkpoints
	To          string      `json:"to"`
	Consistency []tlog.Hash `json:"consistency"`
}

// Signed is a checkpoint of the log: how many entries it covers, and since when.
type Signed struct {
	ID   int64     `json:"-"`
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
	Note string    `json:"checkpoint"`
}

var errNoCheckpoint = errs.New(errs.NotFound, "checkpoint-not-found", "no checkpoint covers just so many entries")

// Checkpoints lists signed checkpoints, the newest first: those before one (its ID), or from the newest on (0).
func (l *Log) Checkpoints(ctx context.Context, before int64, limit int) ([]Signed, error) {
	if before <= 0 {
		before = 1 << 62
	}
	rows, err := l.DB.Query(ctx, `SELECT id, size, note, at FROM log_checkpoint WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
	return db.Collect(rows, err, func(r db.Rows) (Signed, error) { return scanSigned(r) })
}

// CheckpointAt is the newest checkpoint that covers so many entries; errs.NotFound when there is none.
func (l *Log) CheckpointAt(ctx context.Context, size int64) (Signed, error) {
	s, err := scanSigned(l.DB.QueryRow(ctx, `SELECT id, size, note, at FROM log_checkpoint WHERE size = $1 ORDER BY id DESC LIMIT 1`, size))
	if errors.Is(err, db.ErrNoRows) {
		err = errNoCheckpoint
	}
	return s, err
}

func scanSigned(r interface{ Scan(...any) error }) (s Signed, err error) {
	var at int64
	err = r.Scan(&s.ID, &s.Size, &s.Note, &at)
	s.At = db.Time(at)
	return s, err
}

// Grown proves that the log only grew from one checkpoint to a later one, by how many entries they cover; to 0 is the
// newest. errs.NotFound when there is no such checkpoint, errs.Invalid when the later one covers less.
func (l *Log) Grown(ctx context.Context, from, to int64) (*Growth, error) {
	old, err := l.CheckpointAt(ctx, from)
	if err != nil {
		return nil, err
	}
	if to == 0 {
		if _, to, err = newestCheckpoint(ctx, l.DB); err != nil {
			return nil, err
		}
	}
	now, err := l.CheckpointAt(ctx, to)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, errs.Wrong(errs.Field{Pointer: "/to", Code: "out-of-range", Params: map[string]any{"min": from}})
	}
	g := &Growth{Format: GrowthFormat, From: old.Note, To: now.Note}
	if g.Consistency, err = tlog.ProveTree(to, from, stored(ctx, l.DB)); err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	return g, nil
}

// VerifyGrowth checks a Growth (JSON) with the log's public key alone, and tells how many entries the checkpoints cover.
func VerifyGrowth(growth []byte, publicKey string) (from, to int64, err error) {
	var g Growth
	if err := json.Unmarshal(growth, &g); err != nil {
		return 0, 0, fmt.Errorf("proof of growth: %w", err)
	}
	if g.Format != GrowthFormat {
		return 0, 0, fmt.Errorf("proof of growth: unknown format %q", g.Format)
	}
	now, err := openCheckpoint(g.To, publicKey)
	if err != nil {
		return 0, 0, err
	}
	from, err = Bundle{Since: g.From, Consistency: g.Consistency}.checkGrowth(now, publicKey)
	return from, now.size, err
}
