package step

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// BulkKind is the kind of batches that seal.
const BulkKind = "seal"

// BulkSealing seals many documents with one unlocking (PLT-24, DOC-7): each by its case's own action, with a
// result for each.
type BulkSealing struct {
	Deps
	*ManyCases
}

// BulkOrder is what is to be sealed, by which action and with which seal.
type BulkOrder struct {
	Seal     cinnabar.SealID
	Action   string // "seal", "countersign"
	Cases    []cinnabar.CaseID
	Password string
	Title    string
	Dedup    string // names the request, see batch.NewBatch
}

type bulkParams struct {
	Seal   cinnabar.SealID `json:"seal"`
	Action string          `json:"action"`
	Name   string          `json:"name"` // of the unlocking

	Template string `json:"template,omitempty"` // of all documents, see both
}

type bulkRow struct {
	Case   cinnabar.CaseID `json:"case"`
	Digest cinnabar.Digest `json:"digest"` // of the document that was selected
	Size   int64           `json:"size"`   // of its file, in bytes
}

// Begin unlocks the seal for exactly these documents and begins to seal them. What cannot be sealed by the
// actor is named before anything happens. A repeat of the request gets the first batch. Errors as those of
// seal.Unlock.
func (b *BulkSealing) Begin(ctx context.Context, by cinnabar.Actor, o BulkOrder) (batch.Batch, error) {
	if first, err := b.Batches.Asked(ctx, by.Org, o.Dedup); err == nil || !errors.Is(err, errs.NotFound) {
		return first, err
	}
	if err := b.Seals.CheckPassword(ctx, o.Seal, by.Person, o.Password); err != nil { // thousands of cases are read below
		return batch.Batch{}, refusedAt(err, "/password")
	}
	rows, purpose, err := b.collect(ctx, by, o)
	if err != nil {
		return batch.Batch{}, err
	}
	name := unlockingName(purpose)
	if err := b.unlock(ctx, by, o.Seal, o.Password, purpose, name); err != nil {
		return batch.Batch{}, err
	}
	made, err := b.Batches.Create(ctx, batch.NewBatch{
		Kind: BulkKind, By: by, Role: batch.Nobody, Title: o.Title, Dedup: o.Dedup, Params: bulkParams{o.Seal, o.Action, name, purpose.Template}, Columns: []string{"number"}, Rows: rows,
	})
	if err != nil {
		b.Bulk.drop(name)
	}
	return made, err
}

// collect reads the documents and refuses those that the actor cannot seal now, all at once.
func (b *BulkSealing) collect(ctx context.Context, by cinnabar.Actor, o BulkOrder) (batch.Rows, seal.Purpose, error) {
	// The same selection has the same name, so that an approval of it can be asked for and used.
	p := seal.Purpose{Batch: "bulk/" + string(o.Seal) + "/" + o.Action}
	rows, err := b.Select(ctx, by, o.Action, o.Cases, func(v *procedure.View) (batch.NewRow, error) {
		d, err := b.present(ctx, v.Case)
		if err != nil {
			return batch.NewRow{}, err
		}
		p.Digests = append(p.Digests, d.Digest)
		if t := TemplateOf(v.Case); len(p.Digests) == 1 {
			p.Template = t
		} else {
			p.Template = both(p.Template, t)
		}
		data, err := json.Marshal(bulkRow{v.ID, d.Digest, d.Size})
		return batch.NewRow{Data: data}, err
	})
	return rows, p, err
}

// both is the template of documents of two kinds: their procedure, when it is one.
func both(a, b string) string {
	if a == b {
		return a
	}
	a, _, _ = strings.Cut(a, "/")
	if b, _, _ = strings.Cut(b, "/"); a == b {
		return a
	}
	return ""
}

// TemplateOf is what a case's document is made of, as grants of seals name it.
func TemplateOf(c *procedure.Case) string {
	if t := c.Facts.Text(FactTemplate); t != "" {
		return c.Definition.ID + "/" + t
	}
	return c.Definition.ID
}

func (b *BulkSealing) present(ctx context.Context, c *procedure.Case) (document.Version, error) {
	return b.Documents.Current(ctx, b.DB, cinnabar.DocID(c.Facts.Text(FactDocument)))
}

// readmit has the seal open for a document on which others put seals since it was selected: its file begins with the
// one that was selected then. Any other is to be looked at again.
func (b *BulkSealing) readmit(ctx context.Context, c *procedure.Case, name string, row bulkRow) error {
	now, err := b.present(ctx, c)
	if err != nil || now.Digest == row.Digest {
		return err
	}
	data, err := (&steps{b.Deps}).content(ctx, now.File)
	if err != nil {
		return err
	}
	if now.Size < row.Size || cinnabar.DigestOf(data[:row.Size]) != row.Digest {
		return errs.New(errs.Conflict, "document-corrected", "the document was corrected since it was selected; look at it again")
	}
	if u := b.Bulk.get(name); u != nil {
		u.Admit(row.Digest, now.Digest)
	}
	return nil
}

// Ask asks for approval to seal these documents at once. It is for those who hold the seal (seal.MayAsk).
func (b *BulkSealing) Ask(ctx context.Context, by cinnabar.Actor, o BulkOrder, reason string) (string, error) {
	if err := b.Seals.MayAsk(ctx, b.DB, o.Seal, by.Person); err != nil {
		return "", err
	}
	_, p, err := b.collect(ctx, by, o)
	if err != nil {
		return "", err
	}
	return b.Seals.AskApproval(ctx, o.Seal, by.Person, p, reason)
}

func (b *BulkSealing) unlock(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, password string, p seal.Purpose, name string) error {
	if _, err := b.Seals.Unlock(ctx, id, by.Person, password, p); err != nil {
		return refusedAt(err, "/password")
	}
	taken, err := b.Seals.Take(p, id)
	if err != nil {
		return err
	}
	b.Bulk.keep(name, taken[0])
	return nil
}

// refusedAt shows a wrong password at its field; it was counted by the seal.
func refusedAt(err error, pointer string) error {
	var r *procedure.Refusal
	if err = refusal(err, pointer); errors.As(err, &r) {
		return r.Err
	}
	return err
}

func unlockingName(p seal.Purpose) string { return p.Batch + "/" + p.Digest().String() }

// Unlock gives the password again for what a batch has left, after a restart or when the time was over. The
// approval of the batch holds for the rest.
func (b *BulkSealing) Unlock(ctx context.Context, by cinnabar.Actor, id batch.ID, password string) (batch.Batch, error) {
	run, err := b.Batches.Get(ctx, id)
	if err != nil {
		return run, err
	}
	var params bulkParams
	if err := json.Unmarshal(run.Params, &params); err != nil || run.Kind != BulkKind || run.Person != by.Person {
		return run, errs.New(errs.NotFound, "batch-not-found", "there is no such batch of yours")
	}
	p := seal.Purpose{Batch: "bulk/" + string(params.Seal) + "/" + params.Action, Template: params.Template}
	err = b.Batches.Each(ctx, run, 0, func(r batch.NewRow, state batch.RowState) error {
		var row bulkRow
		if err := json.Unmarshal(r.Data, &row); err != nil {
			return err
		}
		p.Whole = append(p.Whole, row.Digest)
		if state.State == batch.RowPending {
			p.Digests = append(p.Digests, row.Digest)
		}
		return nil
	})
	if err != nil {
		return run, err
	}
	if err := b.unlock(ctx, by, params.Seal, password, p, params.Name); err != nil {
		return run, err
	}
	return b.Batches.Resume(ctx, id)
}

// Here tells whether this process has the seal open; others cannot work on the batch.
func (b *BulkSealing) Here(_ context.Context, run batch.Batch) *batch.Wait {
	var params bulkParams
	if err := json.Unmarshal(run.Params, &params); err == nil {
		if u := b.Bulk.get(params.Name); u != nil && u.Open() {
			return nil
		}
	}
	return sealClosed()
}

func sealClosed() *batch.Wait {
	return &batch.Wait{Reason: batch.Reason{Code: "seal-closed", Text: cinnabar.Text{Zh: "请重新输入印章密码以继续", En: "Give the seal's password again to go on"}}}
}

// Row seals one document.
func (b *BulkSealing) Row(ctx context.Context, run batch.Batch, r batch.Row) (batch.Outcome, error) {
	var params bulkParams
	var row bulkRow
	if err := errors.Join(json.Unmarshal(run.Params, &params), json.Unmarshal(r.Data, &row)); err != nil {
		return batch.Outcome{}, err
	}
	out, err := b.Take(ctx, run, r, procedure.Do{Case: row.Case, Action: params.Action, Body: map[string]any{"seal": string(params.Seal)}, Batch: params.Name}, func(v *procedure.View) error {
		return b.readmit(ctx, v.Case, params.Name, row)
	})
	if e := errs.As(err); err != nil && (e.Code == "seal-closed" || e.Code == "seals-not-open") {
		return out, sealClosed()
	}
	return out, WaitFor(err)
}

// Ended lets go of the key.
func (b *BulkSealing) Ended(_ context.Context, tx db.Tx, run batch.Batch) error {
	var params bulkParams
	if err := json.Unmarshal(run.Params, &params); err != nil {
		return err
	}
	tx.AfterCommit(func() { b.Bulk.drop(params.Name) })
	return nil
}
