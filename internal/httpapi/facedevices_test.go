package httpapi_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"image/jpeg"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/biometric/face/facetest"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
)

// camera is a browser with a key, in front of which a made person performs.
type camera struct {
	*browser
	key    *ecdsa.PrivateKey
	device string
}

// answer performs what a challenge asks and signs it.
func (c *camera) answer(what string, who uint64, asked struct {
	Nonce string
	Steps []challenge.Step
},
) object {
	t := c.b.t
	t.Helper()
	const fps = 6
	began := c.b.clock.Now()
	var frames []identity.FaceFrame
	sent := []object{}
	for i, picture := range facetest.Perform(who, asked.Steps, fps) {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, picture, nil); err != nil {
			t.Fatal(err)
		}
		at := time.Duration(i) * time.Second / fps
		frames = append(frames, identity.FaceFrame{At: at, JPEG: base64.StdEncoding.EncodeToString(b.Bytes())})
		sent = append(sent, object{"at": at.Milliseconds(), "jpeg": frames[i].JPEG})
	}
	digest := sha256.Sum256(identity.SignedFace(what, asked.Nonce, c.device, frames))
	r, s, err := ecdsa.Sign(rand.Reader, c.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	var sig [64]byte
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	film := time.Duration(len(frames)) * time.Second / fps
	c.b.clock.Advance(film - c.b.clock.Now().Sub(began)) // it took as long as the film, not as painting it
	return object{"nonce": asked.Nonce, "frames": sent, "signature": base64.RawURLEncoding.EncodeToString(sig[:])}
}

// A made person binds a browser, signs in with it by face, and another person does not. With the consent the device
// goes. Proves PLT-1, PLT-3.
func TestFaceSignInOverHTTP_PLT1_PLT3(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("painting three films takes a while")
	}
	b := newBench(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	var asked struct {
		Nonce string
		Steps []challenge.Step
	}
	signedIn := b.as("agent")
	for _, kind := range []string{"face", "face-sign-in"} { // that for cases is not enough
		signedIn.do("POST", "/people/me/face-devices/challenges", nil).refused(t, 409, "consent-missing")
		b.agree(signedIn, kind)
	}
	into(t, signedIn.do("POST", "/people/me/face-devices/challenges", nil), 201, &asked)
	c := &camera{browser: b.browser(), key: key}
	body := c.answer("bind", facetest.Resident, asked)
	body["name"], body["publicKey"] = "my telephone", base64.RawURLEncoding.EncodeToString(der)
	var device struct{ ID string }
	into(t, signedIn.do("POST", "/people/me/face-devices", body), 201, &device)
	c.device = device.ID
	signIn := func(who uint64) answer {
		into(t, c.do("POST", "/sessions/face-challenges", object{"device": c.device}), 201, &asked)
		body := c.answer("sign-in", who, asked)
		body["device"] = c.device
		return c.do("POST", "/sessions/face", body)
	}
	signIn(facetest.Stranger).refused(t, 401, "face-refused")
	var session struct {
		Level  string
		Person struct{ ID cinnabar.PersonID }
	}
	into(t, signIn(facetest.Resident), 200, &session)
	if session.Level != "face" || session.Person.ID != b.persons["agent"] {
		t.Errorf("%+v", session)
	}
	c.do("POST", "/people/me/face-devices/challenges", nil).refused(t, 403, "sign-in-again")
	var list struct{ Items []struct{ ID string } }
	into(t, c.do("GET", "/people/me/face-devices", nil), 200, &list)
	if len(list.Items) != 1 || list.Items[0].ID != c.device {
		t.Errorf("%+v", list)
	}
	c.do("DELETE", "/consents/face", nil).want(t, 204)
	into(t, c.do("GET", "/people/me/face-devices", nil), 200, &list)
	if len(list.Items) != 1 {
		t.Errorf("the consent for cases took the one for sign-in with it: %+v", list)
	}
	c.do("DELETE", "/consents/face-sign-in", nil).want(t, 204)
	into(t, c.do("GET", "/people/me/face-devices", nil), 200, &list)
	if len(list.Items) != 0 {
		t.Errorf("the device outlived the consent: %+v", list)
	}
	c.do("DELETE", "/people/me/face-devices/"+c.device, nil).want(t, 404)
}
