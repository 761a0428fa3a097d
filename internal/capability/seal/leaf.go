package seal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// Log takes the lines of the seals' logs into the evidence log, in the transaction that writes them, so that a
// line that is changed or removed behind the program's back is found (PLT-11).
type Log interface {
	Append(ctx context.Context, tx db.Tx, id cinnabar.SealID, seq int64, line cinnabar.Digest) error
}

// digest commits to a line. Every field is framed by its length, so that no two different lines have the same bytes.
func (e Event) digest(id cinnabar.SealID) cinnabar.Digest {
	h := sha256.New()
	for _, field := range []string{
		"cinnabar seal log 1", string(id), e.Kind, string(e.Person), e.Reason, string(e.Case), string(e.Doc), e.Digest, e.Detail,
	} {
		_ = binary.Write(h, binary.BigEndian, int64(len(field)))
		h.Write([]byte(field))
	}
	_ = binary.Write(h, binary.BigEndian, []int64{e.Seq, e.At.UnixMilli()})
	return cinnabar.Digest(h.Sum(nil))
}

// linesAtOnce bounds what is in memory: a department's seal has a line for each of its documents.
const linesAtOnce = 5_000

// EachLine calls f for the lines of a seal's log from a number on, with the digests recomputed from the rows.
func (s *Service) EachLine(ctx context.Context, id cinnabar.SealID, from int64, f func(seq int64, line cinnabar.Digest) error) error {
	for {
		lines, err := eventsOf(ctx, s.DB, id, from, linesAtOnce)
		if err != nil {
			return fmt.Errorf("log of %s: %w", id, err)
		}
		for _, e := range lines {
			if err := f(e.Seq, e.digest(id)); err != nil {
				return err
			}
			from = e.Seq + 1
		}
		if len(lines) < linesAtOnce {
			return nil
		}
	}
}

// IDs are all seals, of all organisations.
func (s *Service) IDs(ctx context.Context) ([]cinnabar.SealID, error) {
	rows, err := s.DB.Query(ctx, `SELECT id FROM seal ORDER BY id`)
	return db.Collect(rows, err, func(r db.Rows) (id cinnabar.SealID, err error) { return id, r.Scan(&id) })
}
