package edocument

import (
	"context"
	"encoding/json"
	"errors"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// ApproveKind is the kind of batches that approve.
const ApproveKind = "approve"

// BulkApproval approves many documents at which the actor's department only looks, each by its case's own action,
// with a result for each. Where a seal is wanted there is step.BulkSealing.
type BulkApproval struct {
	*step.ManyCases
}

// ApprovalOrder is a selection of documents to be approved.
type ApprovalOrder struct {
	Cases   []cinnabar.CaseID
	Comment string
	Dedup   string // names the request, see batch.NewBatch
}

type approvalParams struct {
	Comment string `json:"comment,omitempty"`
}

// approvalRow is a document as it was selected.
type approvalRow struct {
	Case     cinnabar.CaseID `json:"case"`
	Revision int64           `json:"revision"` // of its contents
}

// Begin begins to approve. What the actor cannot approve now is named before anything happens, at /cases/N. A
// repeat of the request gets the first batch.
func (b *BulkApproval) Begin(ctx context.Context, by cinnabar.Actor, o ApprovalOrder) (batch.Batch, error) {
	if first, err := b.Batches.Asked(ctx, by.Org, o.Dedup); err == nil || !errors.Is(err, errs.NotFound) {
		return first, err
	}
	rows, err := b.Select(ctx, by, approve, o.Cases, func(v *procedure.View) (batch.NewRow, error) { return approvable(v, by) })
	if err != nil {
		return batch.Batch{}, err
	}
	return b.Batches.Create(ctx, batch.NewBatch{
		Kind: ApproveKind, By: by, Role: batch.Nobody, Title: "批量审阅", Dedup: o.Dedup, Params: approvalParams{o.Comment}, Columns: []string{"number"}, Rows: rows,
	})
}

// approve is the action.
const approve = "approve"

// approvable is the row of a document at which the actor's department only looks.
func approvable(v *procedure.View, by cinnabar.Actor) (batch.NewRow, error) {
	if v.Definition.ID != ID {
		return batch.NewRow{}, errs.New(errs.Conflict, "not-open", "this is no enterprise document")
	}
	w, err := wayOf(v.Case)
	if err != nil {
		return batch.NewRow{}, err
	}
	if _, err := w.partFor(by, "", false); err != nil {
		return batch.NewRow{}, err
	}
	data, err := json.Marshal(approvalRow{v.ID, revisionOf(v.Case)})
	return batch.NewRow{Data: data}, err
}

// revisionOf grows when the contents are corrected; a seal of another department is no correction.
func revisionOf(c *procedure.Case) int64 {
	if data := c.Sections[SectionData]; data != nil {
		return data.Revision
	}
	return 0
}

// Row approves one document, provided that it says what it said when it was selected.
func (b *BulkApproval) Row(ctx context.Context, run batch.Batch, r batch.Row) (batch.Outcome, error) {
	var params approvalParams
	var row approvalRow
	if err := errors.Join(json.Unmarshal(run.Params, &params), json.Unmarshal(r.Data, &row)); err != nil {
		return batch.Outcome{}, err
	}
	body := map[string]any{}
	if params.Comment != "" {
		body["comment"] = params.Comment
	}
	out, err := b.Take(ctx, run, r, procedure.Do{Case: row.Case, Action: approve, Body: body, Batch: string(run.ID)}, func(v *procedure.View) error {
		if revisionOf(v.Case) != row.Revision {
			return errs.New(errs.Conflict, "document-corrected", "the document was corrected since it was selected; look at it again")
		}
		return nil
	})
	return out, step.WaitFor(err)
}
