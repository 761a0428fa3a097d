// Package normalise rewrites an uploaded PDF once, before anything is signed on it, into the plain form that
// all readers agree on: classic cross-reference table, no object streams, one revision, nothing unused. It
// never touches a file that carries signatures, because rewriting would destroy them.
package normalise

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
)

// CodeSigned is the code of the errs.Conflict for a file with signatures.
const CodeSigned = "pdf-signed"

// CodeActive is the code of the errs.Unsupported for a file with scripts or attachments.
const CodeActive = "pdf-active-content"

// Unsigned returns the file rewritten. Before the rewriting, which cannot be stopped once it runs, the file is
// inspected within limits, and so is the result. Refused: errs.Conflict (signed), errs.Unsupported (scripts,
// attachments, actions that leave the document), errs.Invalid (damaged, encrypted), errs.TooLarge.
func Unsigned(ctx context.Context, data []byte, limits pdf.Limits) (out []byte, err error) {
	before, err := pdf.Inspect(ctx, data, limits)
	if err != nil {
		return nil, err
	}
	if err := acceptable(before); err != nil {
		return nil, err
	}
	out, err = rewrite(data)
	if err != nil {
		return nil, errs.New(errs.Invalid, pdf.CodeMalformed, "the PDF breaks the rules of its format; save it anew and try again").Because(err)
	}
	after, err := pdf.Inspect(ctx, out, limits)
	if err != nil {
		return nil, err
	}
	if after.Pages != before.Pages || after.ModernXref {
		return nil, fmt.Errorf("normalise: %d pages became %d", before.Pages, after.Pages)
	}
	return out, nil
}

func acceptable(f pdf.Findings) error {
	switch {
	case f.Encrypted:
		return errs.New(errs.Invalid, pdf.CodeEncrypted, "the PDF is encrypted; save it without a password and try again")
	case f.Signed:
		return errs.New(errs.Conflict, CodeSigned, "the PDF is signed already and must not be rewritten")
	case f.HasJavaScript, f.Launches, f.EmbeddedFiles > 0:
		return errs.New(errs.Unsupported, CodeActive, "the PDF carries scripts, attachments or actions; print it to a new PDF and try again")
	}
	return nil
}

// rewrite turns a panic of the library on strange input into an error.
func rewrite(data []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("pdfcpu: %v", p)
		}
	}()
	var b bytes.Buffer
	if err := api.Optimize(bytes.NewReader(data), &b, configuration()); err != nil {
		return nil, err
	}
	if b.Len() == 0 {
		return nil, errors.New("pdfcpu wrote nothing")
	}
	return b.Bytes(), nil
}

// configuration is complete in itself, so that the library neither reads nor writes a folder of its own.
func configuration() *model.Configuration {
	bounds := model.DefaultResourceLimits()
	bounds.MaxStreamBytes, bounds.MaxDecodeBytes, bounds.MaxImageBytes = 64<<20, 64<<20, 64<<20
	bounds.MaxObjectCount, bounds.MaxXRefEntries, bounds.MaxObjectStreamCount = 200_000, 200_000, 20_000
	return &model.Configuration{
		CreationDate:          "2000-01-01 00:00", // of the configuration; required, not written
		Version:               model.VersionStr,
		ValidationMode:        model.ValidationRelaxed,
		Reader15:              true,
		Eol:                   types.EolLF,
		EncryptKeyLength:      256,
		TimestampFormat:       "2006-01-02 15:04",
		DateFormat:            "2006-01-02",
		Offline:               true,
		Optimize:              true,
		OptimizeBeforeWriting: true,
		OptimizeResourceDicts: true,
		Limits:                bounds,
	}
}
