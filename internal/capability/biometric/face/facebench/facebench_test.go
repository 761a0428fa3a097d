package facebench_test

import (
	"os"
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/facebench"
)

// engine loads the embedded networks.
func engine(tb testing.TB) *face.Engine {
	tb.Helper()
	read := func(name string) []byte {
		b, err := asset.Read(name)
		if err != nil {
			tb.Skip(err)
		}
		return b
	}
	e, err := face.New(face.Models{
		DetectorGraph: read(asset.FaceDetectorGraph), DetectorWeights: read(asset.FaceDetectorWeights),
		Landmarker: read(asset.FaceLandmarker), Embedder: read(asset.FaceEmbedder),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// dataDir is where pictures for measuring lie beside the project; they are never part of it.
const dataDir = "../../../../../../shared/data/faces"

func TestAccuracyOverTheSharedFaces(t *testing.T) {
	if testing.Short() {
		t.Skip("measuring takes minutes")
	}
	if _, err := os.Stat(dataDir); err != nil {
		t.Skip("no pictures for measuring beside the project: ", err)
	}
	t.Parallel()
	report, err := facebench.Run(t.Context(), engine(t), dataDir, os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	if report.Counted.EER > 0.025 {
		t.Errorf("EER with refusals counted is %.2f %%, at most 2.5 %% is promised", 100*report.Counted.EER)
	}
	t.Log(report.Failed)
}
