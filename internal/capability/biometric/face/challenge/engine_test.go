package challenge_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/challenge"
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

func picture(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

const fps = 5

// answer sends the film as a client would.
func answer(tb testing.TB, c challenge.Challenge, film []image.Image) challenge.Answer {
	tb.Helper()
	a := challenge.Answer{Nonce: c.Nonce, Received: start().Add(20 * time.Second)}
	for i, img := range film {
		a.Frames = append(a.Frames, challenge.Frame{Picture: picture(tb, img), At: time.Duration(i) * time.Second / fps})
	}
	return a
}

func evaluate(tb testing.TB, steps []challenge.Step, film []image.Image) (challenge.Result, *face.Engine) {
	tb.Helper()
	e := engine(tb)
	j, err := challenge.NewJudge(e)
	if err != nil {
		tb.Fatal(err)
	}
	c := challenge.Challenge{Nonce: "5eed", Steps: steps, Issued: start(), Expires: start().Add(time.Minute)}
	r, err := j.Evaluate(tb.Context(), c, answer(tb, c, film))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Logf("steps %v: %+v", c.Steps, r.Measured)
	return r, e
}

// Proves GAS-3.
func TestASolidHeadThatDoesAsAskedPasses_GAS3(t *testing.T) {
	t.Parallel()
	for _, steps := range [][]challenge.Step{
		{challenge.Nod, challenge.TurnLeft, challenge.TurnRight},
		{challenge.TurnRight, challenge.ComeNearer, challenge.TurnLeft},
		{challenge.TurnLeft, challenge.Blink, challenge.TurnRight},
	} {
		t.Run(string(steps[0]+" "+steps[1]), func(t *testing.T) {
			t.Parallel()
			r, e := evaluate(t, steps, facetest.Perform(facetest.Resident, steps, fps))
			if !r.Passed {
				t.Fatalf("failed: %s at step %d", r.Reason, r.Step)
			}
			portrait, _, err := e.Extract(t.Context(), picture(t, facetest.Portrait(facetest.Resident)))
			if err != nil {
				t.Fatal(err)
			}
			score, err := face.Compare(portrait, r.Template)
			if err != nil || e.Info().Thresholds.Decide(score) != face.Match {
				t.Errorf("the best frame is no match for the portrait: %v, %v", score, err)
			}
		})
	}
}

// Proves GAS-3.
func TestAPictureHeldToTheCameraFails_GAS3(t *testing.T) {
	t.Parallel()
	steps := []challenge.Step{challenge.TurnLeft, challenge.Nod, challenge.TurnRight}
	for name, bend := range map[string]float64{"flat": 0, "bent outwards": 0.6, "bent inwards": -0.6} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := evaluate(t, steps, facetest.PerformWithPhoto(facetest.Resident, steps, fps, bend))
			if r.Passed {
				t.Fatal("a print moved before the camera passed")
			}
			t.Log(r.Reason, r.Step)
		})
	}
}

// Not even the one step does a print follow: its eyes look no narrower against its nose when it is tilted.
// Proves GAS-3.
func TestAPictureDoesNotBlink_GAS3(t *testing.T) {
	t.Parallel()
	steps := []challenge.Step{challenge.Blink}
	for name, bend := range map[string]float64{"flat": 0, "bent outwards": 0.6, "bent inwards": -0.6} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := evaluate(t, steps, facetest.PerformWithPhoto(facetest.Resident, steps, fps, bend))
			if r.Passed {
				t.Fatal("a print that was tilted passed for one that blinks")
			}
			t.Log(r.Reason)
		})
	}
}
