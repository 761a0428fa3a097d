package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/archive"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

func (s *Server) archiveRoutes() (err error) {
	if s.archive, err = archive.New(s.DB); err != nil {
		return err
	}
	s.importRoutes()
	get(s, "/documents", "documents", "Find documents of the cases that the caller may see", s.listDocuments)
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/documents.csv", Tags: []string{"documents"}, Parameters: s.filtersOf("/documents"),
		Summary: "The same list as a table (UTF-8 with BOM)",
	}, "text/csv", s.documentsCSV)
	ids := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		"ids": {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}},
	}}
	s.plain(huma.Operation{
		Method: http.MethodPost, Path: "/documents/zip", Tags: []string{"documents"}, Summary: "Several documents in one file, with a manifest",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: ids}}},
	}, "application/zip", s.documentsZIP)
	return nil
}

// DocumentRow is a document in a list.
type DocumentRow struct {
	ID          cinnabar.DocID  `json:"id"`
	Number      string          `json:"number"`
	Kind        string          `json:"kind"`
	Title       cinnabar.Text   `json:"title"`
	State       document.State  `json:"state" enum:"draft,signed,sealed,effective,superseded,voided,expired,taken-out"`
	Party       string          `json:"party" doc:"Whom it is made with; persons masked."`
	Address     string          `json:"address" doc:"The place that it is about, where there is one."`
	EffectiveAt *time.Time      `json:"effectiveAt,omitempty"`
	ExpiresAt   *time.Time      `json:"expiresAt,omitempty"`
	Case        cinnabar.CaseID `json:"case"`
	URL         string          `json:"url"`
}

type findInput struct {
	Q              string    `query:"q" maxLength:"200" doc:"Words of names, addresses and texts, or the beginning of a number."`
	Party          string    `query:"party" maxLength:"200" doc:"Words of a party's name."`
	USCC           string    `query:"uscc" maxLength:"18" doc:"Exactly this unified social credit code."`
	Number         string    `query:"number" maxLength:"100" doc:"The beginning of the number."`
	Kind           string    `query:"kind"`
	State          string    `query:"state" doc:"States, separated by commas; or expiring: in force for less than 60 more days; or taken-out: filed once and taken out of the archive, which no other list has."`
	From           string    `query:"from" doc:"In force from this day on (2006-01-02, in China)."`
	To             string    `query:"to" doc:"In force from this day at the latest."`
	ExpiringBefore time.Time `query:"expiringBefore" doc:"Those in force that end before, the first to end first."`
	Limit          int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor         string    `query:"cursor"`
}

// expiringIn is how long ahead contracts that end are listed.
const expiringIn = 60 * 24 * time.Hour

type documentList struct {
	Body struct {
		Items []DocumentRow `json:"items"`
		Next  string        `json:"next" doc:"The cursor of the next page; empty when there is none."`
	}
}

func (s *Server) listDocuments(ctx context.Context, in *findInput) (*documentList, error) {
	out := &documentList{}
	rows, next, err := s.findDocuments(ctx, in)
	out.Body.Items, out.Body.Next = append([]DocumentRow{}, rows...), next
	return out, err
}

func (s *Server) findDocuments(ctx context.Context, in *findInput) ([]DocumentRow, string, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, "", err
	}
	f, err := in.filter(s.Clock.Now())
	if err != nil {
		return nil, "", err
	}
	cases, err := s.archiveCases(ctx, a, in)
	if err != nil {
		return nil, "", err
	}
	ids, next, err := s.archive.List(ctx, cases, f)
	if err != nil {
		return nil, "", err
	}
	var rows []DocumentRow
	for _, id := range ids {
		d, err := s.Documents.Get(ctx, id)
		if err != nil {
			return nil, "", err
		}
		row, err := s.documentRow(ctx, a, d)
		if err != nil {
			return nil, "", err
		}
		rows = append(rows, row)
	}
	return rows, next, nil
}

// numberLike tells a number from words: numbers have digits and no characters beyond ASCII.
func numberLike(q string) bool {
	return strings.ContainsAny(q, "0123456789") && !strings.ContainsFunc(q, func(r rune) bool { return r > 127 || r == ' ' })
}

func (in *findInput) filter(now time.Time) (archive.Filter, error) {
	f := archive.Filter{Kind: in.Kind, Number: strings.TrimSpace(in.Number), ExpiresBefore: in.ExpiringBefore, Limit: in.Limit, After: in.Cursor}
	if q := strings.ToUpper(strings.TrimSpace(in.Q)); numberLike(q) && f.Number == "" && strings.Contains(q, "-") {
		f.Number = q
	}
	switch in.State {
	case "expiring":
		f.ExpiresBefore = now.Add(expiringIn)
	case "", string(document.TakenOut): // which is a state of cases
	default:
		f.States = append(f.States, strings.Split(in.State, ",")...)
	}
	var err error
	if f.EffectiveFrom, err = chinaDay("/from", in.From); err != nil {
		return f, err
	}
	if f.EffectiveTo, err = chinaDay("/to", in.To); err == nil && !f.EffectiveTo.IsZero() {
		f.EffectiveTo = f.EffectiveTo.AddDate(0, 0, 1)
	}
	return f, err
}

// chinaDay is the moment at which a day begins in China.
func chinaDay(pointer, day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, day, cinnabar.China)
	if err != nil {
		return t, errs.Wrong(errs.Field{Pointer: pointer, Code: "malformed"})
	}
	return t, nil
}

// archiveCases selects the cases whose documents are listed.
func (s *Server) archiveCases(ctx context.Context, a cinnabar.Actor, in *findInput) (archive.Cases, error) {
	f := procedure.Filter{Query: strings.TrimSpace(in.Q + " " + in.Party)}
	if q := strings.TrimSpace(in.Q); numberLike(q) && strings.Contains(q, "-") {
		f.Query = in.Party // the number is looked up as one
	}
	if in.USCC != "" {
		f.Exact = append(f.Exact, procedure.Exact{Kind: "uscc", Value: strings.ToUpper(in.USCC)})
	}
	if in.State == string(document.TakenOut) {
		f.Procedure, f.States = gascontract.ArchiveID, []string{gascontract.PaperTakenOut}
	}
	c, err := s.Engine.Condition(ctx, a, f)
	if err != nil {
		return archive.Cases{}, err
	}
	out := archive.Cases{SQL: c.SQL, Args: c.Args}
	if a.Org == "" {
		out.Few = c.Holders
		return out, nil
	}
	org, err := s.Identity.Org(ctx, a.Org)
	if err == nil && org.Kind != "operator" {
		out.Few = c.Holders
	}
	return out, err
}

func (s *Server) documentRow(ctx context.Context, a cinnabar.Actor, d document.Document) (DocumentRow, error) {
	row := DocumentRow{
		ID: d.ID, Number: d.Number, Kind: d.Kind, Title: cinnabar.Text{Zh: d.Kind, En: d.Kind}, State: d.Shown(), Case: d.Case,
		EffectiveAt: optional(d.EffectiveAt), ExpiresAt: optional(d.ExpiresAt), URL: base + "/documents/" + string(d.ID) + "/content",
	}
	if def, err := s.Engine.Newest(d.Kind); err == nil {
		row.Title = def.Title
	}
	v, err := s.Engine.View(ctx, d.Case, a)
	if errors.Is(err, errs.NotFound) {
		return row, nil // the caller's role ended meanwhile
	}
	if err == nil {
		row.Address, row.Party = placeOf(v), v.Title
	}
	return row, err
}

// placeOf is the address in the last section that has one: earlier ones are about the parties.
func placeOf(v *procedure.View) string {
	place := ""
	for i := range v.Definition.Sections {
		section := &v.Definition.Sections[i]
		if !section.MaySee(v.Roles) {
			continue
		}
		data := section.Form.Mask(v.Data(section.ID))
		for _, f := range section.Form.Fields {
			if text, ok := data[f.Name].(string); ok && f.Kind == form.Address && text != "" {
				place = text
			}
		}
	}
	return place
}
