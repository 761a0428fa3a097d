package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// batchRoutes show and steer long runs of many rows. What begins one is the business's own.
func (s *Server) batchRoutes() {
	get(s, "/batches", "batches", "Runs of many rows that the caller may see, the newest first", s.listBatches)
	get(s, "/batches/{id}", "batches", "One run and how far it is", s.getBatch)
	get(s, "/batches/{id}/rows", "batches", "What became of the rows", s.listBatchRows)
	post(s, "/batches/{id}/pause", "batches", "Begin no more rows for now", http.StatusOK, s.steerBatch(s.Batches.Pause))
	post(s, "/batches/{id}/resume", "batches", "Go on, also with what a run waits for", http.StatusOK, s.steerBatch(s.Batches.Resume))
	post(s, "/batches/{id}/cancel", "batches", "End a run: what is done stays done, the rest will never be", http.StatusOK, s.steerBatch(s.Batches.Cancel))
	post(s, "/batches/{id}/retry", "batches", "Do the failed rows again", http.StatusOK, s.steerBatch(s.retryBatch))
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/batches/{id}/result.xlsx", Tags: []string{"batches"}, Parameters: []*huma.Param{queryParam("lang", "Of titles and errors.", "zh", "en")},
		Summary: "The spreadsheet that was sent, with number, state, link and error of every row",
	}, xlsxType, s.batchResult)
	s.batchEvents()
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// BatchView is a run of many rows.
type BatchView struct {
	ID         batch.ID      `json:"id"`
	Kind       string        `json:"kind"`
	Title      string        `json:"title" doc:"Empty when what the run held was erased."`
	By         string        `json:"by" doc:"Who began it."`
	Mine       bool          `json:"mine"`
	State      batch.State   `json:"state" enum:"running,waiting,paused,done,cancelled"`
	Reason     *batch.Reason `json:"reason,omitempty" doc:"What it waits for."`
	AgainAt    *time.Time    `json:"againAt,omitempty" doc:"When a waiting run tries again by itself; without it, when it is resumed."`
	Total      int           `json:"total"`
	Done       int           `json:"done"`
	Failed     int           `json:"failed"`
	Rate       float64       `json:"rate" doc:"Rows per second of late; 0 when nothing runs."`
	LeftMillis int64         `json:"leftMillis" doc:"Until the end at that rate; 0 when not known."`
	CreatedAt  time.Time     `json:"createdAt"`
	FinishedAt *time.Time    `json:"finishedAt,omitempty"`
}

func batchView(b batch.Batch, a cinnabar.Actor) BatchView {
	v := BatchView{
		ID: b.ID, Kind: b.Kind, Title: b.Title, By: b.By.Name, Mine: b.Person != "" && b.Person == a.Person, State: b.State, AgainAt: optional(b.AgainAt),
		Total: b.Total, Done: b.Done, Failed: b.Failed, Rate: b.Rate, LeftMillis: b.Left.Milliseconds(), CreatedAt: b.Created, FinishedAt: optional(b.Finished),
	}
	if b.Reason.Code != "" {
		v.Reason = &b.Reason
	}
	return v
}

// BatchPath names a run.
type BatchPath struct {
	ID batch.ID `path:"id"`
}

// seenBatch reads a run that the caller may see; for others it does not exist.
func (s *Server) seenBatch(ctx context.Context, id batch.ID) (batch.Batch, cinnabar.Actor, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return batch.Batch{}, a, err
	}
	b, err := s.Batches.Get(ctx, id)
	if err == nil && !b.VisibleTo(a) {
		err = errs.New(errs.NotFound, "batch-not-found", "there is no such batch")
	}
	return b, a, err
}

type batchesInput struct {
	Kind   string `query:"kind" maxLength:"60"`
	State  string `query:"state" maxLength:"60" doc:"States, separated by commas."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"100"`
}

type batchList struct {
	Body struct {
		Items []BatchView `json:"items"`
		Next  string      `json:"next" doc:"The cursor of the next page; empty when there is none."`
	}
}

func (s *Server) listBatches(ctx context.Context, in *batchesInput) (*batchList, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	f := batch.Filter{Kind: in.Kind, Limit: in.Limit, After: in.Cursor}
	if in.State != "" {
		for one := range strings.SplitSeq(in.State, ",") {
			f.States = append(f.States, batch.State(one))
		}
	}
	list, next, err := s.Batches.List(ctx, a, f)
	out := &batchList{}
	out.Body.Items, out.Body.Next = []BatchView{}, next
	for _, b := range list {
		out.Body.Items = append(out.Body.Items, batchView(b, a))
	}
	return out, err
}

type batchAnswer struct{ Body BatchView }

func (s *Server) getBatch(ctx context.Context, in *BatchPath) (*batchAnswer, error) {
	b, a, err := s.seenBatch(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &batchAnswer{batchView(b, a)}, nil
}

// steerBatch lets those steer a run who see it.
func (s *Server) steerBatch(do func(context.Context, batch.ID) (batch.Batch, error)) func(context.Context, *BatchPath) (*batchAnswer, error) {
	return func(ctx context.Context, in *BatchPath) (*batchAnswer, error) {
		_, a, err := s.seenBatch(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		b, err := do(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &batchAnswer{batchView(b, a)}, nil
	}
}

func (s *Server) retryBatch(ctx context.Context, id batch.ID) (batch.Batch, error) {
	b, _, err := s.Batches.Retry(ctx, id)
	return b, err
}

// BatchRow is a row of a run.
type BatchRow struct {
	N      int            `json:"n" doc:"From 1."`
	Line   int            `json:"line,omitempty" doc:"Where it stands in the spreadsheet."`
	State  string         `json:"state" enum:"pending,done,failed,cancelled"`
	Ref    string         `json:"ref,omitempty" doc:"What was made: the id of a case. Of a failed row, what it would have repeated."`
	Number string         `json:"number,omitempty"`
	Code   string         `json:"code,omitempty" doc:"Why it failed."`
	Text   *cinnabar.Text `json:"text,omitempty"`
	Fields []errs.Field   `json:"fields,omitempty" doc:"The wrong entries of a failed row."`
	At     *time.Time     `json:"at,omitempty"`
}

func batchRow(r batch.RowState) BatchRow {
	out := BatchRow{N: r.N, Line: r.Line, State: r.State, Ref: r.Ref, Number: r.Number, Code: r.Code, Fields: r.Fields, At: optional(r.At)}
	if r.Text != (cinnabar.Text{}) {
		out.Text = &r.Text
	}
	return out
}

type batchRowsInput struct {
	BatchPath
	State string `query:"state" enum:",pending,done,failed,cancelled" doc:"Only these."`
	After int    `query:"after" minimum:"0" doc:"Those behind this number."`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type batchRows struct {
	Body struct {
		Items []BatchRow `json:"items"`
		Next  int        `json:"next,omitempty" doc:"Give it as after for the next page; left out when there is none."`
	}
}

func (s *Server) listBatchRows(ctx context.Context, in *batchRowsInput) (*batchRows, error) {
	b, _, err := s.seenBatch(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := s.Batches.Rows(ctx, b, batch.RowFilter{State: in.State, After: in.After, Limit: in.Limit})
	out := &batchRows{}
	out.Body.Items = []BatchRow{}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, batchRow(r))
	}
	if len(rows) == in.Limit && len(rows) > 0 && rows[len(rows)-1].N < b.Total {
		out.Body.Next = rows[len(rows)-1].N
	}
	return out, err
}

// batchResult writes the spreadsheet. What goes wrong after it began can only cut it short.
func (s *Server) batchResult(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, _, err := s.seenBatch(ctx, batch.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	out := sheet.Result{
		Columns: b.Columns, Lang: r.URL.Query().Get("lang"), At: s.Clock.Now(),
		Each: func(f func(batch.NewRow, batch.RowState) error) error { return s.Batches.Each(ctx, b, 0, f) },
		Link: func(row batch.RowState) string { return s.caseLink(r, row.Ref) },
	}
	download(w, xlsxType, "result.xlsx", "批次结果.xlsx")
	if err := out.Write(w); err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "writing the result of a batch failed", "batch", b.ID, "error", err)
	}
	return nil
}

// caseLink is the address of the page of a case.
func (s *Server) caseLink(r *http.Request, ref string) string {
	if !strings.HasPrefix(ref, "case_") {
		return ""
	}
	scheme := "http://"
	if s.Secure {
		scheme = "https://"
	}
	return scheme + r.Host + "/cases/" + ref
}

// BatchEvent says how far a run is.
type BatchEvent struct {
	ID     batch.ID    `json:"id"`
	State  batch.State `json:"state"`
	Total  int         `json:"total"`
	Done   int         `json:"done"`
	Failed int         `json:"failed"`
}

func (s *Server) batchEvents() {
	counted := &streams{open: map[string]int{}}
	op := eventOperation("/batches/{id}/events", "Progress of a run")
	op.Description = "Server-sent events: `batch` {id, state, total, done, failed}, `session` {} when it is over."
	s.plain(op, contentEvent, func(w http.ResponseWriter, r *http.Request) error { return s.stream(w, r, counted, s.batchNews) })
}

// batchNews follows one run, as long as the caller may see it.
func (s *Server) batchNews(r *http.Request, _ cinnabar.Actor) (*stream, error) {
	id := batch.ID(r.PathValue("id"))
	if _, _, err := s.seenBatch(r.Context(), id); err != nil {
		return nil, err
	}
	st, told := &stream{topics: []string{batch.Topic(id)}}, BatchEvent{}
	st.news = func(ctx context.Context) error {
		b, err := s.Batches.Get(ctx, id)
		if err != nil {
			return err
		}
		now := BatchEvent{b.ID, b.State, b.Total, b.Done, b.Failed}
		if !b.VisibleTo(st.actor) || now == told {
			return nil
		}
		told = now
		return st.send("batch", "", told)
	}
	return st, nil
}
