package httpapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

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

// readTable reads a table in CSV (RFC 4180), with or without a byte order mark.
func readTable(raw []byte) ([]PaperRow, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		return nil, errs.New(errs.Invalid, "not-utf8", "the table is not in UTF-8; save it as “CSV UTF-8”")
	}
	r := csv.NewReader(bytes.NewReader(raw))
	head, err := r.Read()
	if err != nil {
		return nil, tableFault(err)
	}
	for i := range head {
		if head[i] = strings.TrimSpace(head[i]); new(PaperRow).column(head[i]) == nil {
			return nil, errs.Wrong(errs.Field{Pointer: "/data", Code: "unknown", Params: map[string]any{"column": head[i]}})
		}
	}
	var rows []PaperRow
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, tableFault(err)
		}
		var row PaperRow
		for i, cell := range cells {
			*row.column(head[i]) = strings.TrimSpace(cell)
		}
		if row != (PaperRow{}) { // spreadsheets leave empty lines at the end
			rows = append(rows, row)
		}
	}
}

func tableFault(err error) error {
	f := errs.Field{Pointer: "/data", Code: "malformed"}
	var at *csv.ParseError
	if errors.As(err, &at) {
		f.Params = map[string]any{"line": at.Line}
	}
	return errs.Wrong(f)
}
