package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

// templateCmd helps who writes contract templates.
type templateCmd struct {
	Guide   templateGuideCmd   `cmd:"" help:"Print how a template is written (Markdown)."`
	Preview templatePreviewCmd `cmd:"" help:"Set a template with its sample values as a PDF."`
}

// Help is shown by cinnabar template --help.
func (*templateCmd) Help() string {
	return `A template is one text file: a head with its fields, and the wording.

  cinnabar template guide                          how it is written
  cinnabar template preview FILE.tmpl -o FILE.pdf  what it makes, or its first mistake with the line`
}

type templateGuideCmd struct{}

// Run prints the manual that comes with the program.
func (*templateGuideCmd) Run(e *env) error {
	_, err := io.WriteString(e.out, template.Guide())
	return err
}

type templatePreviewCmd struct {
	File string `arg:"" type:"existingfile" help:"The template file."`
	Out  string `short:"o" required:"" type:"path" help:"Where the PDF goes."`
}

// Run says what is wrong with the template, with the line, or writes the PDF.
func (c *templatePreviewCmd) Run(e *env) error {
	source, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	t, err := template.Parse(filepath.Base(c.File), source)
	if err != nil {
		return templateFault(err)
	}
	fonts, err := typeset.LoadFonts()
	if err != nil {
		return err
	}
	doc, err := t.Preview(e, template.RenderOptions{
		Fonts: fonts, Number: "SAMPLE-000001", VerifyURL: "https://example.com/v/sample", Now: clock.System{}.Now(), Author: "Sample",
	})
	if err != nil {
		return templateFault(err)
	}
	if err := os.WriteFile(c.Out, doc.PDF, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%s: %d pages, %d places for signatures\n", c.Out, doc.Pages, len(doc.Places))
	return err
}

// templateFault is what the writer of the template can put right.
func templateFault(err error) error {
	var known *errs.Error
	if errors.As(err, &known) && known.Kind == errs.Invalid {
		return errors.New(known.Error())
	}
	return err
}
