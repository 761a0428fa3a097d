package procedure

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// Opened is an entry of a timeline with all that its hash is made of, for who holds that hash to be the log's. Of the
// personal part it has the salted commitment alone: who knows salt and data can show them to be these, nobody finds them
// by trying.
type Opened struct {
	Case       cinnabar.CaseID    `json:"case"`
	Seq        int64              `json:"seq"`
	At         time.Time          `json:"at"`
	Kind       string             `json:"kind"`
	Outcome    string             `json:"outcome"`
	ActorKind  cinnabar.ActorKind `json:"actorKind"`
	Role       string             `json:"role,omitempty"`
	Org        cinnabar.OrgID     `json:"org,omitempty"`
	Detail     string             `json:"detail"` // JSON, byte for byte as it was hashed
	Commitment cinnabar.Digest    `json:"commitment"`
	Previous   cinnabar.Digest    `json:"previous"`
}

// Hash is the entry's, as the chain has it.
func (o Opened) Hash() cinnabar.Digest {
	r := row{caseID: o.Case, commitment: o.Commitment, Entry: Entry{
		Seq: o.Seq, At: o.At, Kind: o.Kind, Outcome: o.Outcome, ActorKind: o.ActorKind, Role: o.Role, Org: o.Org, Detail: json.RawMessage(o.Detail),
	}}
	return r.digest(o.Previous)
}

// Made tells whether the entry names a file, by its digest.
func (o Opened) Made(file cinnabar.Digest) bool {
	return strings.Contains(o.Detail, `"`+file.String()+`"`)
}

// EntryOf opens the first entry of a case that names a file: the one that made it. errs.NotFound when none does.
func (e *Engine) EntryOf(ctx context.Context, id cinnabar.CaseID, file cinnabar.Digest) (Opened, error) {
	rows, _, err := events(ctx, e.db, id, 0)
	if err != nil {
		return Opened{}, err
	}
	var previous cinnabar.Digest
	for _, r := range rows {
		o := Opened{
			Case: id, Seq: r.Seq, At: r.At, Kind: r.Kind, Outcome: r.Outcome, ActorKind: r.ActorKind, Role: r.Role, Org: r.Org,
			Detail: string(r.Detail), Commitment: r.commitment, Previous: previous,
		}
		if o.Made(file) {
			return o, nil
		}
		previous = r.Hash
	}
	return Opened{}, errs.New(errs.NotFound, "entry-not-found", "no entry of the timeline names this file")
}
