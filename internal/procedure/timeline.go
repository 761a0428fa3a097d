package procedure

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/secret"
)

// Entry is one entry of a case's timeline.
type Entry struct {
	Seq       int64
	At        time.Time
	Kind      string // the action's name
	Outcome   string
	ActorKind cinnabar.ActorKind
	Role      string
	Org       cinnabar.OrgID
	Detail    json.RawMessage // without personal data
	Personal  Personal        // empty after erasure
	Hash      cinnabar.Digest
}

// Personal is the part of an entry that can be erased. The chain holds a salted commitment to it.
type Personal struct {
	Person  cinnabar.PersonID `json:"person,omitempty"`
	Name    string            `json:"name,omitempty"`
	Address string            `json:"address,omitempty"`
	Agent   string            `json:"agent,omitempty"`
	Key     string            `json:"key,omitempty"`
	Detail  json.RawMessage   `json:"detail,omitempty"`
}

const saltSize = 16

// commit returns the sealed form's plain text (salt and data) and the commitment to it.
func (p Personal) commit() (plain []byte, commitment cinnabar.Digest, err error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, commitment, fmt.Errorf("personal part of a timeline entry: %w", err)
	}
	plain = make([]byte, saltSize, saltSize+len(data))
	_, _ = rand.Read(plain)
	plain = append(plain, data...)
	return plain, sha256.Sum256(plain), nil
}

// row is an entry as the chain hashes it.
type row struct {
	caseID cinnabar.CaseID
	Entry
	commitment cinnabar.Digest
}

// digest chains the entry to the one before. Every field is framed by its length, so that no two
// different entries have the same bytes.
func (r *row) digest(prev cinnabar.Digest) cinnabar.Digest {
	h := sha256.New()
	for _, field := range []string{
		"cinnabar timeline 1", string(r.caseID), r.Kind, r.Outcome, string(r.ActorKind), r.Role, string(r.Org), string(r.Detail),
	} {
		frame(h, []byte(field))
	}
	number(h, r.Seq)
	number(h, r.At.UnixMilli())
	frame(h, r.commitment[:])
	frame(h, prev[:])
	return cinnabar.Digest(h.Sum(nil))
}

func frame(h hash.Hash, b []byte) {
	number(h, int64(len(b)))
	h.Write(b)
}

func number(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// Log takes the heads of timelines into the evidence log, in the transaction that makes them.
type Log interface {
	Append(ctx context.Context, tx db.Tx, c cinnabar.CaseID, seq int64, head cinnabar.Digest) error
}

// appendEntry writes the case's next entry.
func (e *Engine) appendEntry(ctx context.Context, tx db.Tx, id cinnabar.CaseID, entry Entry) error {
	prev, err := headOf(ctx, tx, id, entry.Seq-1)
	if err != nil {
		return err
	}
	plain, commitment, err := entry.Personal.commit()
	if err != nil {
		return err
	}
	sealed, err := e.vault.Seal(ctx, tx, subject(id), eventPlace(id, entry.Seq), plain)
	if err != nil {
		return err
	}
	r := row{caseID: id, Entry: entry, commitment: commitment}
	r.Hash = r.digest(prev)
	if err := insertEvent(ctx, tx, &r, sealed); err != nil {
		return err
	}
	return e.log.Append(ctx, tx, id, entry.Seq, r.Hash)
}

func subject(id cinnabar.CaseID) secret.Subject { return secret.Subject("case/" + id) }

func eventPlace(id cinnabar.CaseID, seq int64) string {
	return fmt.Sprintf("case_event.personal/%s/%d", id, seq)
}

// Timeline reads the entries of a case after a sequence number. Erased personal parts are empty.
func (e *Engine) Timeline(ctx context.Context, id cinnabar.CaseID, after int64) ([]Entry, error) {
	rows, sealed, err := events(ctx, e.db, id, after)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.Entry
		plain, err := e.vault.Open(ctx, e.db, subject(id), eventPlace(id, r.Seq), sealed[i])
		if err != nil {
			if isErased(err) {
				continue
			}
			return nil, err
		}
		if err := json.Unmarshal(plain[saltSize:], &out[i].Personal); err != nil {
			return nil, fmt.Errorf("timeline of %s, entry %d: %w", id, r.Seq, err)
		}
	}
	return out, nil
}

// Fault is something wrong with a stored record, found by a check.
type Fault struct {
	Where string `json:"where"` // e.g. "timeline GC-20261122-000001 entry 4"
	What  string `json:"what"`
}

// CheckTimelines recomputes every chain and reports each row that was changed, added, or removed behind
// the program's back. A cut tail shows against the case's version; a chain rewritten as a whole shows
// only against the evidence log, which Heads is compared with.
func (e *Engine) CheckTimelines(ctx context.Context) ([]Fault, error) {
	cases, err := allCases(ctx, e.db)
	if err != nil {
		return nil, err
	}
	var out []Fault
	for _, c := range cases {
		faults, err := e.checkTimeline(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, faults...)
	}
	return out, nil
}

func (e *Engine) checkTimeline(ctx context.Context, c caseHead) ([]Fault, error) {
	rows, sealed, err := events(ctx, e.db, c.id, 0)
	if err != nil {
		return nil, err
	}
	var out []Fault
	fault := func(seq int64, what string) {
		out = append(out, Fault{Where: fmt.Sprintf("timeline %s entry %d", c.number, seq), What: what})
	}
	var prev cinnabar.Digest
	for i, r := range rows {
		want := int64(i + 1)
		if r.Seq != want {
			fault(want, "is missing")
			return out, nil
		}
		if r.digest(prev) != r.Hash {
			fault(r.Seq, "does not match its hash")
		}
		if plain, err := e.vault.Open(ctx, e.db, subject(c.id), eventPlace(c.id, r.Seq), sealed[i]); err == nil {
			if sha256.Sum256(plain) != r.commitment {
				fault(r.Seq, "has a personal part that does not match its commitment")
			}
		} else if !isErased(err) {
			fault(r.Seq, "has a personal part that cannot be opened")
		}
		prev = r.Hash
	}
	if int64(len(rows)) != c.version {
		fault(int64(len(rows))+1, "is missing: the case's version says that there are more")
	}
	return out, nil
}

// Head is the hash of a timeline at an entry.
type Head struct {
	Case cinnabar.CaseID
	Seq  int64
	Hash cinnabar.Digest
}

// EachHead calls f for every entry of every timeline, with the hash recomputed from the rows.
func (e *Engine) EachHead(ctx context.Context, f func(Head) error) error {
	cases, err := allCases(ctx, e.db)
	if err != nil {
		return err
	}
	for _, c := range cases {
		rows, _, err := events(ctx, e.db, c.id, 0)
		if err != nil {
			return err
		}
		var prev cinnabar.Digest
		for _, r := range rows {
			prev = r.digest(prev)
			if err := f(Head{c.id, r.Seq, prev}); err != nil {
				return err
			}
		}
	}
	return nil
}
