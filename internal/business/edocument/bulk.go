package edocument

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

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
	*Service
	Actors  step.Actors
	Batches *batch.Service
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
	var rows []batch.NewRow
	var wrong []errs.Field
	for i, id := range o.Cases {
		row, err := b.selected(ctx, by, id)
		switch e := errs.As(err); {
		case err == nil:
			rows = append(rows, row)
		case e.Kind == errs.Internal:
			return batch.Batch{}, err
		default:
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("/cases/%d", i), Code: e.Code})
		}
	}
	if len(o.Cases) == 0 {
		wrong = append(wrong, errs.Field{Pointer: "/cases", Code: "missing"})
	}
	if len(wrong) > 0 {
		return batch.Batch{}, errs.Wrong(wrong...)
	}
	return b.Batches.Create(ctx, batch.NewBatch{
		Kind: ApproveKind, By: by, Role: batch.Nobody, Title: "批量审阅", Dedup: o.Dedup, Params: approvalParams{o.Comment}, Columns: []string{"number"},
		Rows: func(yield func(batch.NewRow, error) bool) {
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		},
	})
}

// selected is the row of a document that the actor can approve now.
func (b *BulkApproval) selected(ctx context.Context, by cinnabar.Actor, id cinnabar.CaseID) (batch.NewRow, error) {
	v, err := b.Engine.View(ctx, id, by)
	if err != nil {
		return batch.NewRow{}, err
	}
	if v.Definition.ID != ID || !v.CanTake("approve") {
		return batch.NewRow{}, errs.New(errs.Conflict, "not-open", "this document cannot be approved now")
	}
	w, err := wayOf(v.Case)
	if err != nil {
		return batch.NewRow{}, err
	}
	if _, err := w.partFor(v.Case, by, "", false); err != nil {
		return batch.NewRow{}, err
	}
	data, err := json.Marshal(approvalRow{id, revisionOf(v.Case)})
	return batch.NewRow{Data: data, Cells: []string{v.Facts.Text("number")}}, err
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
	by, err := b.Actors.Refresh(ctx, run.By)
	if err != nil {
		return batch.Outcome{}, err
	}
	v, err := b.Engine.View(ctx, row.Case, by)
	if err != nil {
		return batch.Outcome{}, err
	}
	out := batch.Outcome{Ref: string(row.Case), Number: v.Facts.Text("number")}
	if revisionOf(v.Case) != row.Revision {
		return out, errs.New(errs.Conflict, "document-corrected", "the document was corrected since it was selected; look at it again")
	}
	body := map[string]any{}
	if params.Comment != "" {
		body["comment"] = params.Comment
	}
	_, err = b.Engine.Do(ctx, procedure.Do{
		Case: row.Case, Action: "approve", Version: v.Version, Actor: by, Key: fmt.Sprintf("batch/%s/%d", run.ID, r.N), Sole: true, Body: body, Batch: string(run.ID),
	})
	return out, step.WaitFor(err)
}
