package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/idempotency"
	"cinnabar/internal/step"
)

// edocBatchRoutes make many documents of a spreadsheet, and seal many with one unlocking.
func (s *Server) edocBatchRoutes() {
	post(s, "/e-documents/sheets/proposal", "e-documents", "Which column of a spreadsheet fills which field", http.StatusOK, s.proposeSheet)
	post(s, "/e-documents/sheets/check", "e-documents", "Everything that is wrong with a spreadsheet, and the first documents as they would be", http.StatusOK, s.checkSheet)
	post(s, "/e-documents/batches", "e-documents", "Make a document of every row", http.StatusCreated, s.startBatch)
	post(s, "/e-documents/approvals", "e-documents", "Approve many documents at which the caller's department only looks; each has its own result", http.StatusCreated, s.bulkApprove)
	post(s, "/seals/{id}/bulk", "seals", "Seal many documents with one unlocking; each has its own result", http.StatusCreated, s.bulkSeal)
	post(s, "/seals/{id}/bulk/approvals", "seals", "Ask that one may seal these documents at once", http.StatusCreated, s.askBulkApproval)
	post(s, "/batches/{id}/unlock", "seals", "Give the seal's password again to go on", http.StatusOK, s.unlockBulk)
}

// SheetOrder says what to make of a spreadsheet.
type SheetOrder struct {
	File       cinnabar.FileID       `json:"file" doc:"An uploaded CSV or XLSX."`
	Type       string                `json:"type"`
	Department cinnabar.DepartmentID `json:"department,omitempty"`
	Mapping    sheet.Mapping         `json:"mapping,omitempty"`
	Title      string                `json:"title,omitempty" maxLength:"100"`
}

type sheetInput struct {
	Key  string `header:"Idempotency-Key"`
	Body SheetOrder
}

// SheetProposal is what is in a spreadsheet and how it could be taken.
type SheetProposal struct {
	Columns []SheetColumn `json:"columns"`
	Fields  []SheetField  `json:"fields"`
	Rows    int           `json:"rows"`
	Sample  [][]string    `json:"sample" doc:"The first rows."`
	Mapping sheet.Mapping `json:"mapping"`
}

// SheetColumn is a column of the spreadsheet.
type SheetColumn struct {
	At     int    `json:"at"`
	Letter string `json:"letter"`
	Title  string `json:"title"`
	Hidden bool   `json:"hidden"`
}

// SheetField is what a column can fill.
type SheetField struct {
	Name     string        `json:"name"`
	Title    cinnabar.Text `json:"title"`
	Required bool          `json:"required"`
}

// sampleRows are shown before anything is made.
const sampleRows = 5

// openedSheet is a spreadsheet with the type that it is for.
type openedSheet struct {
	actor cinnabar.Actor
	table *sheet.Sheet
	kind  *edocument.Type
	form  sheet.Form
}

func (s *Server) openSheet(ctx context.Context, in *sheetInput) (o openedSheet, err error) {
	if o.actor, err = actingFor(ctx, "doc-creator"); err != nil {
		return o, err
	}
	if o.table, err = s.EDocuments.ReadSheet(ctx, o.actor, in.Body.File); err != nil {
		return o, err
	}
	if o.kind, err = s.EDocuments.TypeOf(ctx, s.DB, o.actor.Org, in.Body.Type); err != nil {
		return o, err
	}
	o.form, err = s.EDocuments.SheetForm(o.kind)
	return o, err
}

func (s *Server) proposeSheet(ctx context.Context, in *sheetInput) (*struct{ Body SheetProposal }, error) {
	o, err := s.openSheet(ctx, in)
	if err != nil {
		return nil, err
	}
	out := SheetProposal{
		Columns: []SheetColumn{}, Fields: []SheetField{}, Rows: len(o.table.Rows), Sample: [][]string{}, Mapping: sheet.Propose(o.table, o.form),
	}
	for _, c := range o.table.Columns {
		out.Columns = append(out.Columns, SheetColumn{c.At, c.Letter(), c.Title, c.Hidden})
	}
	for _, f := range o.form.Fields {
		out.Fields = append(out.Fields, SheetField{f.Name, f.Title, f.Required})
	}
	for _, r := range o.table.Rows[:min(sampleRows, len(o.table.Rows))] {
		out.Sample = append(out.Sample, r.Texts(len(o.table.Columns)))
	}
	return &struct{ Body SheetProposal }{out}, nil
}

// SheetCheck is the report with the first documents as PDF.
type SheetCheck struct {
	sheet.Report
	Previews []string `json:"previews" doc:"PDF, base64."`
}

func (s *Server) checkSheet(ctx context.Context, in *sheetInput) (*struct{ Body SheetCheck }, error) {
	o, err := s.openSheet(ctx, in)
	if err != nil {
		return nil, err
	}
	report, err := s.EDocuments.CheckSheet(ctx, o.actor, o.kind, o.table, in.Body.Mapping)
	if err != nil {
		return nil, err
	}
	out := SheetCheck{Report: report, Previews: []string{}}
	rows, err := sheet.Preview(o.table, in.Body.Mapping, o.form, s.Clock.Now(), 3)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		pdf, err := s.EDocuments.Sample(ctx, o.actor.Org, o.kind, r.Data)
		if err != nil {
			return nil, err
		}
		out.Previews = append(out.Previews, base64.StdEncoding.EncodeToString(pdf))
	}
	return &struct{ Body SheetCheck }{out}, nil
}

// startBatch checks all rows again before anything exists (DOC-2); those of a request that made them already are
// not checked against themselves.
func (s *Server) startBatch(ctx context.Context, in *sheetInput) (*struct{ Body BatchRef }, error) {
	a, err := actingFor(ctx, "doc-creator")
	if err != nil {
		return nil, err
	}
	dedup, err := batchDedup(a, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	if first, err := s.Batches.Asked(ctx, a.Org, dedup); err == nil || !errors.Is(err, errs.NotFound) {
		return &struct{ Body BatchRef }{BatchRef{first.ID}}, err
	}
	o, err := s.openSheet(ctx, in)
	if err != nil {
		return nil, err
	}
	department, err := s.EDocuments.DepartmentOf(ctx, o.actor, o.kind, in.Body.Department)
	if err != nil {
		return nil, err
	}
	report, err := s.EDocuments.CheckSheet(ctx, o.actor, o.kind, o.table, in.Body.Mapping)
	if err != nil {
		return nil, err
	}
	if report.Total > 0 {
		return nil, errs.New(errs.Invalid, "sheet-wrong", "%d cells of the spreadsheet are wrong; nothing was made", report.Total).With("report", report)
	}
	title := in.Body.Title
	if title == "" {
		title = o.kind.Title.Zh
	}
	b, err := s.Batches.Create(ctx, batch.NewBatch{
		Kind: edocument.BatchKind, By: o.actor, Role: batch.InDepartment("doc-creator", department), Title: title, Columns: o.table.Titles(), Dedup: dedup,
		Params: edocument.BatchParams{Type: o.kind.ID, Department: department},
		Rows:   sheet.Rows(o.table, in.Body.Mapping, o.form, s.Clock.Now()),
	})
	if err != nil {
		return nil, err
	}
	return &struct{ Body BatchRef }{BatchRef{b.ID}}, nil
}

// batchDedup names a request that begins a batch. It outlives the answer that is kept for the key, which is lost
// when the program dies right after the batch began. Another's key, or other contents, is another request.
func batchDedup(a cinnabar.Actor, key string, order any) (string, error) {
	body, err := json.Marshal(order)
	return idempotency.Scope(a) + "|" + key + "|" + cinnabar.DigestOf(body).String(), err
}

// BulkOrder is a selection of documents to be sealed.
type BulkOrder struct {
	Cases    []cinnabar.CaseID `json:"cases" minItems:"1" maxItems:"10000"`
	Action   string            `json:"action" enum:"seal,countersign" default:"seal" doc:"By which action of their cases."`
	Password string            `json:"password,omitempty"`
	Reason   string            `json:"reason,omitempty" maxLength:"500" doc:"For the approval."`
}

type bulkInput struct {
	ID   cinnabar.SealID `path:"id"`
	Key  string          `header:"Idempotency-Key"`
	Body BulkOrder
}

func (in *bulkInput) order() step.BulkOrder {
	return step.BulkOrder{Seal: in.ID, Action: in.Body.Action, Cases: in.Body.Cases, Password: in.Body.Password, Title: "批量盖章"}
}

// dedup names the request, whatever password it comes with.
func (in *bulkInput) dedup(a cinnabar.Actor) (string, error) {
	o := in.order()
	o.Password = ""
	return batchDedup(a, in.Key, o)
}

func (s *Server) bulkSeal(ctx context.Context, in *bulkInput) (*struct{ Body BatchRef }, error) {
	a, err := s.sealUser(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	order := in.order()
	if order.Dedup, err = in.dedup(a); err != nil {
		return nil, err
	}
	b, err := s.Bulk.Begin(ctx, a, order)
	if err != nil {
		return nil, err
	}
	return &struct{ Body BatchRef }{BatchRef{b.ID}}, nil
}

// ApprovalOrder is a selection of documents to be approved.
type ApprovalOrder struct {
	Cases   []cinnabar.CaseID `json:"cases" minItems:"1" maxItems:"10000"`
	Comment string            `json:"comment,omitempty" maxLength:"500" doc:"For each of them."`
}

func (s *Server) bulkApprove(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key"`
	Body ApprovalOrder
},
) (*struct{ Body BatchRef }, error) {
	if _, err := member(ctx); err != nil {
		return nil, err
	}
	a, err := actingFor(ctx, "doc-signer")
	if err != nil {
		return nil, err
	}
	order := edocument.ApprovalOrder{Cases: in.Body.Cases, Comment: in.Body.Comment}
	if order.Dedup, err = batchDedup(a, in.Key, in.Body); err != nil {
		return nil, err
	}
	b, err := s.Approvals.Begin(ctx, a, order)
	if err != nil {
		return nil, err
	}
	return &struct{ Body BatchRef }{BatchRef{b.ID}}, nil
}

func (s *Server) askBulkApproval(ctx context.Context, in *bulkInput) (*struct {
	Body struct {
		ID string `json:"id"`
	}
}, error,
) {
	a, err := s.sealUser(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	id, err := s.Bulk.Ask(ctx, a, in.order(), in.Body.Reason)
	out := &struct {
		Body struct {
			ID string `json:"id"`
		}
	}{}
	out.Body.ID = id
	return out, err
}

// sealUser lets members in who act for the seal's organisation; for others it does not exist.
func (s *Server) sealUser(ctx context.Context, id cinnabar.SealID) (cinnabar.Actor, error) {
	a, err := member(ctx)
	if err != nil {
		return a, err
	}
	v, err := s.Seals.Get(ctx, s.DB, id)
	if err == nil && (v.Org != a.Org || a.Org == "") {
		err = errs.New(errs.NotFound, "seal-not-found", "there is no such seal")
	}
	return a, err
}

func (s *Server) unlockBulk(ctx context.Context, in *struct {
	ID   batch.ID `path:"id"`
	Body struct {
		Password string `json:"password"`
	}
},
) (*struct{ Body BatchRef }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.Bulk.Unlock(ctx, a, in.ID, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return &struct{ Body BatchRef }{BatchRef{b.ID}}, nil
}

// BatchRef names a batch; its progress is at /batches/{id}.
type BatchRef struct {
	ID batch.ID `json:"id"`
}
