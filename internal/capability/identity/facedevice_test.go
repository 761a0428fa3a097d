package identity_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// faces takes the first frame's text for the face.
type faces struct {
	clock    *clocktest.Hand
	n        int
	outdated error // of all templates
}

func (f *faces) Challenge(context.Context) (identity.FaceChallenge, error) {
	f.n++
	return identity.FaceChallenge{Nonce: fmt.Sprint("nonce", f.n), Steps: []string{"nod"}, Expires: f.clock.Now().Add(time.Minute), Text: "nod"}, nil
}

func (f *faces) Learn(_ context.Context, challenge string, a identity.FaceAnswer) ([]byte, string, error) {
	if challenge != "nod" || a.Frames[0].JPEG == "photo" {
		return nil, "", errs.Wrong(errs.Field{Pointer: "/frames", Code: "still_picture"})
	}
	return []byte(a.Frames[0].JPEG), "m1", nil
}

func (f *faces) Comparable([]byte) error { return f.outdated }

func (f *faces) Recognise(_ context.Context, template []byte, _ string, a identity.FaceAnswer) (bool, string, error) {
	return string(template) == a.Frames[0].JPEG, "not_same", nil
}

// browser holds a key that it does not let out.
type browser struct {
	key    *ecdsa.PrivateKey
	public string
	device string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &browser{key: key, public: base64.RawURLEncoding.EncodeToString(der)}
}

// answer signs as WebCrypto does.
func (b *browser) answer(t *testing.T, what, nonce, face string) identity.FaceAnswer {
	t.Helper()
	a := identity.FaceAnswer{Nonce: nonce, Frames: []identity.FaceFrame{{JPEG: face}}}
	digest := sha256.Sum256(identity.SignedFace(what, nonce, b.device, a.Frames))
	r, s, err := ecdsa.Sign(rand.Reader, b.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	var sig [64]byte
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	a.Signature = base64.RawURLEncoding.EncodeToString(sig[:])
	return a
}

// bound is a person who signed in by password and bound a browser.
func (w world) bound(t *testing.T, consent bool) (cinnabar.Actor, *browser, error) {
	t.Helper()
	w.Faces = &faces{clock: w.clock}
	w.person("bound", mobile)
	a := w.actor(w.signIn("bound"))
	if consent {
		if err := w.GiveConsent(t.Context(), a, identity.FaceSignInConsent, w.wording(identity.FaceSignInConsent)); err != nil {
			t.Fatal(err)
		}
	}
	b := newBrowser(t)
	c, err := w.ChallengeBinding(t.Context(), a)
	if err != nil {
		return a, b, err
	}
	d, err := w.BindFace(t.Context(), a, "my telephone", b.public, b.answer(t, "bind", c.Nonce, "face of bound"))
	b.device = d.ID
	return a, b, err
}

// Sign-in by face needs the device's key and the face; wrong faces count and lock like wrong passwords; a device can
// be listed and ended, and the template goes with it. Proves PLT-1, PLT-3.
func TestSignInByFaceFromABoundDevice_PLT1_PLT3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		a, b, err := w.bound(t, true)
		if err != nil {
			t.Fatal(err)
		}
		try := func(with *browser, face string) (identity.SignIn, error) {
			c, err := w.ChallengeSignIn(t.Context(), with.device)
			if err != nil {
				t.Fatal(err)
			}
			return w.SignInFace(t.Context(), with.device, with.answer(t, "sign-in", c.Nonce, face), laptop)
		}
		done, err := try(b, "face of bound")
		if err != nil || done.Session.Person != a.Person || done.Session.Level != identity.Face {
			t.Fatalf("%+v, %v", done, err)
		}
		weak := cinnabar.Actor{Kind: cinnabar.Member, Person: a.Person, Session: done.Session.ID}
		if _, err := w.ChallengeBinding(t.Context(), weak); errs.As(err).Code != "sign-in-again" {
			t.Errorf("a face alone bound another device: %v", err)
		}
		thief := newBrowser(t)
		thief.device = b.device
		for range 6 { // another's key neither signs in nor locks
			if _, err := try(thief, "face of bound"); errs.As(err).Code != "face-refused" {
				t.Fatalf("another's key: %v", err)
			}
		}
		stranger := newBrowser(t)
		stranger.device = "face-dev_unknown"
		if _, err := try(stranger, "face of bound"); errs.As(err).Code != "face-refused" {
			t.Errorf("an unknown device: %v", err)
		}
		for i := range 5 {
			if _, err := try(b, "another face"); errs.As(err).Code != "face-refused" {
				t.Fatalf("try %d: %v", i, err)
			}
		}
		if _, err := try(b, "face of bound"); errs.As(err).Kind != errs.Locked {
			t.Errorf("after five wrong faces: %v", err)
		}
		if !w.out.told(a.Person, "sign-in-locked") {
			t.Error("the person was not told")
		}
		w.clock.Advance(31 * time.Minute)
		if _, err := try(b, "face of bound"); err != nil {
			t.Errorf("after the rest: %v", err)
		}
		if list, err := w.FaceDevices(t.Context(), a.Person); err != nil || len(list) != 1 || list[0].SeenAt.IsZero() || list[0].Name != "my telephone" {
			t.Errorf("%+v, %v", list, err)
		}
		if err := w.EndFaceDevice(t.Context(), weak, "face-dev_other"); errs.As(err).Kind != errs.NotFound {
			t.Errorf("another's device was ended: %v", err)
		}
		if err := w.EndFaceDevice(t.Context(), weak, b.device); err != nil {
			t.Fatal(err)
		}
		if _, err := try(b, "face of bound"); errs.As(err).Code != "face-refused" {
			t.Errorf("an ended device: %v", err)
		}
		if kept, err := db.Exists(t.Context(), d, `SELECT 1 FROM face_device WHERE face IS NOT NULL`); err != nil || kept {
			t.Errorf("the template was kept: %v", err)
		}
	})
}

// Whose template was made by a former model is told to bind the device anew, and is locked by no number of tries.
func TestOutdatedTemplateDoesNotCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		a, b, err := w.bound(t, true)
		if err != nil {
			t.Fatal(err)
		}
		try := func() error {
			c, err := w.ChallengeSignIn(t.Context(), b.device)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.SignInFace(t.Context(), b.device, b.answer(t, "sign-in", c.Nonce, "face of bound"), laptop)
			return err
		}
		engine := w.Faces.(*faces)
		engine.outdated = errs.New(errs.Unauthorized, "face-outdated", "bind it again")
		for range 6 {
			if err := try(); errs.As(err).Code != "face-outdated" {
				t.Fatal(err)
			}
		}
		if w.out.told(a.Person, "sign-in-locked") {
			t.Error("the person was told of a lock")
		}
		engine.outdated = nil
		if err := try(); err != nil {
			t.Errorf("tries that were none have locked: %v", err)
		}
	})
}

// A challenge is answered once, in its time, by whom it was given to; nothing is kept without consent.
// Proves PLT-3.
func TestFaceChallengesAreForOneAnswer_PLT3(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	if _, _, err := w.bound(t, false); errs.As(err).Code != "consent-missing" {
		t.Fatalf("without consent: %v", err)
	}
	w = newWorld(t, dbtest.SQLite(t))
	a, b, err := w.bound(t, true)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.ChallengeSignIn(t.Context(), b.device)
	if err != nil {
		t.Fatal(err)
	}
	answer := b.answer(t, "sign-in", c.Nonce, "face of bound")
	if _, err := w.BindFace(t.Context(), a, "x", b.public, answer); err == nil {
		t.Error("an answer for signing in bound a device")
	}
	if _, err := w.SignInFace(t.Context(), b.device, answer, laptop); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SignInFace(t.Context(), b.device, answer, laptop); errs.As(err).Code != "face-check-used" {
		t.Errorf("a second answer: %v", err)
	}
	late, err := w.ChallengeSignIn(t.Context(), b.device)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Minute)
	if _, err := w.SignInFace(t.Context(), b.device, b.answer(t, "sign-in", late.Nonce, "face of bound"), laptop); errs.As(err).Code != "face-check-used" {
		t.Errorf("too late: %v", err)
	}
	bind, err := w.ChallengeBinding(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	fresh := newBrowser(t)
	if _, err := w.BindFace(t.Context(), a, "x", fresh.public, fresh.answer(t, "bind", bind.Nonce, "photo")); len(errs.As(err).Fields) != 1 {
		t.Errorf("a photograph was bound: %v", err)
	}
}
