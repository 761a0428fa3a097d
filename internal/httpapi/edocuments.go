package httpapi

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/idempotency"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
)

// edocumentRoutes serve enterprise documents. What one does with a document (seal, send back …) are actions
// of its case.
func (s *Server) edocumentRoutes() {
	get(s, "/e-documents", "e-documents", "Documents that the caller may see, newest first", s.findEDocuments)
	post(s, "/e-documents", "e-documents", "Make a document", http.StatusCreated, s.createEDocument)
	get(s, "/e-documents/{id}", "e-documents", "A document, its route and its file", s.getEDocument)
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/e-documents/{id}/file", Tags: []string{"e-documents"}, Parameters: []*huma.Param{queryParam("inline", "Shown in the page.", "1")},
		Summary: "The document's file, from its file server",
	}, "application/pdf", s.edocumentFile)
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/e-documents.csv", Tags: []string{"e-documents"}, Parameters: append(s.filtersOf("/e-documents"), queryParam("lang", "Of titles and states; by Accept-Language when left out.", "zh", "en")), Summary: "The list as a table, in the reader's language",
	}, "text/csv", s.edocumentsCSV)
}

// EDocument is an enterprise document in a list.
type EDocument struct {
	Case       cinnabar.CaseID       `json:"case"`
	Number     string                `json:"number"`
	Type       string                `json:"type"`
	Title      string                `json:"title"`
	Key        string                `json:"key" doc:"Business key."`
	Party      string                `json:"party"`
	Amount     cinnabar.Fen          `json:"amount" doc:"In fen."`
	Date       string                `json:"date"`
	State      string                `json:"state" enum:"making,routing,returned,completed,voided"`
	Reason     string                `json:"reason,omitempty" doc:"Why it came back or was voided."`
	Department cinnabar.DepartmentID `json:"department"`
	Client     string                `json:"client" doc:"The creator's client number."`
	CreatedAt  time.Time             `json:"createdAt"`
	UpdatedAt  time.Time             `json:"updatedAt"`
	Wanted     []edocument.Wanted    `json:"wanted,omitempty" doc:"What the caller's departments have to do now."`
	DueAt      *time.Time            `json:"dueAt,omitempty" doc:"Until when, while it is under way."`
	Overdue    bool                  `json:"overdue,omitempty" doc:"The time is over."`
}

// EDocumentDetail is one document.
type EDocumentDetail struct {
	EDocument
	Document cinnabar.DocID     `json:"document,omitempty"`
	Path     string             `json:"path" doc:"On its file server."`
	SHA256   string             `json:"sha256"`
	Size     int64              `json:"size"`
	Version  int64              `json:"version" doc:"Of the case, for If-Match."`
	Roles    []string           `json:"roles" doc:"Of the caller."`
	Open     []string           `json:"open" doc:"Actions open to the caller."`
	Route    [][]edocument.Part `json:"route"`
	Current  int                `json:"current" doc:"The stage whose turn it is."`
	Voiding  *edocument.Voiding `json:"voiding,omitempty" doc:"A request to void it that waits for answers."`
	Own      bool               `json:"own,omitempty" doc:"The caller made it and so does not approve or seal it."`
	File     string             `json:"file,omitempty"`
	Data     map[string]any     `json:"data,omitempty" doc:"What it was made of; for its creators."`
}

func (s *Server) edocumentJSON(e edocument.Entry, wanted []edocument.Wanted) EDocument {
	return EDocument{
		e.Case, e.Number, e.Type, e.Title, e.Key, e.Party, e.Amount, e.Day, e.State, e.Reason, e.Department, e.Client, e.Created, e.Updated,
		wanted, optional(e.Due), e.Overdue(s.Clock.Now()),
	}
}

// EDocumentQuery are the filters of lists and exports.
type EDocumentQuery struct {
	Q          string                `query:"q" maxLength:"200" doc:"Words of the document, its title, key and party, or its number."`
	Number     string                `query:"number" maxLength:"60" doc:"Begins with."`
	Type       string                `query:"type" doc:"Types, separated by commas."`
	State      string                `query:"state" doc:"States, separated by commas."`
	Role       string                `query:"role" enum:"creator,signer,handled,auditor" doc:"In which the caller sees it; signer: whose turn it is."`
	Department cinnabar.DepartmentID `query:"department" doc:"That made it."`
	Party      string                `query:"party" maxLength:"100" doc:"Exactly."`
	From       string                `query:"from" doc:"Date of the document, YYYY-MM-DD."`
	To         string                `query:"to"`
	Min        string                `query:"min" doc:"Amount in yuan."`
	Max        string                `query:"max"`
	Due        string                `query:"due" enum:"any,soon,overdue" doc:"Those under way, the most urgent first: any, due within a day, or overdue."`
	Limit      int                   `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor     string                `query:"cursor"`
}

func (in *EDocumentQuery) query() (edocument.Query, error) {
	q := edocument.Query{
		Text: in.Q, Number: in.Number, Role: in.Role, Department: in.Department, Party: in.Party, Limit: in.Limit, After: in.Cursor,
		Types: list(in.Type), States: list(in.State), From: in.From, To: in.To, Due: in.Due,
	}
	for pointer, d := range map[string]string{"/from": in.From, "/to": in.To} {
		if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
			return q, errs.Wrong(errs.Field{Pointer: pointer, Code: "malformed"})
		}
	}
	for pointer, bound := range map[string]struct {
		text string
		into **cinnabar.Fen
	}{"/min": {in.Min, &q.Min}, "/max": {in.Max, &q.Max}} {
		if bound.text == "" {
			continue
		}
		fen, ok := form.Fen(bound.text)
		if !ok {
			return q, errs.Wrong(errs.Field{Pointer: pointer, Code: "malformed"})
		}
		*bound.into = &fen
	}
	return q, nil
}

func list(commas string) []string {
	if commas == "" {
		return nil
	}
	return strings.Split(commas, ",")
}

type edocumentList struct {
	Body struct {
		Items []EDocument `json:"items"`
		Next  string      `json:"next" doc:"The cursor of the next page; empty when there is none."`
		Total int         `json:"total" doc:"1001 means more than 1,000."`
	}
}

func (s *Server) findEDocuments(ctx context.Context, in *EDocumentQuery) (*edocumentList, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	found, err := s.EDocuments.Find(ctx, a, q)
	if err != nil {
		return nil, err
	}
	out := &edocumentList{}
	out.Body.Items, out.Body.Next, out.Body.Total = []EDocument{}, found.Next, found.Total
	wanted, err := s.EDocuments.Wanted(ctx, a, found.Items)
	if err != nil {
		return nil, err
	}
	for _, e := range found.Items {
		out.Body.Items = append(out.Body.Items, s.edocumentJSON(e, wanted[e.Case]))
	}
	return out, nil
}

func edocumentQueryOf(q url.Values) *EDocumentQuery {
	return &EDocumentQuery{
		Q: q.Get("q"), Number: q.Get("number"), Type: q.Get("type"), State: q.Get("state"), Role: q.Get("role"), Party: q.Get("party"),
		Department: cinnabar.DepartmentID(q.Get("department")), From: q.Get("from"), To: q.Get("to"), Min: q.Get("min"), Max: q.Get("max"), Due: q.Get("due"),
	}
}

func (s *Server) createEDocument(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key"`
	Body edocument.Draft
},
) (*struct{ Body EDocumentDetail }, error) {
	a, err := actingFor(ctx, "doc-creator")
	if err != nil {
		return nil, err
	}
	if err := idempotency.Check(in.Key); err != nil {
		return nil, err
	}
	m, err := s.EDocuments.Create(ctx, a, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	return s.edocumentDetail(ctx, a, m.Case)
}

func (s *Server) getEDocument(ctx context.Context, in *CasePath) (*struct{ Body EDocumentDetail }, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	return s.edocumentDetail(ctx, a, in.ID)
}

func (s *Server) edocumentDetail(ctx context.Context, a cinnabar.Actor, id cinnabar.CaseID) (*struct{ Body EDocumentDetail }, error) {
	e, v, err := s.EDocuments.Get(ctx, a, id)
	if err != nil {
		return nil, err
	}
	wanted, err := s.EDocuments.Wanted(ctx, a, []edocument.Entry{e})
	if err != nil {
		return nil, err
	}
	way := edocument.WayOf(v.Facts)
	d := EDocumentDetail{
		EDocument: s.edocumentJSON(e, wanted[id]), Document: e.Doc, Path: e.Path, SHA256: e.Digest, Size: e.Size, Version: v.Version,
		Roles: v.Roles, Open: v.OpenNames(), Route: append([][]edocument.Part{}, way.Stages...), Current: way.Current,
	}
	d.Voiding, d.Own = edocument.VoidingOf(v.Case), way.IsOwn(a)
	if e.Item != "" {
		d.File = base + "/e-documents/" + string(id) + "/file"
	}
	if hasRole(v, edocument.Creator) {
		d.Data = v.Sections[edocument.SectionData].Current()
	}
	return &struct{ Body EDocumentDetail }{d}, nil
}

func hasRole(v *procedure.View, role string) bool {
	return slices.Contains(v.Roles, role)
}

// edocumentFile reads the file from its file server; what does not have its digest is not handed out (DOC-6).
func (s *Server) edocumentFile(w http.ResponseWriter, r *http.Request) error {
	a, err := signedIn(r.Context())
	if err != nil {
		return err
	}
	e, _, err := s.EDocuments.Get(r.Context(), a, cinnabar.CaseID(r.PathValue("id")))
	if err != nil {
		return err
	}
	body, err := s.EDocuments.File(r.Context(), e)
	if err != nil {
		return err
	}
	digest, err := cinnabar.ParseDigest(e.Digest)
	if err != nil {
		return fmt.Errorf("digest of %s: %w", e.Number, err)
	}
	f := &filestore.File{Name: secret.PII(e.Number + ".pdf"), MIME: "application/pdf", Digest: digest}
	serveFile(w, r, f, time.Time{}, bytes.NewReader(body))
	return nil
}
