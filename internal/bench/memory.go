package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
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

// atMost bounds the benchmark: whatever is waited for in vain, it ends and says so.
const atMost = 5 * time.Minute

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
	held, err := alive(ctx, a, peers)
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	r.add(Figure{
		What: "memory after one contract, one face check and 60 s of rest", Value: held.resident, Unit: "MB", Limit: 200,
		Note: fmt.Sprintf("resident, %s MB of it not of the binary; the stand-ins for mail and SMS included", number(held.anonymous)),
	})
	return nil
}

// alive has the program do its work and rest, while its parts run. A part that ends ends it all.
func alive(ctx context.Context, a *app.App, peers *demo.StandIns) (held memoryHeld, err error) {
	ctx, stop := context.WithTimeout(ctx, atMost)
	defer stop()
	var parts sync.WaitGroup
	ended := make(chan error, 2)
	for _, run := range []func(context.Context) error{peers.Run, a.Run} {
		parts.Go(func() {
			err := run(ctx)
			if ctx.Err() == nil {
				err = errors.Join(err, errors.New("a part of the program ended too early"))
			}
			stop()
			ended <- err
		})
	}
	if err = work(ctx, a, peers); err == nil {
		err = waitFor(ctx, resting)
	}
	held = holds()
	stop()
	parts.Wait()
	return held, errors.Join(err, <-ended, <-ended)
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
	check, err := a.Face.Begin(ctx, s.Case, subject, "")
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

// newestCode waits for the code, which a job sends.
func newestCode(ctx context.Context, phone *smsgateway.Gateway, mobile string) (string, error) {
	for range 2000 {
		for _, m := range slices.Backward(phone.Taken()) {
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

// memoryHeld is what the process holds, in MB.
type memoryHeld struct{ resident, anonymous float64 }

func holds() memoryHeld { return memoryHeld{resident(), status("RssAnon")} }

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
