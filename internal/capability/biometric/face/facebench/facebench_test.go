package facebench_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/facebench"
	"cinnabar/internal/capability/biometric/face/facetest"
)

// engine loads the embedded networks.
func engine(tb testing.TB) *face.Engine {
	tb.Helper()
	m, err := biometric.EmbeddedFaces()
	if err != nil {
		tb.Fatal(err)
	}
	e, err := face.New(m)
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// spent stands still: tests measure no time.
func spent() time.Duration { return 0 }

// A folder of made people gives all pairs, figures, and the refused picture apart from the rest.
func TestRunCountsPairsAndRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(person, name string, img image.Image) {
		var b bytes.Buffer
		err := errors.Join(os.MkdirAll(filepath.Join(dir, person), 0o755), jpeg.Encode(&b, img, nil))
		if err = errors.Join(err, os.WriteFile(filepath.Join(dir, person, name), b.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for person, seed := range map[string]uint64{"a": facetest.Resident, "b": facetest.Stranger} {
		put(person, "1.jpg", facetest.Portrait(seed))
		put(person, "2.JPEG", facetest.Draw(seed, facetest.Pose{Yaw: 10}))
	}
	put("b", "3.jpg", image.NewGray(image.Rect(0, 0, 80, 80)))
	if err := os.WriteFile(filepath.Join(dir, "b", "notes.txt"), []byte("not a picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	var text, svg bytes.Buffer
	r, err := facebench.Run(t.Context(), engine(t), facebench.Options{Dir: dir, Spent: spent}, &text)
	if err != nil {
		t.Fatal(err)
	}
	if r.People != 2 || r.Pictures != 5 || len(r.Failed["no_face"]) != 1 || r.Matched.FTE.Errors != 1 {
		t.Errorf("%+v", r)
	}
	if len(r.Set.Skipped) != 1 || r.Set.Skipped[0].Path != "b/notes.txt" || r.TemplateBytes == 0 || len(r.Extract) != 4 {
		t.Errorf("what is no picture was not named, or the cost is missing: %+v", r)
	}
	if r.Matched.Genuine.N != 2 || r.Matched.Impostor.N != 4 || r.Matched.EER != 0 {
		t.Errorf("2 pairs of one person and 4 of two were to be told apart: %v", r)
	}
	if r.Counted.ZeroFMR.FNMR.Trials != 4 || r.Counted.ZeroFMR.FNMR.Errors != 2 {
		t.Errorf("the refused picture spoils two pairs of one person: %v", r.Counted)
	}
	if err := r.WriteDET(&svg); err != nil || !strings.Contains(svg.String(), "polyline") || text.Len() == 0 {
		t.Errorf("no curve or no text: %v", err)
	}
	if _, err := facebench.Run(t.Context(), engine(t), facebench.Options{Dir: filepath.Join(dir, "none"), Spent: spent}, &text); err == nil {
		t.Error("a folder that does not exist was measured")
	}
}

// dataDir is where pictures for measuring lie beside the project; they are never part of it.
const dataDir = "../../../../../../shared/data/faces"

func TestAccuracyOverTheSharedFaces(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("measuring takes a minute or two")
	}
	if _, err := os.Stat(dataDir); err != nil {
		t.Skip("no pictures for measuring beside the project: ", err)
	}
	report, err := facebench.Run(t.Context(), engine(t), facebench.Options{Dir: dataDir, Spent: spent}, os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	if report.Counted.EER > 0.025 {
		t.Errorf("EER with refusals counted is %.2f %%, at most 2.5 %% is promised", 100*report.Counted.EER)
	}
	t.Log(report.Failed)
}
