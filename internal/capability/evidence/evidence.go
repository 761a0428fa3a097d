// Package evidence is the append-only log that makes every case's timeline tamper-evident (PLT-6,
// PLT-13): a Merkle tree after RFC 6962 (golang.org/x/mod/sumdb/tlog) whose leaves are the heads of the
// timelines and whose signed checkpoints (C2SP tlog-checkpoint) are kept outside the database.
//
// Guaranteed: what Append wrote is logged once the caller's transaction is durable, exactly once, also
// after a crash. A checkpoint leaves the database only after what it covers is durable. Whoever holds a
// proof bundle and the log's public key verifies it offline. Check names each changed, missing or
// foreign row as long as one kept checkpoint is true.
//
// Not guaranteed: rows handed over but not yet sequenced (about a second) are protected by their case's
// own chain only. An operator who controls the log key and every Keeper can rewrite all; hand
// checkpoints to somebody else as well.
package evidence

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
)

// Leaf is one entry of a case's timeline, or a line of a seal's log, whose id then stands for the case's: its place
// and the hash of it. It holds no personal data.
type Leaf struct {
	Case cinnabar.CaseID
	Seq  int64
	Hash cinnabar.Digest
}

// record is what the tree hashes: fields on lines of their own, so that none can run into the next.
func (l Leaf) record() []byte {
	return []byte("cinnabar-leaf/1\n" + strconv.Quote(string(l.Case)) + "\n" +
		strconv.FormatInt(l.Seq, 10) + "\n" + l.Hash.String() + "\n")
}

func (l Leaf) recordHash() tlog.Hash { return tlog.RecordHash(l.record()) }

// Keeper keeps checkpoints where whoever can write the database cannot reach them.
type Keeper interface {
	// Keep stores a checkpoint durably before it returns.
	Keep(ctx context.Context, checkpoint string) error
	// Last returns the newest checkpoint, "" when there is none.
	Last(ctx context.Context) (string, error)
	// Kept returns all checkpoints, oldest first.
	Kept(ctx context.Context) ([]string, error)
}

// Deps is what a Log needs.
type Deps struct {
	DB     db.DB
	Clock  clock.Clock
	Key    *Key
	Keeper Keeper
	Logger *slog.Logger  // nil: slog.Default
	Every  time.Duration // how often the sequencer looks for new entries; 0: a second
	Batch  int           // entries per transaction; 0: 256
}

// Log is the evidence log.
type Log struct {
	Deps
}

// New makes a Log. It reads and writes nothing; call Resume before Run.
func New(d Deps) (*Log, error) {
	if d.DB == nil || d.Clock == nil || d.Key == nil || d.Keeper == nil {
		return nil, errors.New("evidence: a database, a clock, a key and a keeper are needed")
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Every <= 0 {
		d.Every = time.Second
	}
	if d.Batch <= 0 {
		d.Batch = 256
	}
	return &Log{d}, nil
}

// Append hands an entry over within the transaction of its case.
func (l *Log) Append(ctx context.Context, tx db.Tx, leaf Leaf) error {
	return insertPending(ctx, tx, leaf, l.Clock.Now())
}

// First is the number of the first entry of a timeline that was handed over, 0 when there is none.
func (l *Log) First(ctx context.Context, c cinnabar.CaseID) (seq int64, err error) {
	return firstSeq(ctx, l.DB, c)
}

// PublicKey is the key that verifies checkpoints and statements of this log, in the text form of
// signed notes (C2SP signed-note).
func (l *Log) PublicKey() string { return l.Key.Public() }

// Checkpoint returns the newest signed checkpoint, "" while the log is empty.
func (l *Log) Checkpoint(ctx context.Context) (string, error) {
	note, _, err := newestCheckpoint(ctx, l.DB)
	return note, err
}
