// Package template makes documents from template files that an office's own staff can edit.
//
// A template is one readable text file: a head between two lines of dashes that declares every field of
// the form (name, type, whether it is required, whether its value is printed), and a body in a small
// subset of Markdown with {{.field}} where values go. README.md in this folder is the manual for who
// writes one; Guide gives it to those who have only the program.
//
// Guaranteed: a value is always set as text, whatever characters it holds; it can never become markup,
// a directive or template code. A body that uses an undeclared field, an unknown function or a field
// declared as not printed is refused when the template is read, with the line. A template cannot loop
// without end, reach files or the network, or run for long. The same template, data, number and time give
// the same bytes.
package template

import (
	"bytes"
	"context"
	_ "embed" // the manual
	"fmt"
	"reflect"
	texttemplate "text/template"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/errs"
)

// Codes of this package's errors.
const (
	CodeSyntax = "template-syntax" // the template file is wrong; the detail names the line
	CodeRender = "template-render" // the body fails on these values
)

//go:embed README.md
var guide string

// Guide is the manual for who writes a template, in Markdown.
func Guide() string { return guide }

// Template is a parsed template file. It does not change and may be shared by goroutines.
type Template struct {
	name   string
	head   head
	body   *texttemplate.Template
	digest cinnabar.Digest
}

// maxSource bounds a template file, in bytes.
const maxSource = 256 << 10

// Parse reads a template file; name stands in error messages. Errors are *errs.Error with CodeSyntax and
// name the line.
func Parse(name string, src []byte) (*Template, error) {
	if len(src) > maxSource {
		return nil, errs.New(errs.TooLarge, CodeSyntax, "%s is larger than %d bytes", name, maxSource)
	}
	t := &Template{name: name, digest: cinnabar.DigestOf(src)}
	rest, line, err := t.head.parse(src)
	if err != nil {
		return nil, syntax(name, line, err)
	}
	if t.body, err = parseBody(name, rest, t.head.fields); err != nil {
		return nil, err
	}
	// A trial with sample values finds what shows only in the finished text, e.g. a torn table.
	if _, err := t.blocks(t.values(t.Sample()), RenderOptions{Number: "0", VerifyURL: "https://example.com/"}); err != nil {
		return nil, syntax(name, 0, err)
	}
	return t, nil
}

// ID names the template; versions of one template share it.
func (t *Template) ID() string { return t.head.id }

// Version counts the template's editions from 1.
func (t *Template) Version() int { return t.head.version }

// Language is a BCP 47 tag.
func (t *Template) Language() string { return t.head.language }

// Title is the document's title in both languages.
func (t *Template) Title() cinnabar.Text { return t.head.title }

// Digest is the SHA-256 of the template file: what a case keeps to say which wording was signed.
func (t *Template) Digest() cinnabar.Digest { return t.digest }

// Fields are the declared fields in the order of the file.
func (t *Template) Fields() []Field { return t.head.fields }

// Changed names the printed fields that differ between two sets of data. When there is one, a document
// made from before no longer says what after says and has to be made, signed and sealed anew (GAS-10).
// Values are compared as they would be printed; data that is not valid counts as different.
func (t *Template) Changed(before, after map[string]any) []string {
	var names []string
	for _, f := range t.head.fields {
		if !f.Printed {
			continue
		}
		var wrong []errs.Field
		a := f.read(before[f.Name], "/"+f.Name, &wrong)
		b := f.read(after[f.Name], "/"+f.Name, &wrong)
		if len(wrong) > 0 && !reflect.DeepEqual(before[f.Name], after[f.Name]) || !reflect.DeepEqual(a, b) {
			names = append(names, f.Name)
		}
	}
	return names
}

// RenderOptions are what a document needs beside its data.
type RenderOptions struct {
	Fonts     *typeset.Fonts
	Number    string    // {{.number}} and the page header
	VerifyURL string    // {{.verifyURL}} and the QR code; empty: the QR directive prints nothing
	Now       time.Time // {{.today}} and the file's date, set in China's time zone
	Title     string    // of the file; empty: the template's title and the number
	Author    string    // of the file's metadata
	Limits    typeset.Limits

	ShowPlaces bool // outlines the places of signatures and seals; Preview sets it
}

// Document is a finished document.
type Document struct {
	PDF    []byte
	Pages  int
	Places []typeset.Place // where the signatures and seals go
	Lines  []typeset.Line  // the text as it was set
}

// Render fills the template. Missing and malformed values are reported all at once as the Fields of an
// errs.Invalid error, each with its JSON pointer into data and the code "missing", "malformed",
// "too-long" or "no-glyph". Values that no field declares are ignored.
func (t *Template) Render(ctx context.Context, data map[string]any, o RenderOptions) (*Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	values, wrong := t.check(data)
	wrong = append(wrong, t.unprintable(values, o.Fonts)...)
	if len(wrong) > 0 {
		return nil, errs.Wrong(wrong...)
	}
	blocks, err := t.blocks(values, o)
	if err != nil {
		return nil, err
	}
	r, err := typeset.Make(o.Fonts, t.document(blocks, o))
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", t.name, err)
	}
	return &Document{PDF: r.PDF, Pages: r.Pages, Places: r.Places, Lines: r.Lines}, nil
}

// Preview renders the template with the sample values of its fields and outlines the places of signatures.
func (t *Template) Preview(ctx context.Context, o RenderOptions) (*Document, error) {
	if o.Number == "" {
		o.Number = "SAMPLE-0001"
	}
	if o.VerifyURL == "" {
		o.VerifyURL = "https://example.com/verify/SAMPLE-0001"
	}
	o.ShowPlaces = true
	return t.Render(ctx, t.Sample(), o)
}

func (t *Template) document(blocks []typeset.Block, o RenderOptions) typeset.Document {
	d := typeset.Document{
		Title: o.Title, Author: o.Author, Creator: "Cinnabar",
		Subject:  fmt.Sprintf("%s v%d", t.head.id, t.head.version),
		Language: t.head.language, Created: o.Now, Seed: t.digest[:],
		HeaderRight: t.head.header, Size: t.head.size, Body: blocks, Limits: o.Limits, ShowPlaces: o.ShowPlaces,
	}
	if o.Number != "" {
		d.HeaderLeft = t.head.numberLabel + o.Number
	}
	if d.Title == "" {
		d.Title = t.head.title.In(t.head.language)
		if o.Number != "" {
			d.Title += " " + o.Number
		}
	}
	return d
}

// maxOutput bounds the filled body, in bytes.
const maxOutput = 4 << 20

// blocks executes the body and reads the result.
func (t *Template) blocks(values map[string]any, o RenderOptions) ([]typeset.Block, error) {
	values["number"], values["verifyURL"] = o.Number, o.VerifyURL
	values["today"] = day(o.Now.In(cinnabar.China))
	var out limited
	if err := t.body.Execute(&out, values); err != nil {
		return nil, errs.New(errs.Invalid, CodeRender, "the template cannot be filled: %v", err)
	}
	p := &parser{lines: bytes.Split(out.Bytes(), []byte("\n")), verifyURL: o.VerifyURL}
	return p.parse()
}

// limited is a buffer that refuses to grow without end.
type limited struct{ bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > maxOutput {
		return 0, fmt.Errorf("the text is longer than %d bytes", maxOutput)
	}
	return l.Buffer.Write(b)
}

// syntax makes the error for a template file; line 0 means that the place is not known.
func syntax(name string, line int, err error) error {
	at := name
	if line > 0 {
		at = fmt.Sprintf("%s:%d", name, line)
	}
	return errs.New(errs.Invalid, CodeSyntax, "%s: %v", at, err).With("line", line)
}
