package httpapi

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// maxImport is how many contracts one request brings in.
const maxImport = 1000

func (s *Server) importRoutes() {
	post(s, "/archive/imports", "documents", "Bring in contracts on paper, as scans with data", http.StatusOK, s.importPapers)
}

// PaperRow is a contract on paper. Pointers of errors count rows from 0, answers from 1.
type PaperRow struct {
	Number      string `json:"number,omitempty"`
	Company     string `json:"company,omitempty"`
	USCC        string `json:"uscc,omitempty"`
	GasAddress  string `json:"gasAddress,omitempty"`
	EffectiveAt string `json:"effectiveAt,omitempty" doc:"2006-01-02"`
	ExpiresAt   string `json:"expiresAt,omitempty" doc:"The last day in force; without end when left out."`
	File        string `json:"file,omitempty" doc:"The scan: the id of a file, or the name of one of files."`
}

type importInput struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Rows  []PaperRow        `json:"rows,omitempty"`
		Data  cinnabar.FileID   `json:"data,omitempty" doc:"Instead of rows: an uploaded table (CSV or XLSX) whose first line names the columns as rows do."`
		Files []cinnabar.FileID `json:"files,omitempty" doc:"The uploaded scans (PDF) that rows name."`
	}
}

// ImportedRow says what became of a row.
type ImportedRow struct {
	Row      int             `json:"row" doc:"From 1."`
	Number   string          `json:"number"`
	Case     cinnabar.CaseID `json:"case,omitempty"`
	Document cinnabar.DocID  `json:"document,omitempty"`
	Code     string          `json:"code,omitempty" doc:"Why it was not filed, e.g. number-taken when somebody took the number meanwhile; the case then waits as a draft."`
}

type importAnswer struct {
	Body struct {
		Accepted int           `json:"accepted" doc:"How many were filed."`
		Rows     []ImportedRow `json:"rows"`
	}
}

// importPapers checks all rows before it makes anything; then every row becomes a case of its own (GAS-13).
// What a row makes hangs on the request's key and the row, so that a repeat after a crash goes on where
// it stopped.
func (s *Server) importPapers(ctx context.Context, in *importInput) (*importAnswer, error) {
	a, err := s.operatorStaff(ctx, []string{gascontract.Clerk, gascontract.Supervisor})
	if err != nil {
		return nil, err
	}
	rows, err := s.paperRows(ctx, a, in)
	if err != nil {
		return nil, err
	}
	batch := cinnabar.DigestOf([]byte(filestore.Uploader(a) + "\n" + in.Key))
	imp := &paperImport{Server: s, actor: a, batch: "import-" + hex.EncodeToString(batch[:16])}
	papers, err := imp.check(ctx, rows, in.Body.Files)
	if err != nil {
		return nil, err
	}
	out := &importAnswer{}
	for _, p := range papers {
		done, err := imp.file(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", p.row+1, err)
		}
		if done.Code == "" {
			out.Body.Accepted++
		}
		out.Body.Rows = append(out.Body.Rows, done)
	}
	return out, nil
}

// paperImport is one request.
type paperImport struct {
	*Server
	actor cinnabar.Actor
	batch string
}

// paper is a row that was checked.
type paper struct {
	row  int
	data map[string]any // of the section, without the scan
	scan *filestore.File
}

// mark names a row of the import for ever.
func (i *paperImport) mark(row int) string { return fmt.Sprintf("%s-%d", i.batch, row) }

func (i *paperImport) check(ctx context.Context, rows []PaperRow, files []cinnabar.FileID) ([]paper, error) {
	switch {
	case len(rows) == 0:
		return nil, errs.Wrong(errs.Field{Pointer: "/rows", Code: "missing"})
	case len(rows) > maxImport:
		return nil, errs.Wrong(errs.Field{Pointer: "/rows", Code: "too-long", Params: map[string]any{"max": maxImport}})
	}
	scans, wrong, err := i.scans(ctx, files)
	if err != nil {
		return nil, err
	}
	out := make([]paper, len(rows))
	numbers, used := map[string]int{}, map[cinnabar.Digest]int{}
	for n, row := range rows {
		p, fields, err := i.checkRow(ctx, n, row, scans)
		if err != nil {
			return nil, err
		}
		number, _ := p.data["number"].(string)
		if first, again := numbers[number]; again && number != "" {
			fields = append(fields, errs.Field{Pointer: "/number", Code: "duplicate", Params: map[string]any{"row": first + 1}})
		}
		if p.scan != nil {
			if first, again := used[p.scan.Digest]; again {
				fields = append(fields, errs.Field{Pointer: "/file", Code: "duplicate", Params: map[string]any{"row": first + 1}})
			}
			used[p.scan.Digest] = n
		}
		numbers[number] = n
		wrong = append(wrong, errs.Under(fmt.Sprintf("/rows/%d", n), fields)...)
		out[n] = p
	}
	if len(wrong) > 0 {
		return nil, errs.Wrong(wrong...)
	}
	return out, nil
}

// checkRow checks a row by itself and against the register; pointers are within the row.
func (i *paperImport) checkRow(ctx context.Context, n int, row PaperRow, scans map[string]*filestore.File) (paper, []errs.Field, error) {
	data := map[string]any{}
	for name, value := range map[string]string{
		"number": row.Number, "company": row.Company, "uscc": row.USCC, "gasAddress": row.GasAddress,
		"effectiveAt": row.EffectiveAt, "expiresAt": row.ExpiresAt, "scan": "file_00000000000000000000000000", // looked at below
	} {
		if value = strings.TrimSpace(value); value != "" {
			data[name] = value
		}
	}
	clean, wrong := gascontract.CheckPaper(data, i.Clock.Now())
	p := paper{row: n, data: clean}
	var fault string
	var err error
	if p.scan, fault, err = i.scan(ctx, row.File, scans); err != nil {
		return p, nil, err
	}
	if fault != "" {
		wrong = append(wrong, errs.Field{Pointer: "/file", Code: fault})
	}
	taken, err := i.taken(ctx, p)
	return p, append(wrong, taken...), err
}

// taken reports the documents that a row would repeat: of its number, or with its scan. Those that this
// very row made when the request was sent before do not count.
func (i *paperImport) taken(ctx context.Context, p paper) ([]errs.Field, error) {
	var wrong []errs.Field
	report := func(pointer string, d document.Document) error {
		v, err := i.Engine.View(ctx, d.Case, cinnabar.Actor{Kind: cinnabar.System})
		if err == nil && v.Facts.Text(gascontract.FactImport) != i.mark(p.row) {
			f := errs.Field{Pointer: pointer, Code: "duplicate"}
			if !d.TakenOutAt.IsZero() {
				f.Code = "taken-out" // it is brought back and put right, not filed anew
			}
			if d.Org == i.actor.Org {
				f.Params = map[string]any{"document": d.ID, "number": d.Number}
			}
			wrong = append(wrong, f)
		}
		return err
	}
	if number, _ := p.data["number"].(string); number != "" {
		page, err := i.Documents.List(ctx, document.Filter{Org: i.actor.Org, NumberPrefix: number, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			if d.Number == number {
				if err := report("/number", d); err != nil {
					return nil, err
				}
			}
		}
	}
	if p.scan == nil {
		return wrong, nil
	}
	st, err := i.Documents.ByDigest(ctx, p.scan.Digest)
	if errors.Is(err, errs.NotFound) {
		return wrong, nil
	}
	if err != nil {
		return nil, err
	}
	return wrong, report("/file", st.Document)
}
