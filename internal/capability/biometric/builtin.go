package biometric

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

// challengeLife is how long a person has to follow a challenge.
const challengeLife = 90 * time.Second

// EmbeddedFaces reads the networks that are embedded into this build; fs.ErrNotExist when there are none.
func EmbeddedFaces() (m face.Models, err error) {
	for name, into := range map[string]*[]byte{
		asset.FaceDetectorGraph: &m.DetectorGraph, asset.FaceDetectorWeights: &m.DetectorWeights,
		asset.FaceLandmarker: &m.Landmarker, asset.FaceEmbedder: &m.Embedder,
		asset.FaceMeshGraph: &m.MeshGraph, asset.FaceMeshWeights: &m.MeshWeights,
	} {
		if *into, err = asset.Read(name); err != nil {
			return m, err
		}
	}
	return m, nil
}

// BuiltIn verifies faces in this process: no picture leaves the machine. At most a few run at once;
// others wait their turn until their request gives up.
type BuiltIn struct {
	engine *face.Engine
	judge  *challenge.Judge
	random io.Reader
	clock  clock.Clock
	turn   chan struct{}
}

// NewBuiltIn makes the built-in provider. random is crypto/rand.Reader except in test builds.
func NewBuiltIn(engine *face.Engine, random io.Reader, c clock.Clock, atOnce int) (*BuiltIn, error) {
	judge, err := challenge.NewJudge(engine)
	if err != nil {
		return nil, err
	}
	if random == nil || c == nil || atOnce < 1 {
		return nil, errors.New("biometric: randomness, clock and a number of simultaneous checks are needed")
	}
	return &BuiltIn{engine, judge, random, c, make(chan struct{}, atOnce)}, nil
}

func (b *BuiltIn) Info() Info {
	return Info{Name: "built-in", Model: b.engine.Info().Model.String(), Liveness: "active challenge, not tested to ISO/IEC 30107-3"}
}

func (b *BuiltIn) Begin(context.Context, Subject, string) (*Begun, error) {
	c, err := challenge.New(b.random, b.clock.Now(), challengeLife)
	if err != nil {
		return nil, err
	}
	return &Begun{Challenge: &c, Expires: c.Expires}, nil
}

// Inspect holds a picture against the gate of comparisons.
func (b *BuiltIn) Inspect(ctx context.Context, picture []byte) (reason string, err error) {
	leave, err := b.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	var refused *face.Refusal
	if _, err = b.engine.Inspect(ctx, picture); errors.As(err, &refused) {
		return string(refused.Reason), nil
	}
	return "", err
}

// Poll never has anything: the verdict came with Submit.
func (b *BuiltIn) Poll(context.Context, string) (*Verdict, error) { return nil, nil }

func (b *BuiltIn) Submit(ctx context.Context, s Subject, c challenge.Challenge, capture Capture) (*Verdict, error) {
	leave, err := b.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	reference, _, err := b.engine.Extract(ctx, s.Reference)
	var refused *face.Refusal
	if errors.As(err, &refused) {
		v := b.refusal("document_" + string(refused.Reason))
		v.State = Failed
		return v, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the face on the document: %w", err)
	}
	live, v, err := b.live(ctx, c, capture)
	if err != nil || v != nil {
		return v, err
	}
	return b.compare(reference, live, capture)
}

// enter waits for this check's turn.
func (b *BuiltIn) enter(ctx context.Context) (leave func(), err error) {
	select {
	case b.turn <- struct{}{}:
		return func() { <-b.turn }, nil
	case <-ctx.Done():
		return nil, errs.New(errs.TooMany, "busy", "too many checks are running; try again in a moment").Because(ctx.Err())
	}
}

// live judges the challenge; the verdict is nil when it was passed.
func (b *BuiltIn) live(ctx context.Context, c challenge.Challenge, capture Capture) (challenge.Result, *Verdict, error) {
	live, err := b.judge.Evaluate(ctx, c, challenge.Answer{Nonce: capture.Nonce, Frames: capture.Frames, Received: capture.Received})
	if err != nil {
		return live, nil, fmt.Errorf("judge the challenge: %w", err)
	}
	if !live.Passed {
		v := b.refusal(string(live.Reason))
		v.Step = live.Step
		return live, v, nil
	}
	return live, nil, nil
}

func (b *BuiltIn) refusal(reason string) *Verdict {
	return &Verdict{State: NoMatch, Reason: reason, Model: b.Info().Model}
}

func (b *BuiltIn) compare(reference face.Template, live challenge.Result, capture Capture) (*Verdict, error) {
	score, err := face.Compare(reference, live.Template)
	if err != nil {
		return nil, err
	}
	limits := b.engine.Info().Thresholds
	v := &Verdict{
		Score: &score, Threshold: limits.Match, Live: b.Info().Liveness, Model: b.Info().Model, BestFrame: capture.Frames[live.Best].Picture,
	}
	switch limits.Decide(score) {
	case face.Match:
		v.State = Match
	case face.Review:
		v.State, v.Reason = Review, "doubtful"
	default:
		v.State, v.Reason = NoMatch, "not_same"
	}
	return v, nil
}
