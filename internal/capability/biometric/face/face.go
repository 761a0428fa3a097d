// Package face says whether two pictures show the same person: it finds the face, aligns it, turns it
// into a vector and compares vectors. Everything runs offline in plain Go, on one core.
//
// Guaranteed: a picture that cannot be used is a *Refusal with a reason, in bounded time and memory,
// whatever its bytes; templates of different models are never compared; before its first answer an Engine
// has proved on a known input that its networks compute what they did when its thresholds were set.
//
// Not guaranteed: that the face is alive (see package challenge), and that a match is enough for what
// the caller wants to allow. How far a match alone may go is the caller's policy.
//
//	engine, err := face.New(face.Models{DetectorGraph: …})
//	template, quality, err := engine.Extract(ctx, jpeg)   // errors.As(err, *face.Refusal)
//	score, err := face.Compare(template, enrolled)
//	band := engine.Info().Thresholds.Decide(score)
package face

import (
	"context"
	"crypto/sha256"
	"errors"

	"cinnabar/internal/capability/biometric/face/nn"
)

// pipelineVersion changes whenever a step between the networks changes what a picture's vector is.
const pipelineVersion = "cinnabar-face-2"

// Models are the files of the networks: BlazeFace (TensorFlow.js graph and weights), MTCNN's last stage
// (TensorFlow Lite), MediaPipe's face mesh (TensorFlow.js) and a MobileFaceNet (ONNX).
type Models struct {
	DetectorGraph, DetectorWeights, Landmarker, MeshGraph, MeshWeights, Embedder []byte
}

// Engine compares faces. It is safe for concurrent use; one extraction uses one core.
type Engine struct {
	networks shelf
	prove    func() error // the first call runs the proof, all give its outcome
	digest   ModelDigest
	gate     Gate
}

// Info describes an engine.
type Info struct {
	Model      ModelDigest
	Thresholds Thresholds
	Gate       Gate
}

var errWrongModel = errors.New("face: a network does not give what its model should")

// New loads the networks and runs them once on a made picture. It fails when a file is missing or
// foreign, or when the networks do not compute what they should.
func New(m Models) (*Engine, error) {
	e, err := Open(func() (Models, error) { return m, nil })
	if err != nil {
		return nil, err
	}
	return e, e.Prove()
}

// digest covers every byte that shapes a vector.
func (m Models) digest() ModelDigest {
	h := sha256.New()
	h.Write([]byte(pipelineVersion))
	for _, file := range [][]byte{m.DetectorGraph, m.DetectorWeights, m.Landmarker, m.MeshGraph, m.MeshWeights, m.Embedder} {
		sum := sha256.Sum256(file)
		h.Write(sum[:])
	}
	return ModelDigest(h.Sum(nil))
}

// Info tells the model's digest, the thresholds and the quality gate.
func (e *Engine) Info() Info {
	return Info{Model: e.digest, Thresholds: DefaultThresholds(), Gate: e.gate}
}

// Extract reads a picture (JPEG, PNG, WebP or PGM) and makes the template of the one face on it. A
// picture that cannot be used is a *Refusal; Quality then holds what was measured up to there.
func (e *Engine) Extract(ctx context.Context, picture []byte) (Template, Quality, error) {
	a, q, err := e.admit(ctx, picture)
	if err != nil {
		return Template{}, q, err
	}
	vector, err := e.embed(a.raster, a.frame, a.chip)
	if err != nil {
		return Template{}, q, err
	}
	return Template{Model: e.digest, vector: vector}, q, nil
}

// Inspect says whether Extract could make a template of a picture, and makes none.
func (e *Engine) Inspect(ctx context.Context, picture []byte) (Quality, error) {
	_, q, err := e.admit(ctx, picture)
	return q, err
}

// admitted is a picture that has passed the gate, with its one face aligned.
type admitted struct {
	raster *raster
	frame  frame
	chip   *nn.Tensor
}

// admit finds the one face of a picture and holds it against the gate.
func (e *Engine) admit(ctx context.Context, picture []byte) (a admitted, q Quality, err error) {
	if err := e.Prove(); err != nil {
		return a, q, err
	}
	if a.raster, err = decode(picture); err != nil {
		return a, q, err
	}
	if q, err = e.find(ctx, a.raster); err != nil {
		return a, q, err
	}
	points, err := e.steadied(a.raster, q)
	if err != nil {
		return a, q, err
	}
	a.frame = align(points)
	a.chip = a.raster.sample(a.frame, embedSize, embedTone, black)
	q.light(a.chip)
	if err := e.gate.check(q); err != nil {
		return a, q, err
	}
	return a, q, ctx.Err()
}

// find locates the one face of a picture.
func (e *Engine) find(ctx context.Context, r *raster) (Quality, error) {
	q := Quality{Width: r.w, Height: r.h}
	faces, err := e.sight(ctx, r)
	if err != nil {
		return q, err
	}
	if len(faces) == 0 {
		return q, refuse(NoFace, nil)
	}
	for _, s := range faces {
		if s.side >= e.gate.OtherFace*faces[0].side {
			q.Faces++
		}
	}
	if q.Faces > 1 {
		return q, &Refusal{Reason: ManyFaces, Measured: float64(q.Faces), Limit: 1}
	}
	q.see(faces[0])
	return q, nil
}

// trackCertainty is how sure the landmark network must be of a face that was only looked for where it
// was before.
const trackCertainty = 0.9

// Look is how a frame is looked at.
type Look struct {
	// Last is what the frame before showed: the face is looked for there first, which is ten times faster but does not
	// notice a second face. Nil: the whole picture is searched.
	Last *Quality
	// Lids asks for Quality.Lids too.
	Lids bool
}

// Observe says where the one face of a frame is and how it is held, without making a template and without the gate. A
// frame that cannot be used is a *Refusal.
func (e *Engine) Observe(ctx context.Context, picture []byte, look Look) (Quality, error) {
	if err := e.Prove(); err != nil {
		return Quality{}, err
	}
	r, err := decode(picture)
	if err != nil {
		return Quality{}, err
	}
	q, err := e.followed(ctx, r, look.Last)
	if err != nil || !look.Lids {
		return q, err
	}
	q.Lids, err = e.lids(r, q)
	return q, err
}

// followed looks for the face where it was last, and everywhere when it is not there.
func (e *Engine) followed(ctx context.Context, r *raster, last *Quality) (Quality, error) {
	if last == nil || last.seen.side <= 0 || last.Width != r.w || last.Height != r.h {
		return e.find(ctx, r)
	}
	s, err := e.refine(r, last.seen)
	if err != nil {
		return Quality{}, err
	}
	if s.sure < trackCertainty || !r.holds(s.centre) {
		return e.find(ctx, r)
	}
	q := Quality{Width: r.w, Height: r.h, Faces: 1}
	q.see(s)
	return q, ctx.Err()
}
