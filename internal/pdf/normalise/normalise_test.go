package normalise_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/normalise"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/pdf/pdftest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/testtool"
)

// page is a file of one page; more stands in its catalog.
func page(more string) []byte {
	return pdftest.File("", "<</Type/Catalog/Pages 2 0 R"+more+">>", pdftest.Pages,
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents 4 0 R>>",
		"<</Length 34>>\nstream\nBT /F 9 Tf 9 9 Td (contract) Tj ET\nendstream")
}

// What comes out has a classic table, the same words, and takes signature fields.
// Proves DOC-1.
func TestModernFileBecomesPlain_DOC1(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	testtool.Need(t, "qpdf")
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
	if err := os.WriteFile(in, page(""), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command("qpdf", "--object-streams=generate", "--linearize", in, out).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := normalise.Unsigned(ctx, data, pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := pdf.Open(ctx, plain, pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if words, err := doc.Words(); err != nil || !strings.Contains(words, "contract") || doc.Sections()[0].Stream {
		t.Errorf("%q %v", words, err)
	}
	if _, err := pades.Prepare(ctx, plain, []pades.Field{{Name: "A"}}); err != nil {
		t.Error(err)
	}
}

func TestSignedAndActiveFilesAreRefused_A6(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more string
		kind errs.Kind
	}{
		"script":     {"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", errs.Unsupported},
		"program":    {"/OpenAction<</S/Launch/F(cmd.exe)>>", errs.Unsupported},
		"attachment": {"/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/EF<<>>>>]>>>>", errs.Unsupported},
		"signed":     {"/X<</Type/Sig/ByteRange[0 1 2 3]>>", errs.Conflict},
		"damaged":    {"/Y((", errs.Invalid},
	} {
		if _, err := normalise.Unsigned(context.Background(), page(c.more), pdf.Limits{}); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
