package evidence

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// CodeNewer says that a kept checkpoint covers more than the database holds: an older database was
// restored, or the log's tail was cut off.
const CodeNewer = "checkpoint-newer"

// CodeRewritten says that the log is not the one that a kept checkpoint covers.
const CodeRewritten = "log-rewritten"

// Run moves what cases handed over into the log until ctx ends. Any number of replicas may run it; they
// take turns. A fault is reported to the logger and tried again.
func (l *Log) Run(ctx context.Context) error {
	tick := time.NewTicker(l.Every)
	defer tick.Stop()
	for {
		if err := l.Flush(ctx); err != nil && ctx.Err() == nil {
			l.Logger.ErrorContext(ctx, "evidence log is behind", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Flush logs all that is waiting and hands the newest checkpoint to the keeper.
func (l *Log) Flush(ctx context.Context) error {
	for {
		n, err := l.batch(ctx)
		if err != nil {
			return fmt.Errorf("sequence: %w", err)
		}
		if n < l.Batch {
			return l.publish(ctx)
		}
	}
}

// batch logs up to Batch entries and their checkpoint in one transaction.
func (l *Log) batch(ctx context.Context) (n int, err error) {
	if waiting, err := db.Exists(ctx, l.DB, `SELECT 1 FROM to_log LIMIT 1`); err != nil || !waiting {
		return 0, err
	}
	err = l.DB.InTx(ctx, func(tx db.Tx) error {
		size, err := lockState(ctx, tx)
		if err != nil {
			return err
		}
		leaves, err := pendingLeaves(ctx, tx, l.Batch)
		if n = len(leaves); err != nil || n == 0 {
			return err
		}
		if err := appendLeaves(ctx, tx, size, leaves); err != nil {
			return err
		}
		return l.sign(ctx, tx, size+int64(n), "")
	})
	return n, err
}

func appendLeaves(ctx context.Context, tx db.Tx, size int64, leaves []Leaf) error {
	for k, leaf := range leaves {
		idx := size + int64(k)
		hashes, err := tlog.StoredHashesForRecordHash(idx, leaf.recordHash(), stored(ctx, tx))
		if err != nil {
			return err
		}
		if err := insertHashes(ctx, tx, tlog.StoredHashIndex(0, idx), hashes); err != nil {
			return err
		}
		if err := insertLeaf(ctx, tx, idx, leaf); err != nil {
			return err
		}
	}
	return nil
}

// sign writes the checkpoint of the tree of that size.
func (l *Log) sign(ctx context.Context, tx db.Tx, size int64, rollback string) error {
	root, err := tlog.TreeHash(size, stored(ctx, tx))
	if err != nil {
		return err
	}
	signed, err := l.Key.SignNote(checkpoint{size, root, rollback}.text(l.Key.Origin()))
	if err != nil {
		return err
	}
	return insertCheckpoint(ctx, tx, size, signed, l.Clock.Now())
}

// publish hands over the newest checkpoint, which is durable by now, unless the keeper has it. Before
// that it looks whether the log still is the one that the keeper knows: what grew from a cut log is
// never certified.
func (l *Log) publish(ctx context.Context) error {
	signed, _, err := newestCheckpoint(ctx, l.DB)
	if err != nil || signed == "" {
		return err
	}
	last, err := l.Keeper.Last(ctx)
	if err != nil || last == signed {
		return err
	}
	if err := l.extends(ctx, last); err != nil {
		return err
	}
	return l.Keeper.Keep(ctx, signed)
}

// Resume compares the database with the newest kept checkpoint; call it before serving. It returns an
// errs.Conflict with CodeNewer or CodeRewritten when the database is not the one that was checkpointed,
// and otherwise hands over a checkpoint that a crash kept back.
func (l *Log) Resume(ctx context.Context) error {
	last, err := l.Keeper.Last(ctx)
	if err != nil {
		return err
	}
	if err := l.extends(ctx, last); err != nil {
		return err
	}
	return l.publish(ctx)
}

// extends tells whether the log begins with what the newest kept checkpoint covers.
func (l *Log) extends(ctx context.Context, kept string) error {
	if kept == "" {
		return nil
	}
	last, err := openCheckpoint(kept, l.Key.Public())
	if err != nil {
		return fmt.Errorf("newest kept checkpoint: %w", err)
	}
	var size int64
	if err := l.DB.QueryRow(ctx, `SELECT size FROM log_state WHERE id = 1`).Scan(&size); err != nil {
		return err
	}
	if last.size > size {
		return newerThanDatabase(last.size, size)
	}
	root, err := tlog.TreeHash(last.size, stored(ctx, l.DB))
	if err != nil {
		return err
	}
	if root != last.root {
		return errs.New(errs.Conflict, CodeRewritten, "the log's first %d entries are not those that the kept checkpoint covers: the log was rewritten", last.size)
	}
	return nil
}

func newerThanDatabase(kept, have int64) error {
	return errs.New(errs.Conflict, CodeNewer, "checkpoint newer than database: the newest kept checkpoint covers %d entries, the database holds %d; an older database was restored or the log's tail was cut", kept, have).
		With("kept", kept).With("database", have)
}

// AcceptRollback goes on from a database that is older than the kept checkpoints, after an officer has
// decided so. Who and why stand in a checkpoint that the keeper gets; Check reports it for ever.
func (l *Log) AcceptRollback(ctx context.Context, who, why string) error {
	err := l.DB.InTx(ctx, func(tx db.Tx) error {
		size, err := lockState(ctx, tx)
		if err != nil {
			return err
		}
		return l.sign(ctx, tx, size, who+": "+why)
	})
	if err != nil {
		return fmt.Errorf("accept rollback: %w", err)
	}
	signed, _, err := newestCheckpoint(ctx, l.DB)
	if err != nil {
		return err
	}
	return l.Keeper.Keep(ctx, signed)
}
