package edocument

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/step"
)

// BatchKind is the kind of batches that make documents.
const BatchKind = "e-document"

// BatchParams say what all rows of a batch share.
type BatchParams struct {
	Type       string                `json:"type"`
	Department cinnabar.DepartmentID `json:"department,omitempty"`
}

// Batches makes a document of every row (DOC-2). Each row is made exactly once: its case is begun under a
// key of its own, and a case that left the making is done.
type Batches struct {
	*Service
	Actors step.Actors
	Told   func(ctx context.Context, tx db.Tx, b batch.Batch) error // has signers told of what waits for them
}

// Row makes one document.
func (b Batches) Row(ctx context.Context, run batch.Batch, r batch.Row) (batch.Outcome, error) {
	var row map[string]any
	var p BatchParams
	if err := errors.Join(json.Unmarshal(r.Data, &row), json.Unmarshal(run.Params, &p)); err != nil {
		return batch.Outcome{}, err
	}
	t, err := b.TypeOf(ctx, b.DB, run.Org, p.Type)
	if err != nil {
		return batch.Outcome{}, err
	}
	n := t.fromRow(row)
	n.Department = p.Department
	by, err := b.Actors.Refresh(ctx, run.By)
	if err != nil {
		return batch.Outcome{}, err
	}
	m, err := b.create(ctx, by, n, how{key: fmt.Sprintf("batch/%s/%d", run.ID, r.N), batch: string(run.ID)})
	if e := errs.As(err); err != nil && e.Code == "document-exists" && e.Params["case"] != nil {
		return batch.Outcome{Ref: fmt.Sprint(e.Params["case"]), Number: fmt.Sprint(e.Params["number"])}, err
	}
	return batch.Outcome{Ref: string(m.Case), Number: m.Number}, step.WaitFor(err)
}

// Ended tells the signers once.
func (b Batches) Ended(ctx context.Context, tx db.Tx, run batch.Batch) error {
	if b.Told == nil {
		return nil
	}
	return b.Told(ctx, tx, run)
}
