package pdf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/testtool"
)

var info = pdf.Info{
	Title: "合同 <一> & 二", Author: "Cinnabar", Language: "zh-CN",
	Created: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Seed: []byte("seed"),
}

// onePage writes an empty page; Finish takes its catalog.
func onePage(w *pdf.Writer) pdf.Dict {
	tree := w.Alloc()
	page := w.Add(pdf.Dict{
		"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842},
		"Resources": pdf.Dict{}, "Contents": w.AddStream(nil, []byte("0 0 m 10 10 l S")),
	})
	w.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	return pdf.Dict{"Pages": tree}
}

func TestWriterIsDeterministic(t *testing.T) {
	t.Parallel()
	write := func(seed string) []byte {
		w := pdf.NewWriter()
		i := info
		i.Seed = []byte(seed)
		out, err := w.Finish(onePage(w), i)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if !bytes.Equal(write("a"), write("a")) {
		t.Error("the same calls gave other bytes")
	}
	if bytes.Equal(write("a"), write("b")) {
		t.Error("the seed does not show in /ID")
	}
}

func TestWriterRefusesMistakes(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]func(*pdf.Writer){
		"never set":     func(w *pdf.Writer) { w.Alloc() },
		"set twice":     func(w *pdf.Writer) { w.Set(w.Add(nil), nil) },
		"not allocated": func(w *pdf.Writer) { w.Set(pdf.Ref{Num: 99}, nil) },
	} {
		w := pdf.NewWriter()
		wrong(w)
		if _, err := w.Finish(onePage(w), info); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestWriterMakesAFileThatOthersRead(t *testing.T) {
	t.Parallel()
	testtool.Need(t, "qpdf")
	w := pdf.NewWriter()
	out, err := w.Finish(onePage(w), info)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "w.pdf")
	if err := os.WriteFile(file, out, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("qpdf", "--check", file).CombinedOutput(); err != nil || !bytes.Contains(said, []byte("No syntax or stream encoding errors")) {
		t.Errorf("qpdf --check: %v\n%s", err, said)
	}
}

func TestWriterPutsTheTitleIntoBothMetadata(t *testing.T) {
	t.Parallel()
	w := pdf.NewWriter()
	out, err := w.Finish(onePage(w), info)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"合同 &lt;一&gt; &amp; 二", "2026-11-22T08:00:00Z", "D:20261122080000Z", "/DisplayDocTitle true", "%PDF-1.7\n"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("the file lacks %q", want)
		}
	}
}
