package bench

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/facebench"
	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/finger/fingerbench"
)

// pictures prints what the matchers' own measurements say about the pictures in two folders.
func pictures(ctx context.Context, o Options, r *Report) error {
	if o.Faces == "" && o.Fingers == "" {
		r.absent("faces and fingerprints", errors.New("pictures are not part of the project; name folders with --faces and --fingers"))
		return nil
	}
	var text strings.Builder
	if o.Faces != "" {
		engine, err := faceEngine()
		if err != nil {
			return err
		}
		report, err := facebench.Run(ctx, engine, o.Faces, &text)
		if err != nil {
			return err
		}
		if err := curve(o.Out, "faces-det.svg", report.WriteDET); err != nil {
			return err
		}
	}
	if o.Fingers != "" {
		report, err := fingerbench.Run(ctx, finger.New(), o.Fingers, &text)
		if err != nil {
			return err
		}
		if err := curve(o.Out, "fingerprints-det.svg", report.WriteDET); err != nil {
			return err
		}
	}
	r.Text = text.String()
	return nil
}

func faceEngine() (*face.Engine, error) {
	var m face.Models
	for name, into := range map[string]*[]byte{
		asset.FaceDetectorGraph: &m.DetectorGraph, asset.FaceDetectorWeights: &m.DetectorWeights,
		asset.FaceLandmarker: &m.Landmarker, asset.FaceEmbedder: &m.Embedder,
	} {
		b, err := asset.Read(name)
		if err != nil {
			return nil, err
		}
		*into = b
	}
	return face.New(m)
}

// curve writes a DET curve into the folder, when one is named.
func curve(folder, name string, write func(io.Writer) error) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
