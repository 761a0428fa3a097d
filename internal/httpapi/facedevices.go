package httpapi

import (
	"context"
	"net/http"
	"time"

	"cinnabar/internal/capability/identity"
)

func (s *Server) faceDeviceRoutes() {
	post(s, "/sessions/face-challenges", "sessions", "Begin a sign-in by face from a device bound before", http.StatusCreated, s.challengeFaceSignIn)
	post(s, "/sessions/face", "sessions", "Sign in by the device's key and the face of its person", http.StatusOK, s.signInFace)
	get(s, "/people/me/face-devices", "people", "The devices from which the caller signs in by face", s.listFaceDevices)
	post(s, "/people/me/face-devices/challenges", "people", "Begin to bind a device; needs the consent \"face-sign-in\"", http.StatusCreated, s.challengeFaceBinding)
	post(s, "/people/me/face-devices", "people", "Bind a device", http.StatusCreated, s.bindFaceDevice)
	del(s, "/people/me/face-devices/{id}", "people", "End a device; its template is deleted", s.endFaceDevice)
}

// FaceChallengeView is what a person is to do in front of the camera.
type FaceChallengeView struct {
	Nonce     string    `json:"nonce"`
	Steps     []string  `json:"steps" enum:"turn-left,turn-right,nod,come-nearer,blink" doc:"To be shown in this order."`
	ExpiresAt time.Time `json:"expiresAt"`
}

// FaceAnswerInput is what a device recorded. It signs the text
//
//	cinnabar-face-v1 LF what LF nonce LF device LF frames LF
//
// by ECDSA P-256 with SHA-256; what is "bind" or "sign-in", device is empty while binding, and frames is the SHA-256
// in hexadecimal of the frames' base64 texts, each followed by LF.
type FaceAnswerInput struct {
	Nonce     string           `json:"nonce" maxLength:"64"`
	Frames    []FaceFrameInput `json:"frames" minItems:"1" maxItems:"200"`
	Signature string           `json:"signature" maxLength:"100" doc:"r and s as WebCrypto writes them, base64url without padding."`
}

// FaceFrameInput is one picture.
type FaceFrameInput struct {
	At   int64  `json:"at" minimum:"0" doc:"Milliseconds since the first frame."`
	JPEG string `json:"jpeg" doc:"In base64."`
}

func (s *Server) answered(in FaceAnswerInput) identity.FaceAnswer {
	a := identity.FaceAnswer{Nonce: in.Nonce, Signature: in.Signature, Received: s.Clock.Now()}
	for _, f := range in.Frames {
		a.Frames = append(a.Frames, identity.FaceFrame{At: time.Duration(f.At) * time.Millisecond, JPEG: f.JPEG})
	}
	return a
}

type challengeAnswer struct{ Body FaceChallengeView }

func challengeJSON(c identity.FaceChallenge, err error) (*challengeAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &challengeAnswer{FaceChallengeView{c.Nonce, c.Steps, c.Expires}}, nil
}

func (s *Server) challengeFaceSignIn(ctx context.Context, in *struct {
	Body struct {
		Device string `json:"device" minLength:"1" maxLength:"60"`
	}
},
) (*challengeAnswer, error) {
	return challengeJSON(s.Identity.ChallengeSignIn(ctx, in.Body.Device))
}

type faceSignInInput struct {
	Connection
	Body struct {
		FaceAnswerInput
		Device string `json:"device" minLength:"1" maxLength:"60"`
	}
}

func (s *Server) signInFace(ctx context.Context, in *faceSignInInput) (*signInAnswer, error) {
	done, err := s.Identity.SignInFace(ctx, in.Body.Device, s.answered(in.Body.FaceAnswerInput), callerOf(ctx).client)
	if err != nil {
		return nil, err
	}
	return s.signedInBy(ctx, in.Connection, done)
}

// FaceDeviceView is a device from which the caller signs in by face.
type FaceDeviceView struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Agent     string     `json:"agent" doc:"The browser as it named itself."`
	CreatedAt time.Time  `json:"createdAt"`
	SeenAt    *time.Time `json:"seenAt,omitempty" doc:"Of the last sign-in."`
}

func faceDeviceJSON(d identity.FaceDevice) FaceDeviceView {
	return FaceDeviceView{d.ID, d.Name, d.Agent, d.CreatedAt, optional(d.SeenAt)}
}

func (s *Server) listFaceDevices(ctx context.Context, _ *struct{}) (*struct{ Body Items[FaceDeviceView] }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Identity.FaceDevices(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Items[FaceDeviceView] }{Items[FaceDeviceView]{Items: []FaceDeviceView{}}}
	for _, d := range list {
		out.Body.Items = append(out.Body.Items, faceDeviceJSON(d))
	}
	return out, nil
}

func (s *Server) challengeFaceBinding(ctx context.Context, _ *struct{}) (*challengeAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return challengeJSON(s.Identity.ChallengeBinding(ctx, a))
}

func (s *Server) bindFaceDevice(ctx context.Context, in *struct {
	Body struct {
		FaceAnswerInput
		Name      string `json:"name" minLength:"1" maxLength:"60"`
		PublicKey string `json:"publicKey" maxLength:"200" doc:"ECDSA P-256, SubjectPublicKeyInfo (WebCrypto spki), base64url without padding."`
	}
},
) (*struct{ Body FaceDeviceView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.Identity.BindFace(ctx, a, in.Body.Name, in.Body.PublicKey, s.answered(in.Body.FaceAnswerInput))
	if err != nil {
		return nil, err
	}
	return &struct{ Body FaceDeviceView }{faceDeviceJSON(d)}, nil
}

func (s *Server) endFaceDevice(ctx context.Context, in *struct {
	ID string `path:"id"`
},
) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Identity.EndFaceDevice(ctx, a, in.ID)
}
