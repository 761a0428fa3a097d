package batch

import (
	"context"
	"encoding/json"
	"time"

	"cinnabar/internal/platform/db"
)

// insert stores the head of a batch that is loading.
func (s *Service) insert(ctx context.Context, id ID, n NewBatch, h Head) error {
	plain, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		sealed, err := s.Vault.Seal(ctx, tx, subject(id), headPlace(id), plain)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO batch (id, kind, org, person, role, dedup, state, head, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'loading', $7, $8)`,
			string(id), n.Kind, string(n.Org), string(n.By.Person), n.Role, n.Dedup, sealed, db.Millis(s.Clock.Now()))
		return err
	})
}

func (s *Service) insertChunk(ctx context.Context, tx db.Tx, id ID, chunk, first int, rows []json.RawMessage) error {
	plain, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	sealed, err := s.Vault.Seal(ctx, tx, subject(id), chunkPlace(id, chunk), plain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO batch_chunk (batch, chunk, first, size, rows) VALUES ($1, $2, $3, $4, $5)`,
		string(id), chunk, first, len(rows), sealed)
	return err
}

// drop removes a batch that was never started.
func (s *Service) drop(ctx context.Context, id ID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		loading, err := db.Exists(ctx, tx, `SELECT 1 FROM batch WHERE id = $1 AND state = 'loading'`+tx.Dialect().ForUpdate(), string(id))
		if err != nil || !loading {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM batch_chunk WHERE batch = $1`, string(id)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM batch WHERE id = $1`, string(id)); err != nil {
			return err
		}
		return s.Vault.Forget(ctx, tx, subject(id))
	})
}

// columns are what scanBatch reads.
const columns = `id, kind, org, person, role, state, head, total, done, failed, reason, reason_zh, reason_en, again_at, created_at, since, finished_at`

// stored is a batch as it stands in its row.
type stored struct {
	Batch
	head  []byte
	since time.Time
}

func scanBatch(r db.Row) (b stored, err error) {
	var again, created, since, finished int64
	err = r.Scan((*string)(&b.ID), &b.Kind, (*string)(&b.Org), (*string)(&b.Person), &b.Role, (*string)(&b.State), &b.head, &b.Total, &b.Done, &b.Failed,
		&b.Reason.Code, &b.Reason.Text.Zh, &b.Reason.Text.En, &again, &created, &since, &finished)
	b.AgainAt, b.Created, b.since, b.Finished = db.Time(again), db.Time(created), db.Time(since), db.Time(finished)
	return b, err
}

// openHead decrypts the head into b.
func (s *Service) openHead(ctx context.Context, r db.Reader, b *stored) error {
	if b.head == nil {
		return nil
	}
	plain, err := s.Vault.Open(ctx, r, subject(b.ID), headPlace(b.ID), b.head)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &b.Head)
}

// openRows decrypts the rows of a chunk.
func (s *Service) openRows(ctx context.Context, r db.Reader, id ID, chunk int, sealed []byte) (rows []NewRow, err error) {
	plain, err := s.Vault.Open(ctx, r, subject(id), chunkPlace(id, chunk), sealed)
	if err != nil {
		return nil, err
	}
	return rows, json.Unmarshal(plain, &rows)
}

// claim is a chunk that this process works on.
type claim struct {
	batch     ID
	chunk     int
	first     int
	size      int
	attempt   int
	abandoned int
	sealed    []byte
}

// next is the batch that waited longest of those with rows to claim; db.ErrNoRows when there is none. kinds
// are those that this process knows, less what it cannot work on.
func (s *Service) next(ctx context.Context, r db.Reader, except []ID) (ID, error) {
	q := &db.Query{Args: []any{db.Millis(s.Clock.Now())}}
	q.And("%s AND kind IN %s", claimable, db.In(q.Arg, keys(s.kinds)))
	if len(except) > 0 {
		q.And("id NOT IN %s", db.In(q.Arg, except))
	}
	var id ID
	err := r.QueryRow(ctx, `SELECT id FROM batch b WHERE `+q.Where()+`
		AND EXISTS (SELECT 1 FROM batch_chunk c WHERE c.batch = b.id AND c.open = 1 AND c.claim_at <= $1) ORDER BY claimed_at, id LIMIT 1`, q.Args...).
		Scan((*string)(&id))
	return id, err
}

// claimable is the condition that a batch b may be worked on at $1.
const claimable = `(b.state = 'running' OR (b.state = 'waiting' AND b.again_at > 0 AND b.again_at <= $1))`

func keys(m map[string]Kind) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// take claims a chunk of a batch; db.ErrNoRows when others were faster.
func (s *Service) take(ctx context.Context, tx db.Tx, id ID) (claim, error) {
	c := claim{batch: id}
	now := s.Clock.Now()
	// The batch is locked before its chunks, always: no deadlocks.
	n, err := tx.Exec(ctx, `UPDATE batch AS b SET claimed_at = $1, since = CASE WHEN state = 'waiting' THEN $1 ELSE since END, state = 'running', again_at = 0
		WHERE id = $2 AND `+claimable, db.Millis(now), string(id))
	if err != nil {
		return c, err
	}
	if n == 0 {
		return c, db.ErrNoRows
	}
	// A chunk that still has an owner was abandoned by a process that died.
	err = tx.QueryRow(ctx, `UPDATE batch_chunk SET owner = $3, claim_at = $4, attempt = attempt + 1,
		abandoned = CASE WHEN owner <> '' THEN abandoned + 1 ELSE abandoned END
		WHERE batch = $2 AND chunk = (SELECT c.chunk FROM batch_chunk c WHERE c.batch = $2 AND c.open = 1 AND c.claim_at <= $1
			ORDER BY c.claim_at, c.chunk LIMIT 1)
		RETURNING chunk, first, size, attempt, abandoned, rows`,
		db.Millis(now), string(id), s.owner, db.Millis(now.Add(s.Lease))).
		Scan(&c.chunk, &c.first, &c.size, &c.attempt, &c.abandoned, &c.sealed)
	return c, err
}

// lock keeps others from changing a batch until the end of tx.
func lock(ctx context.Context, tx db.Tx, id ID) error {
	var one string
	return tx.QueryRow(ctx, `SELECT id FROM batch WHERE id = $1`+tx.Dialect().ForUpdate(), string(id)).Scan(&one)
}

// owned runs an UPDATE of a claimed chunk; it tells whether the claim still counted.
func (s *Service) owned(ctx context.Context, tx db.Tx, c claim, set string, args ...any) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE batch_chunk SET `+set+` WHERE batch = $1 AND chunk = $2 AND owner = $3 AND attempt = $4`,
		append([]any{string(c.batch), c.chunk, s.owner, c.attempt}, args...)...)
	return n == 1, err
}

// outcomes are the numbers of the rows from first on that have an outcome.
func outcomes(ctx context.Context, r db.Reader, id ID, first, size int) (map[int]bool, error) {
	rows, err := r.Query(ctx, `SELECT n FROM batch_row WHERE batch = $1 AND n >= $2 AND n < $3`, string(id), first, first+size)
	list, err := db.Collect(rows, err, func(r db.Rows) (n int, err error) { return n, r.Scan(&n) })
	out := make(map[int]bool, len(list))
	for _, n := range list {
		out[n] = true
	}
	return out, err
}
