package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// SealEvent is a line of a seal's log.
type SealEvent struct {
	Seq      int64           `json:"seq"`
	At       time.Time       `json:"at"`
	Kind     string          `json:"kind"`
	Title    cinnabar.Text   `json:"title"`
	Actor    *PersonRef      `json:"actor,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Case     cinnabar.CaseID `json:"case,omitempty"`
	Document string          `json:"document,omitempty" doc:"Its number."`
	Digest   string          `json:"digest,omitempty" doc:"SHA-256 of the file."`
	Detail   string          `json:"detail,omitempty"`
}

// SealEvents is a page of a seal's log, the newest line first.
type SealEvents struct {
	Items []SealEvent `json:"items"`
	Next  string      `json:"next"`
}

// SealLogInput selects lines of a seal's log.
type SealLogInput struct {
	SealPath
	From   string `query:"from" maxLength:"10" doc:"The first day, as it is in China: 2026-11-22."`
	To     string `query:"to" maxLength:"10" doc:"The last day."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"20"`
}

func (in *SealLogInput) page() (p seal.LogPage, err error) {
	var wrong []errs.Field
	for _, day := range []struct {
		text, at string
		days     int
		into     *time.Time
	}{{in.From, "/from", 0, &p.From}, {in.To, "/to", 1, &p.To}} {
		t, err := time.ParseInLocation(time.DateOnly, day.text, cinnabar.China)
		switch {
		case day.text == "":
		case err != nil:
			wrong = append(wrong, errs.Field{Pointer: day.at, Code: "malformed"})
		default:
			*day.into = t.AddDate(0, 0, day.days)
		}
	}
	if len(wrong) > 0 {
		return p, errs.Wrong(wrong...)
	}
	p.Limit = in.Limit
	if p.Before, err = strconv.ParseInt(in.Cursor, 10, 64); in.Cursor != "" && (err != nil || p.Before < 1) {
		return p, errs.New(errs.Invalid, "cursor-malformed", "this cursor is not one that was given out")
	}
	return p, nil
}

func (s *Server) sealLog(ctx context.Context, in *SealLogInput) (*struct{ Body SealEvents }, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.visibleSeal(ctx, a, in.ID); err != nil {
		return nil, err
	}
	out, err := s.sealEvents(ctx, in)
	return &struct{ Body SealEvents }{out}, err
}

// sealEvents reads a page with the names and numbers that stand in it: three questions, however many lines.
func (s *Server) sealEvents(ctx context.Context, in *SealLogInput) (SealEvents, error) {
	out := SealEvents{Items: []SealEvent{}}
	page, err := in.page()
	if err != nil {
		return out, err
	}
	page.Limit++
	list, err := s.Seals.Log(ctx, in.ID, page)
	if err != nil {
		return out, err
	}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Next = strconv.FormatInt(list[in.Limit-1].Seq, 10)
	}
	var people []cinnabar.PersonID
	var docs []cinnabar.DocID
	for _, e := range list {
		people, docs = append(people, e.Person), append(docs, e.Doc)
	}
	names := s.personNames(ctx, people...)
	numbers, err := s.Documents.NumbersOf(ctx, docs)
	for _, e := range list {
		line := SealEvent{
			Seq: e.Seq, At: e.At, Kind: e.Kind, Title: eventTitle(e.Kind), Reason: e.Reason, Case: e.Case, Digest: e.Digest, Detail: e.Detail,
			Document: numbers[e.Doc],
		}
		if e.Person != "" {
			line.Actor = &PersonRef{e.Person, names[e.Person]}
		}
		out.Items = append(out.Items, line)
	}
	return out, err
}

// sealLogCSV streams the whole log, or that of some days.
func (s *Server) sealLogCSV(w http.ResponseWriter, r *http.Request) error {
	in := sealLogQuery(cinnabar.SealID(r.PathValue("id")), r.URL.Query())
	a, err := signedIn(r.Context())
	if err != nil {
		return err
	}
	v, err := s.visibleSeal(r.Context(), a, in.ID)
	if err != nil {
		return err
	}
	page, err := s.sealEvents(r.Context(), in)
	if err != nil {
		return err
	}
	zh := languageOf(r) != "en"
	head := []string{"No.", "Time", "What", "By", "Reason", "Document", "SHA-256"}
	if zh {
		head = []string{"序号", "时间", "事项", "经办人", "理由", "文件", "SHA-256"}
	}
	s.csvExport(w, r, "seal-log.csv", "用印记录-"+v.Text+".csv", head, func(out table) error {
		for {
			for _, e := range page.Items {
				if err := out.row(e.cells(zh)...); err != nil {
					return err
				}
			}
			out.Flush()
			if page.Next == "" || out.Error() != nil {
				return out.Error()
			}
			in.Cursor = page.Next
			if page, err = s.sealEvents(r.Context(), in); err != nil {
				return err
			}
		}
	})
	return nil
}

func sealLogQuery(id cinnabar.SealID, q url.Values) *SealLogInput {
	return &SealLogInput{SealPath: SealPath{id}, From: q.Get("from"), To: q.Get("to"), Limit: 200}
}

func (e SealEvent) cells(zh bool) []string {
	title, by := e.Title.En, ""
	if zh {
		title = e.Title.Zh
	}
	if e.Actor != nil {
		by = e.Actor.Name
	}
	return []string{strconv.FormatInt(e.Seq, 10), e.At.In(cinnabar.China).Format(time.DateTime), title, by, e.Reason, e.Document, e.Digest}
}
