package edocument

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// own marks the columns that belong to the document's frame and not to its template.
const own = "$"

// SheetForm is what a row of a spreadsheet must fit: the template's fields, lists excepted, and of the
// document's frame what no field of the template says.
func (s *Service) SheetForm(t *Type) (sheet.Form, error) {
	schema, err := s.Form(t)
	if err != nil {
		return sheet.Form{}, err
	}
	if t.Template == "" {
		return sheet.Form{}, errs.New(errs.Conflict, "no-template", "documents of this type are finished PDFs; they cannot be made of a spreadsheet")
	}
	all := form.Schema{Fields: t.frame()}
	for _, f := range schema.Fields {
		if f.Kind != form.List {
			all.Fields = append(all.Fields, f)
		} else if f.Required {
			return sheet.Form{}, errs.New(errs.Conflict, "list-in-template", "the template wants a list, which a row of a spreadsheet cannot hold")
		}
	}
	return sheet.Form{Fields: columns(all), Check: func(data map[string]any, at time.Time) (map[string]any, []errs.Field) { return all.Check(data, at) }}, nil
}

func (t *Type) frame() []form.Field {
	var out []form.Field
	for _, f := range dataForm().Fields {
		mapped := map[string]string{"key": t.Key, "party": t.Party, "amount": t.Amount, "date": t.Day}
		field, ok := mapped[f.Name]
		if !ok || field != "" {
			continue
		}
		f.Required = (f.Name == "key" && t.NeedsKey) || (f.Name == "amount" && t.bounded())
		f.Name = own + f.Name
		out = append(out, f)
	}
	return out
}

func columns(s form.Schema) []sheet.Field {
	var out []sheet.Field
	for _, f := range s.Fields {
		one := sheet.Field{Name: f.Name, Kind: string(f.Kind), Title: f.Title, Required: f.Required}
		for _, o := range f.Options {
			one.Options = append(one.Options, sheet.Option{Value: o.Value, Title: o.Title})
		}
		out = append(out, one)
	}
	return out
}

// fromRow makes a draft of a row's data.
func (t *Type) fromRow(row map[string]any) Draft {
	n := Draft{Type: t.ID, Values: map[string]any{}}
	for name, v := range row {
		if !strings.HasPrefix(name, own) {
			n.Values[name] = v
		}
	}
	n.Key, n.Party, n.Amount, n.Date = form.TextOf(row, own+"key"), form.TextOf(row, own+"party"), form.TextOf(row, own+"amount"), form.TextOf(row, own+"date")
	return n
}

// keyOf are the fields that make up a row's business key.
func (t *Type) keyOf() []string {
	if t.Key != "" {
		return []string{t.Key}
	}
	return []string{own + "key"}
}

// CheckSheet reports everything that is wrong with a spreadsheet before anything is made: cells by row and
// column, and business keys that stand twice or have a document already.
func (s *Service) CheckSheet(ctx context.Context, a cinnabar.Actor, t *Type, table *sheet.Sheet, m sheet.Mapping) (sheet.Report, error) {
	f, err := s.SheetForm(t)
	if err != nil {
		return sheet.Report{}, err
	}
	taken := func(ctx context.Context, c sheet.Checked) ([]errs.Field, error) {
		n := t.fromRow(c.Data)
		key := t.summarise(n.data(), n.Values).Key
		if matchKey(key) == "" {
			return nil, nil
		}
		e, err := entryByKey(ctx, s.DB, a.Org, t.ID, key)
		if err != nil {
			return nil, notFoundIsFine(err)
		}
		wrong := errs.Field{Pointer: "/" + t.keyOf()[0], Code: "duplicate"}
		if e.shownTo(a) {
			wrong.Code, wrong.Params = "document-exists", map[string]any{"number": e.Number, "case": e.Case}
		}
		return []errs.Field{wrong}, nil
	}
	return sheet.Check(ctx, table, m, f, sheet.Options{At: s.Clock.Now(), Key: t.keyOf(), Same: matchKey, Also: taken})
}

// ReadSheet reads a spreadsheet that the actor has uploaded.
func (s *Service) ReadSheet(ctx context.Context, a cinnabar.Actor, id cinnabar.FileID) (*sheet.Sheet, error) {
	f, body, err := s.Files.Open(ctx, id)
	if err != nil || f.Uploader != filestore.Uploader(a) {
		return nil, errs.Wrong(errs.Field{Pointer: "/file", Code: "unknown"})
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read spreadsheet: %w", err)
	}
	return sheet.Read(raw, sheet.Limits{})
}

// Sample renders the document that a row would become; its number is a placeholder and it is kept nowhere.
func (s *Service) Sample(ctx context.Context, org cinnabar.OrgID, t *Type, row map[string]any) ([]byte, error) {
	parsed, err := s.template(t)
	if err != nil {
		return nil, err
	}
	o, err := s.Identity.Org(ctx, org)
	if err != nil {
		return nil, err
	}
	d, err := parsed.Render(ctx, printable(parsed.Fields(), t.fromRow(row).Values), template.RenderOptions{
		Fonts: s.Fonts, Number: t.Prefix + "-样张", Now: s.Clock.Now(), Author: o.Name,
	})
	if err != nil {
		return nil, err
	}
	return d.PDF, nil
}
