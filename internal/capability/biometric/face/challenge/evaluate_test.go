package challenge_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/challenge"
)

// pose is what a scripted frame shows: degrees, size, and how far each eye is closed, 0 to 1.
type pose struct {
	yaw, pitch, near float64
	lids             [2]float64
	person           int
	missing          error // what the engine says instead
}

// script is an engine that reads poses instead of pictures. depth is how far the nose stands out, in eye
// distances: 0.6 for a head, next to nothing for a print.
type script struct {
	poses map[string]pose
	depth float64
}

func (s script) Observe(_ context.Context, picture []byte, _ face.Look) (face.Quality, error) {
	p, ok := s.poses[string(picture)]
	if !ok {
		return face.Quality{}, &face.Refusal{Reason: face.BadFormat}
	}
	if p.missing != nil {
		return face.Quality{}, p.missing
	}
	yaw, pitch := p.yaw*math.Pi/180, p.pitch*math.Pi/180
	q := face.Quality{Faces: 1, EyeGap: 80 * p.near * math.Cos(yaw), FaceLength: 84 * p.near * math.Cos(pitch)}
	q.Yaw, q.Pitch = s.depth*math.Tan(yaw), 0.62+s.depth*math.Tan(pitch)
	q.Lids = face.Lids{Left: 0.16 * (1 - 0.45*p.lids[0]), Right: 0.14 * (1 - 0.45*p.lids[1])}
	x, y := 320.0, 240.0
	q.Landmarks = face.Landmarks{
		LeftEye: face.Point{X: x - q.EyeGap/2, Y: y}, RightEye: face.Point{X: x + q.EyeGap/2, Y: y},
		MouthLeft: face.Point{X: x - q.EyeGap/3, Y: y + q.FaceLength}, MouthRight: face.Point{X: x + q.EyeGap/3, Y: y + q.FaceLength},
	}
	return q, nil
}

func (s script) Extract(ctx context.Context, picture []byte) (face.Template, face.Quality, error) {
	q, err := s.Observe(ctx, picture, face.Look{})
	if err != nil {
		return face.Template{}, q, err
	}
	return somebody(s.poses[string(picture)].person), q, nil
}

func (script) Info() face.Info { return face.Info{Thresholds: face.DefaultThresholds()} }

// somebody makes a template that is unlike everybody else's.
func somebody(person int) face.Template {
	b := append([]byte("CFT1"), make([]byte, 32)...)
	b = binary.BigEndian.AppendUint16(b, 64)
	for i := range 64 {
		v := float32(0)
		if i == person {
			v = 1
		}
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
	}
	var t face.Template
	if err := t.UnmarshalBinary(b); err != nil {
		panic(err)
	}
	return t
}

// play performs steps as a person would, at 8 frames a second.
func play(steps []challenge.Step) []pose {
	rest := func(n int, near float64) (out []pose) {
		for i := range n {
			out = append(out, pose{yaw: 0.5 * math.Sin(float64(i)), near: near})
		}
		return out
	}
	near := 1.0
	frames := rest(8, near)
	for _, step := range steps {
		for i := 1; i <= 14; i++ {
			there := math.Sin(math.Pi * float64(i) / 14)
			p := pose{near: near}
			switch step {
			case challenge.TurnLeft:
				p.yaw = 26 * there
			case challenge.TurnRight:
				p.yaw = -26 * there
			case challenge.Nod:
				p.pitch = 15 * there
			case challenge.ComeNearer:
				p.near = near * (1 + 0.35*float64(i)/14)
			case challenge.Blink:
				if i > 3 && i < 11 {
					p.lids = [2]float64{1, 1}
				}
			}
			frames = append(frames, p)
		}
		if step == challenge.ComeNearer {
			near *= 1.35
		}
	}
	return append(frames, rest(6, near)...)
}

// judge evaluates scripted frames against steps, after change has had its way with the answer.
func judge(t rapid.TB, steps []challenge.Step, poses []pose, depth float64, change func(*challenge.Challenge, *challenge.Answer)) (challenge.Result, error) {
	t.Helper()
	s := script{poses: make(map[string]pose), depth: depth}
	c := challenge.Challenge{Nonce: "0123", Steps: steps, Issued: start(), Expires: start().Add(time.Minute)}
	a := challenge.Answer{Nonce: "0123", Received: start().Add(30 * time.Second)}
	for i, p := range poses {
		name := fmt.Sprint("frame ", i)
		s.poses[name] = p
		a.Frames = append(a.Frames, challenge.Frame{Picture: []byte(name), At: time.Duration(i) * time.Second / 8})
	}
	if change != nil {
		change(&c, &a)
	}
	j, err := challenge.NewJudge(s)
	if err != nil {
		t.Fatal(err)
	}
	return j.Evaluate(context.Background(), c, a)
}

// allSteps is one order with every movement.
func allSteps() []challenge.Step {
	return []challenge.Step{challenge.TurnLeft, challenge.Nod, challenge.ComeNearer, challenge.Blink, challenge.TurnRight}
}

func TestEveryOrderPassesWhenPerformedAndNoOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		asked := rapid.Permutation(allSteps()).Draw(t, "asked")
		done := rapid.Permutation(allSteps()).Draw(t, "done")
		r, err := judge(t, asked, play(done), 0.6, nil)
		if err != nil {
			t.Fatal(err)
		}
		same := fmt.Sprint(asked) == fmt.Sprint(done)
		if r.Passed != same {
			t.Fatalf("asked %v, done %v: %+v", asked, done, r)
		}
		if r.Passed && (r.Best < 0 || r.Template.IsZero()) {
			t.Fatal("passed without a face to compare")
		}
	})
}

func TestWhatFailsAndWhy(t *testing.T) {
	t.Parallel()
	steps := allSteps()
	for name, c := range map[string]struct {
		poses  func() []pose
		depth  float64
		change func(*challenge.Challenge, *challenge.Answer)
		want   challenge.Reason
	}{
		"flat print":     {depth: 0.05, want: challenge.StillPicture},
		"bent print":     {depth: 0.25, want: challenge.StillPicture},
		"nothing moves":  {poses: func() []pose { return play(nil) }, want: challenge.StillPicture},
		"one step short": {poses: func() []pose { return play(steps[:4]) }, want: challenge.StepMissing},
		"other order":    {poses: func() []pose { return play([]challenge.Step{challenge.TurnRight, challenge.TurnLeft}) }, want: challenge.WrongStep},
		"somebody else half way": {poses: func() []pose {
			p := play(steps)
			for i := len(p) / 2; i < len(p); i++ {
				p[i].person = 1
			}
			return p
		}, want: challenge.OtherPerson},
		"pictures changed": {poses: func() []pose {
			p := play(steps)
			return append(append(p[:8:8], p[13:16]...), p[21:]...)
		}, want: challenge.NotContinuous},
		"a second face": {poses: func() []pose {
			p := play(steps)
			p[20].missing = &face.Refusal{Reason: face.ManyFaces}
			return p
		}, want: challenge.ManyFaces},
		"face gone": {poses: func() []pose {
			p := play(steps)
			for i := range p {
				if i%2 == 0 {
					p[i].missing = &face.Refusal{Reason: face.NoFace}
				}
			}
			return p
		}, want: challenge.FaceLost},
		"one eye shut": {poses: func() []pose {
			return blinking(func(p *pose) { p.lids[1] = 0 })
		}, want: challenge.StepMissing},
		"eyes never open again": {poses: func() []pose {
			p := play(steps[:3])
			return append(p, slices.Repeat([]pose{{near: 1.35, lids: [2]float64{1, 1}}}, 12)...)
		}, want: challenge.StepMissing},
		"eyes shut for five seconds": {poses: func() []pose {
			p, more := play(steps[:3]), play(steps[4:])
			for i := range more {
				more[i].near = 1.35
			}
			return slices.Concat(p, slices.Repeat([]pose{{near: 1.35, lids: [2]float64{1, 1}}}, 40), more)
		}, want: challenge.WrongStep},
		"eyes shut in one frame": {poses: func() []pose {
			shut := 0
			return blinking(func(p *pose) {
				if shut++; shut > 1 {
					p.lids = [2]float64{}
				}
			})
		}, want: challenge.StepMissing},
		"lids lowered by a nod": {poses: func() []pose {
			return blinking(func(p *pose) { p.pitch = 12 })
		}, want: challenge.StepMissing},
		"eyes that nobody saw": {poses: func() []pose {
			return blinking(func(p *pose) { p.lids = [2]float64{1 / 0.45, 1 / 0.45} })
		}, want: challenge.StepMissing},
		"not a picture": {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Frames[3].Picture = []byte("?") }, want: challenge.BadFrame},
		"one frame over and over": {change: func(_ *challenge.Challenge, a *challenge.Answer) {
			for i := range a.Frames {
				a.Frames[i].Picture = a.Frames[0].Picture
			}
		}, want: challenge.FewFrames},
		"few frames":    {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Frames = a.Frames[:5] }, want: challenge.FewFrames},
		"too many":      {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Frames = make([]challenge.Frame, 5000) }, want: challenge.ManyFrames},
		"wrong nonce":   {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Nonce = "0124" }, want: challenge.WrongNonce},
		"no challenge":  {change: func(c *challenge.Challenge, a *challenge.Answer) { *c = challenge.Challenge{}; a.Nonce = "" }, want: challenge.WrongNonce},
		"too late":      {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Received = start().Add(61 * time.Second) }, want: challenge.Expired},
		"too early":     {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Received = start().Add(-time.Second) }, want: challenge.Expired},
		"filmed before": {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Received = start().Add(time.Second) }, want: challenge.BadTiming},
		"backwards":     {change: func(_ *challenge.Challenge, a *challenge.Answer) { a.Frames[4].At = a.Frames[3].At }, want: challenge.BadTiming},
		"a long pause":  {change: func(_ *challenge.Challenge, a *challenge.Answer) { delay(a.Frames[10:], 2*time.Second) }, want: challenge.BadTiming},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			poses, depth := play(steps), c.depth
			if c.poses != nil {
				poses = c.poses()
			}
			if depth == 0 {
				depth = 0.6
			}
			r, err := judge(t, steps, poses, depth, c.change)
			if err != nil {
				t.Fatal(err)
			}
			if r.Passed || r.Reason != c.want {
				t.Errorf("passed %v, reason %q at step %d, want %q", r.Passed, r.Reason, r.Step, c.want)
			}
		})
	}
}

// blinking performs all steps up to the blink, and changes the frames in which the eyes are shut.
func blinking(change func(*pose)) []pose {
	poses := play(allSteps()[:4])
	for i := range poses {
		if poses[i].lids != [2]float64{} {
			change(&poses[i])
		}
	}
	return poses
}

func delay(frames []challenge.Frame, by time.Duration) {
	for i := range frames {
		frames[i].At += by
	}
}

// A fault of the machine must not count as a failed try of the person.
func TestAFaultIsNotAVerdict(t *testing.T) {
	t.Parallel()
	poses := play(allSteps())
	poses[5].missing = errors.New("out of order")
	if r, err := judge(t, allSteps(), poses, 0.6, nil); err == nil || r.Reason != "" || r.Passed {
		t.Errorf("a fault gave %+v, %v", r, err)
	}
	if _, err := challenge.NewJudge(nil); err == nil {
		t.Error("a judge without an engine")
	}
}
