package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/platform/errs"
)

// faceSignIn has the built-in engine verify faces for sign-in: a remote provider would send people to its own page
// before it is known who they are.
type faceSignIn struct{ a *App }

// engine is the built-in provider; errs.Unavailable where there is none.
func (f faceSignIn) engine() (*biometric.BuiltIn, error) {
	if f.a.faceJudge != nil {
		return f.a.faceJudge, nil
	}
	return nil, errs.New(errs.Unavailable, "face-off", "this installation verifies no faces; sign in another way")
}

func (f faceSignIn) Challenge(ctx context.Context) (out identity.FaceChallenge, err error) {
	b, err := f.engine()
	if err != nil {
		return out, err
	}
	begun, err := b.Begin(ctx, biometric.Subject{}, "")
	if err != nil {
		return out, err
	}
	text, err := json.Marshal(begun.Challenge)
	out = identity.FaceChallenge{Nonce: begun.Challenge.Nonce, Expires: begun.Expires, Text: string(text)}
	for _, step := range begun.Challenge.Steps {
		out.Steps = append(out.Steps, string(step))
	}
	return out, err
}

func (f faceSignIn) Learn(ctx context.Context, text string, a identity.FaceAnswer) (template []byte, model string, err error) {
	b, err := f.engine()
	if err != nil {
		return nil, "", err
	}
	c, capture, err := captured(text, a)
	if err != nil {
		return nil, "", err
	}
	template, v, err := b.Learn(ctx, c, capture)
	if err != nil {
		return nil, "", err
	}
	if template == nil {
		return nil, "", errs.Wrong(errs.Field{Pointer: "/frames", Code: v.Reason, Params: map[string]any{"step": v.Step}})
	}
	return template, v.Model, nil
}

var errFaceOutdated = errs.New(errs.Unauthorized, "face-outdated", "faces are recognised by another model since this device was bound; sign in another way, end the device and bind it again")

func (f faceSignIn) Comparable(template []byte) error {
	b, err := f.engine()
	if err != nil {
		return err
	}
	if err = b.Comparable(template); errors.Is(err, face.ErrOtherModel) {
		return errFaceOutdated
	}
	return err
}

// Recognise takes a doubtful face for a wrong one: nobody looks at a sign-in.
func (f faceSignIn) Recognise(ctx context.Context, template []byte, text string, a identity.FaceAnswer) (same bool, reason string, err error) {
	b, err := f.engine()
	if err != nil {
		return false, "", err
	}
	c, capture, err := captured(text, a)
	if err != nil {
		return false, "", err
	}
	v, err := b.Recognise(ctx, template, c, capture)
	if err != nil {
		return false, "", err
	}
	return v.State == biometric.Match, v.Reason, nil
}

func captured(text string, a identity.FaceAnswer) (c challenge.Challenge, capture biometric.Capture, err error) {
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, capture, err
	}
	capture.Nonce, capture.Received = a.Nonce, a.Received
	for i, frame := range a.Frames {
		picture, err := base64.StdEncoding.DecodeString(frame.JPEG)
		if err != nil {
			return c, capture, errs.Wrong(errs.Field{Pointer: fmt.Sprintf("/frames/%d/jpeg", i), Code: "malformed"})
		}
		capture.Frames = append(capture.Frames, challenge.Frame{Picture: picture, At: frame.At})
	}
	return c, capture, nil
}
