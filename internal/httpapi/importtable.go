package httpapi

import (
	"context"
	"fmt"
	"io"

	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// maxTable is the largest table of an import, in bytes.
const maxTable = 4 << 20

// paperRows are the request's own rows, or those of its table.
func (s *Server) paperRows(ctx context.Context, a cinnabar.Actor, in *importInput) ([]PaperRow, error) {
	if in.Body.Data == "" {
		return in.Body.Rows, nil
	}
	if len(in.Body.Rows) > 0 {
		return nil, errs.Wrong(errs.Field{Pointer: "/rows", Code: "not-allowed"})
	}
	table, err := (&paperImport{Server: s, actor: a}).own(ctx, in.Body.Data)
	if err != nil {
		return nil, err
	}
	switch {
	case table == nil:
		return nil, errs.Wrong(errs.Field{Pointer: "/data", Code: "unknown"})
	case table.Size > maxTable:
		return nil, errs.Wrong(errs.Field{Pointer: "/data", Code: "too-long", Params: map[string]any{"max": maxTable}})
	}
	_, content, err := s.Files.Open(ctx, table.ID)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	raw, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	return readTable(raw)
}

// column finds a row's entry by the name of a table's column, in either language; nil for others.
func (r *PaperRow) column(name string) *string {
	switch name {
	case "number", "编号":
		return &r.Number
	case "company", "单位":
		return &r.Company
	case "uscc", "信用代码":
		return &r.USCC
	case "gasAddress", "地址":
		return &r.GasAddress
	case "effectiveAt", "生效日期":
		return &r.EffectiveAt
	case "expiresAt", "到期日期":
		return &r.ExpiresAt
	case "file", "文件名":
		return &r.File
	}
	return nil
}

// readTable reads a spreadsheet whose columns are titled as rows name their entries.
func readTable(raw []byte) ([]PaperRow, error) {
	t, err := sheet.Read(raw, sheet.Limits{Size: maxTable, Rows: maxImport})
	if err != nil {
		return nil, err
	}
	if err := titled(t); err != nil {
		return nil, err
	}
	rows := make([]PaperRow, len(t.Rows))
	for i, r := range t.Rows {
		for at, c := range r.Cells {
			if c.Type == sheet.Fault {
				return nil, errs.Wrong(errs.Field{Pointer: "/data", Code: "malformed", Params: map[string]any{"line": r.Line, "column": sheet.Letter(at)}})
			}
			if c.Type != sheet.Empty {
				*rows[i].column(t.Columns[at].Title) = c.Text
			}
		}
	}
	return rows, nil
}

// titled refuses columns that rows do not know. A column without title must be empty.
func titled(t *sheet.Sheet) error {
	taken := map[*string]bool{}
	var probe PaperRow
	for _, c := range t.Columns {
		entry, code := probe.column(c.Title), "unknown"
		switch {
		case entry != nil && taken[entry]:
			code = "duplicate"
		case entry != nil:
			taken[entry] = true
			continue
		}
		title := c.Title
		if title == "" {
			title = c.Letter()
		}
		return errs.Wrong(errs.Field{Pointer: "/data", Code: code, Params: map[string]any{"column": title}})
	}
	return nil
}
