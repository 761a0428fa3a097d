package face

import (
	"testing"

	"cinnabar/internal/asset"
)

// The golden vector must be that of the models this build embeds: otherwise nothing is proved at start.
func TestTheGoldenVectorIsOfTheEmbeddedModels(t *testing.T) {
	t.Parallel()
	var m Models
	for name, to := range map[string]*[]byte{
		asset.FaceDetectorGraph: &m.DetectorGraph, asset.FaceDetectorWeights: &m.DetectorWeights,
		asset.FaceLandmarker: &m.Landmarker, asset.FaceEmbedder: &m.Embedder,
		asset.FaceMeshGraph: &m.MeshGraph, asset.FaceMeshWeights: &m.MeshWeights,
	} {
		b, err := asset.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		*to = b
	}
	if got := m.digest().String(); got != knownModel {
		t.Errorf("the embedded models are %s, whose golden vector is not known", got)
	}
	if _, err := New(m); err != nil {
		t.Error(err)
	}
}
