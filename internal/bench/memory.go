package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/bench/cast"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/biometric/face/facetest"
	"cinnabar/internal/capability/message/smsgateway"
	"cinnabar/internal/demo"
)

// resting is how long the program rests before its memory is read.
const resting = time.Minute

// memory plays one contract into force and checks one face in this process, which has done nothing else,
// rests, and reads what the process holds.
func memory(ctx context.Context, o Options, r *Report) error {
	folder, err := os.MkdirTemp(o.Temp, "memory-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	peers, err := demo.NewStandIns(o.Clock)
	if err != nil {
		return err
	}
	cfg := app.Config{Data: folder, PublicURL: "http://localhost", Clock: o.Clock, Log: o.Log}
	peers.Configure(&cfg, o.Clock)
	a, err := app.New(ctx, cfg)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 2)
	go func() { ended <- peers.Run(ctx) }()
	go func() { ended <- a.Run(ctx) }()
	err = work(ctx, a, peers)
	if err == nil {
		err = waitFor(ctx, resting)
	}
	held := resident()
	stop()
	if err := errors.Join(err, <-ended, <-ended, a.Close()); err != nil {
		return err
	}
	r.add(Figure{What: "memory after one contract, one face check and 60 s of rest", Value: held, Unit: "MB", Limit: 200, Note: "resident; the stand-ins for mail and SMS included"})
	return nil
}

func work(ctx context.Context, a *app.App, peers *demo.StandIns) error {
	people, err := cast.Settle(ctx, a, 1, 10, true)
	if err != nil {
		return err
	}
	s := &cast.Script{App: a, Cast: people, Customer: people.Customers[0], N: 1, Code: func(ctx context.Context, mobile string) (string, error) {
		return newestCode(ctx, peers.SMS, mobile)
	}}
	if err := errors.Join(s.Begin(ctx), s.Run(ctx, gascontract.InForce)); err != nil {
		return err
	}
	return checkFace(ctx, a, s)
}

// checkFace judges a made person, who performs what is asked.
func checkFace(ctx context.Context, a *app.App, s *cast.Script) error {
	const somebody = facetest.Resident
	var reference bytes.Buffer
	if err := jpeg.Encode(&reference, facetest.Portrait(somebody), nil); err != nil {
		return err
	}
	subject := biometric.Subject{Name: "某某", IDNumber: "11010519900307001X", Reference: reference.Bytes()}
	check, err := a.Face.Begin(ctx, s.Case, subject)
	if err != nil {
		return err
	}
	const fps = 10
	capture := biometric.Capture{Nonce: check.Nonce, Received: a.Clock.Now()}
	for i, picture := range facetest.Perform(somebody, check.Challenge.Steps, fps) {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, picture, nil); err != nil {
			return err
		}
		capture.Frames = append(capture.Frames, challenge.Frame{At: time.Duration(i) * time.Second / fps, Picture: b.Bytes()})
	}
	verdict, err := a.Face.Judge(ctx, check, subject, capture)
	if err == nil && verdict == nil {
		err = errors.New("the face was not judged")
	}
	return err
}

var codeText = regexp.MustCompile(`验证码是 ([0-9]{6})`)

func newestCode(ctx context.Context, phone *smsgateway.Gateway, mobile string) (string, error) {
	for range 2000 {
		for _, m := range phone.Taken() {
			if code := codeText.FindStringSubmatch(m.Text); m.To == mobile && code != nil {
				return code[1], nil
			}
		}
		if err := waitFor(ctx, 10*time.Millisecond); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("no code came in")
}

func waitFor(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// resident is the process's memory in MB.
func resident() float64 { return status("VmRSS") }

// peak is the most memory that this process ever held, in MB.
func peak() float64 { return status("VmHWM") }

func status(name string) float64 {
	n, err := strconv.ParseFloat(strings.TrimSuffix(field("/proc/self/status", name), " kB"), 64)
	if err != nil {
		return 0
	}
	return n / 1000
}
