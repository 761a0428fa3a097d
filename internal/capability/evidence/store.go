package evidence

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

func insertPending(ctx context.Context, tx db.Tx, l Leaf, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO to_log (case_id, seq, hash, at) VALUES ($1, $2, $3, $4)`,
		string(l.Case), l.Seq, l.Hash[:], db.Millis(at))
	if err != nil {
		return fmt.Errorf("hand over to the evidence log: %w", err)
	}
	return nil
}

// lockState returns the log's size and keeps other sequencers out until the end of the transaction.
func lockState(ctx context.Context, tx db.Tx) (size int64, err error) {
	err = tx.QueryRow(ctx, `SELECT size FROM log_state WHERE id = 1`+tx.Dialect().ForUpdate()).Scan(&size)
	return size, err
}

func scanLeaf(r db.Rows) (Leaf, error) {
	var l Leaf
	var hash []byte
	if err := r.Scan(&l.Case, &l.Seq, &hash); err != nil {
		return l, err
	}
	if len(hash) != len(l.Hash) {
		return l, fmt.Errorf("evidence log: the hash of %s/%d has %d bytes", l.Case, l.Seq, len(hash))
	}
	l.Hash = cinnabar.Digest(hash)
	return l, nil
}

func pendingLeaves(ctx context.Context, r db.Reader, limit int) ([]Leaf, error) {
	rows, err := r.Query(ctx, `SELECT case_id, seq, hash FROM to_log ORDER BY at, case_id, seq LIMIT $1`, limit)
	return db.Collect(rows, err, scanLeaf)
}

func insertLeaf(ctx context.Context, tx db.Tx, idx int64, l Leaf) error {
	if _, err := tx.Exec(ctx, `INSERT INTO log_leaf (idx, case_id, seq, hash) VALUES ($1, $2, $3, $4)`,
		idx, string(l.Case), l.Seq, l.Hash[:]); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM to_log WHERE case_id = $1 AND seq = $2`, string(l.Case), l.Seq)
	return err
}

func insertHashes(ctx context.Context, tx db.Tx, first int64, hashes []tlog.Hash) error {
	for j, h := range hashes {
		if _, err := tx.Exec(ctx, `INSERT INTO merkle (i, h) VALUES ($1, $2)`, first+int64(j), h[:]); err != nil {
			return err
		}
	}
	return nil
}

func insertCheckpoint(ctx context.Context, tx db.Tx, size int64, note string, at time.Time) error {
	if _, err := tx.Exec(ctx, `INSERT INTO log_checkpoint (id, size, note, at)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3 FROM log_checkpoint`, size, note, db.Millis(at)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE log_state SET size = $1 WHERE id = 1`, size)
	return err
}

func newestCheckpoint(ctx context.Context, r db.Reader) (note string, size int64, err error) {
	err = r.QueryRow(ctx, `SELECT note, size FROM log_checkpoint ORDER BY id DESC LIMIT 1`).Scan(&note, &size)
	if errors.Is(err, db.ErrNoRows) {
		return "", 0, nil
	}
	return note, size, err
}

func firstSeq(ctx context.Context, r db.Reader, c cinnabar.CaseID) (seq int64, err error) {
	err = r.QueryRow(ctx, `SELECT COALESCE(MIN(seq), 0) FROM (SELECT seq FROM log_leaf WHERE case_id = $1
		UNION ALL SELECT seq FROM to_log WHERE case_id = $1) AS handed_over`, string(c)).Scan(&seq)
	return seq, err
}

func leafIndex(ctx context.Context, r db.Reader, c cinnabar.CaseID, seq int64) (idx int64, l Leaf, err error) {
	var hash []byte
	err = r.QueryRow(ctx, `SELECT idx, hash FROM log_leaf WHERE case_id = $1 AND seq = $2`, string(c), seq).Scan(&idx, &hash)
	if err != nil {
		return 0, l, err
	}
	if len(hash) != len(l.Hash) {
		return 0, l, fmt.Errorf("evidence log: the hash of %s/%d has %d bytes", c, seq, len(hash))
	}
	return idx, Leaf{Case: c, Seq: seq, Hash: cinnabar.Digest(hash)}, nil
}

// stored reads subtree hashes for tlog.
func stored(ctx context.Context, r db.Reader) tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		marks, args := make([]string, len(indexes)), make([]any, len(indexes))
		for n, i := range indexes {
			marks[n], args[n] = fmt.Sprintf("$%d", n+1), i
		}
		rows, err := r.Query(ctx, `SELECT i, h FROM merkle WHERE i IN (`+strings.Join(marks, ", ")+`)`, args...)
		found, err := db.Collect(rows, err, scanHash)
		if err != nil {
			return nil, err
		}
		return inOrder(indexes, found)
	}
}

type storedHash struct {
	i int64
	h []byte
}

func scanHash(r db.Rows) (s storedHash, err error) { return s, r.Scan(&s.i, &s.h) }

func inOrder(indexes []int64, found []storedHash) ([]tlog.Hash, error) {
	by := make(map[int64][]byte, len(found))
	for _, s := range found {
		by[s.i] = s.h
	}
	out := make([]tlog.Hash, len(indexes))
	for n, i := range indexes {
		if len(by[i]) != tlog.HashSize {
			return nil, fmt.Errorf("evidence log: subtree hash %d is missing", i)
		}
		out[n] = tlog.Hash(by[i])
	}
	return out, nil
}
