package challenge

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"time"

	"cinnabar/internal/capability/biometric/face"
)

// Engine is what is needed of the face engine (*face.Engine).
type Engine interface {
	Observe(ctx context.Context, picture []byte, look face.Look) (face.Quality, error)
	Extract(ctx context.Context, picture []byte) (face.Template, face.Quality, error)
	Info() face.Info
}

// Result is the verdict. Passed means only what the package comment guarantees.
type Result struct {
	Passed bool
	Reason Reason // empty when passed
	Step   int    // for StepMissing and WrongStep: index of the step that was waited for
	// Best is the index of the frame to compare and keep, Template its face; Best is -1 without one.
	Best     int
	Template face.Template
	Quality  face.Quality
	Measured Measured
}

// Measured is what the verdict rests on, for the record and for calibration.
type Measured struct {
	Frames    int     `json:"frames"`    // different frames with a face
	YawRange  float64 `json:"yawRange"`  // how far the nose moved across the face, eye distances
	NodRange  float64 `json:"nodRange"`  // and along it, face lengths
	Growth    float64 `json:"growth"`    // largest size over the first
	LidsLow   float64 `json:"lidsLow"`   // least opening of the eyes that both had at once, as a share of the usual; 0: not looked at
	LowestOwn float64 `json:"lowestOwn"` // lowest score between the best frame and the others examined
}

// Judge evaluates answers. It is safe for concurrent use.
type Judge struct {
	engine Engine
}

// NewJudge needs an engine.
func NewJudge(engine Engine) (*Judge, error) {
	if engine == nil {
		return nil, errors.New("challenge: a judge needs an engine")
	}
	return &Judge{engine}, nil
}

// Limits of an answer.
const (
	minFrames   = 12
	maxFrames   = 240
	maxGap      = 1500 * time.Millisecond // between frames
	clockSlack  = 2 * time.Second         // between the client's clock and ours, over one capture
	minLength   = 8                       // pixels between the eyes, and from eyes to mouth
	lostShare   = 0.2                     // of the frames may show no face
	fullLookGap = 8                       // every so many frames the whole picture is searched
)

// Evaluate judges an answer. An error means that the machine failed, not the person.
func (j *Judge) Evaluate(ctx context.Context, c Challenge, a Answer) (Result, error) {
	if reason := admit(c, a); reason != "" {
		return failed(reason), nil
	}
	track, reason, err := j.observe(ctx, a.Frames, slices.Contains(c.Steps, Blink))
	if err != nil || reason != "" {
		return failed(reason), err
	}
	result := failed("")
	result.Measured = track.measure()
	if reason := track.jumps(); reason != "" {
		result.Reason = reason
		return result, nil
	}
	peaks, step, reason := track.follow(c.Steps)
	if reason != "" {
		result.Reason, result.Step = reason, step
		return result, nil
	}
	return j.compare(ctx, a.Frames, track, peaks, result)
}

func failed(reason Reason) Result { return Result{Reason: reason, Best: -1} }

// admit checks what needs no picture.
func admit(c Challenge, a Answer) Reason {
	switch {
	case len(c.Steps) == 0 || subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(a.Nonce)) != 1:
		return WrongNonce
	case a.Received.After(c.Expires) || a.Received.Before(c.Issued):
		return Expired
	case len(a.Frames) > maxFrames:
		return ManyFrames
	case len(a.Frames) < minFrames:
		return FewFrames
	}
	for i := 1; i < len(a.Frames); i++ {
		if gap := a.Frames[i].At - a.Frames[i-1].At; gap <= 0 || gap > maxGap {
			return BadTiming
		}
	}
	if length := a.Frames[len(a.Frames)-1].At - a.Frames[0].At; length > a.Received.Sub(c.Issued)+clockSlack {
		return BadTiming
	}
	return ""
}

// observe finds the face in every different frame. Frames that repeat the one before show nothing new:
// a camera never gives the same picture twice. Eyelids are looked at where a step needs them.
func (j *Judge) observe(ctx context.Context, frames []Frame, lids bool) (track, Reason, error) {
	var t track
	look := face.Look{Lids: lids}
	var before [sha256.Size]byte
	lost := 0
	for i, f := range frames {
		sum := sha256.Sum256(f.Picture)
		if sum == before {
			continue
		}
		before = sum
		if i%fullLookGap == 0 {
			look.Last = nil
		}
		q, err := j.engine.Observe(ctx, f.Picture, look)
		var refusal *face.Refusal
		switch {
		case errors.As(err, &refusal) && refusal.Reason == face.NoFace:
			lost++
			look.Last = nil
			continue
		case errors.As(err, &refusal) && refusal.Reason == face.ManyFaces:
			return nil, ManyFaces, nil
		case errors.As(err, &refusal):
			return nil, BadFrame, nil
		case err != nil:
			return nil, "", err
		case q.EyeGap < minLength || q.FaceLength < minLength:
			lost++
			look.Last = nil
			continue
		}
		t = append(t, sight{Quality: q, frame: i, at: f.At})
		look.Last = &q
	}
	switch {
	case float64(lost) > lostShare*float64(lost+len(t)):
		return nil, FaceLost, nil
	case len(t) < minFrames:
		return nil, FewFrames, nil
	}
	return t, "", nil
}

// compare picks the best frame and makes sure that the others show the same person. When none will do, what most of them
// lack is the reason.
func (j *Judge) compare(ctx context.Context, frames []Frame, t track, peaks []int, r Result) (Result, error) {
	lacks := map[Reason]int{}
	r.Reason = LowQuality
	for _, i := range t.frontal() {
		template, quality, err := j.engine.Extract(ctx, frames[t[i].frame].Picture)
		var refusal *face.Refusal
		if errors.As(err, &refusal) {
			lack := Reason(refusal.Reason)
			if lacks[lack]++; lacks[lack] > lacks[r.Reason] {
				r.Reason = lack
			}
			continue
		}
		if err != nil {
			return failed(""), err
		}
		r.Best, r.Template, r.Quality, r.Reason = t[i].frame, template, quality, ""
		break
	}
	if r.Best < 0 {
		return r, nil
	}
	return j.samePerson(ctx, frames, t, peaks, r)
}

// samePerson compares the first and the last frame and one on the way to each step with the best one.
func (j *Judge) samePerson(ctx context.Context, frames []Frame, t track, peaks []int, r Result) (Result, error) {
	r.Measured.LowestOwn = 1
	for _, i := range t.witnesses(peaks) {
		template, _, err := j.engine.Extract(ctx, frames[t[i].frame].Picture)
		var refusal *face.Refusal
		if errors.As(err, &refusal) {
			if refusal.Reason == face.ManyFaces {
				r.Reason = ManyFaces
				return r, nil
			}
			continue // too far turned to be compared; its neighbours are
		}
		if err != nil {
			return failed(""), err
		}
		score, err := face.Compare(r.Template, template)
		if err != nil {
			return failed(""), err
		}
		r.Measured.LowestOwn = min(r.Measured.LowestOwn, score)
		if j.engine.Info().Thresholds.Decide(score) == face.NoMatch {
			r.Reason = OtherPerson
			return r, nil
		}
	}
	r.Passed = true
	return r, nil
}
