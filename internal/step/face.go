package step

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Levels of assurance that a case records.
const (
	ByMachine = "face-match" // the built-in engine's match against a self-supplied picture
	ByOfficer = "officer"    // an officer decided
)

// What an officer's decision rests on.
const (
	OnPictures = "pictures" // the live picture and the document's, compared
	OnVideo    = "video"    // a video call
	OnCounter  = "counter"  // the person and the original document, at the counter
)

// Assurance says how surely the applicant is known, and what that rests on.
type Assurance struct {
	Level     string   `json:"level"`
	Basis     string   `json:"basis,omitempty"` // of an officer's decision
	Provider  string   `json:"provider,omitempty"`
	Score     *float64 `json:"score,omitempty"`
	Threshold float64  `json:"threshold,omitempty"`
	Live      string   `json:"live,omitempty"`
}

// FacePolicy is the operator's setting of how far a match by the built-in engine goes alone. The zero
// value has an officer confirm it.
type FacePolicy struct {
	MatchAlone bool `json:"faceMatchAlone"`
}

// VerifyFace compares the live face with the picture on the identity document (GAS-3). Body: check, nonce,
// frames [{at, jpeg}] with at in milliseconds since the first frame and jpeg in base64.
type VerifyFace struct {
	Section string `json:"section"` // that holds what identifies the applicant: its entries are
	Name    string `json:"name"`    // the name,
	Number  string `json:"number"`  // the number of the identity document,
	Photo   string `json:"photo"`   // and the file of its picture
	Policy  string `json:"policy"`  // the setting that holds a FacePolicy
}

func (VerifyFace) StepName() string { return "verify-face" }

// Outcomes of VerifyFace.
const (
	FaceMatch    = "match"
	FaceDoubtful = "review"
	FaceMismatch = "no-match"
)

// Outcomes tells how an action ends.
func (faceHandler) Outcomes(*procedure.Action) ([]string, error) {
	return []string{FaceMatch, FaceDoubtful, FaceMismatch}, nil
}

// FaceFact is what an officer sees of a doubtful check.
type FaceFact struct {
	Check  string          `json:"check"`
	Photo  cinnabar.FileID `json:"photo"` // on the document
	Frame  cinnabar.FileID `json:"frame"` // from the camera; erased with the decision
	Score  *float64        `json:"score,omitempty"`
	Limit  float64         `json:"threshold,omitempty"`
	Reason string          `json:"reason"`
}

type frameBody struct {
	Check  string `json:"check"`
	Nonce  string `json:"nonce"`
	Frames []struct {
		At   int64  `json:"at"`
		JPEG string `json:"jpeg"`
	} `json:"frames"`
}

// faceHandler has an Open part: the check is taken for this answer before the frames are judged.
type faceHandler struct{ *steps }

func (h faceHandler) parse(r *procedure.Request) (frameBody, VerifyFace, error) {
	var body frameBody
	p, err := procedure.ParamsOf[VerifyFace](r.Action)
	if err != nil {
		return body, p, err
	}
	raw, err := json.Marshal(r.Body)
	if err != nil {
		return body, p, err
	}
	if json.Unmarshal(raw, &body) != nil || body.Check == "" {
		return body, p, errs.Wrong(errs.Field{Pointer: "/check", Code: "missing"})
	}
	return body, p, nil
}

func (h faceHandler) Open(ctx context.Context, tx db.Tx, r *procedure.Request) error {
	body, p, err := h.parse(r)
	if err != nil {
		return err
	}
	_, err = h.Face.Claim(ctx, tx, body.Check, r.ID, r.Text(p.Section, "number"))
	return err
}

type judgedFace struct {
	check   *biometric.Check
	verdict *biometric.Verdict
	frame   filestore.Blob // the best frame, kept for an officer
	alone   bool
}

// Prepare gives the try back when the machine failed.
func (h faceHandler) Prepare(ctx context.Context, r *procedure.Request) (any, error) {
	body, p, err := h.parse(r)
	if err != nil {
		return nil, err
	}
	j, err := h.judge(ctx, r, body, p)
	if err != nil {
		return nil, errors.Join(err, h.Face.GiveBack(context.WithoutCancel(ctx), body.Check))
	}
	return j, nil
}

func (h faceHandler) judge(ctx context.Context, r *procedure.Request, body frameBody, p VerifyFace) (*judgedFace, error) {
	check, err := h.Face.Get(ctx, body.Check)
	if err != nil {
		return nil, err
	}
	capture, err := body.capture(r.At)
	if err != nil {
		return nil, err
	}
	subject, err := h.subject(ctx, r.Case, p)
	if err != nil {
		return nil, err
	}
	out := &judgedFace{check: check}
	if out.verdict, err = h.Face.Judge(ctx, check, subject, capture); err != nil {
		return nil, err
	}
	if out.verdict == nil {
		return nil, errs.New(errs.Conflict, "face-pending", "the provider has no result yet; ask again in a moment")
	}
	var policy FacePolicy
	if _, err := h.Settings.Get(ctx, h.DB, r.Operator, p.Policy, &policy); err != nil {
		return nil, err
	}
	out.alone = policy.MatchAlone
	if out.doubtful() && out.verdict.BestFrame != nil {
		out.frame, err = h.Files.Put(ctx, bytes.NewReader(out.verdict.BestFrame))
	}
	return out, err
}

// doubtful tells whether an officer has to look.
func (j *judgedFace) doubtful() bool {
	return j.verdict.State == biometric.Review || (j.verdict.State == biometric.Match && !j.alone)
}

func (b frameBody) capture(at time.Time) (biometric.Capture, error) {
	c := biometric.Capture{Nonce: b.Nonce, Received: at}
	for i, f := range b.Frames {
		jpeg, err := base64.StdEncoding.DecodeString(f.JPEG)
		if err != nil {
			return c, errs.Wrong(errs.Field{Pointer: fmt.Sprintf("/frames/%d/jpeg", i), Code: "malformed"})
		}
		c.Frames = append(c.Frames, challenge.Frame{Picture: jpeg, At: time.Duration(f.At) * time.Millisecond})
	}
	return c, nil
}

// subject is the applicant as handed in.
func (s *steps) subject(ctx context.Context, c *procedure.Case, p VerifyFace) (biometric.Subject, error) {
	photo, err := s.content(ctx, cinnabar.FileID(c.Text(p.Section, p.Photo)))
	if err != nil {
		return biometric.Subject{}, err
	}
	return biometric.Subject{Name: c.Text(p.Section, p.Name), IDNumber: c.Text(p.Section, p.Number), Reference: photo}, nil
}

// BeginFace issues the check that an action of VerifyFace will answer.
func BeginFace(ctx context.Context, d Deps, c *procedure.Case, a *procedure.Action) (*biometric.Check, error) {
	p, err := procedure.ParamsOf[VerifyFace](a)
	if err != nil {
		return nil, err
	}
	subject, err := (&steps{d}).subject(ctx, c, p)
	if err != nil {
		return nil, err
	}
	return d.Face.Begin(ctx, c.ID, subject, d.PublicURL+"/cases/"+string(c.ID))
}

func (h faceHandler) Apply(ctx context.Context, tx db.Tx, c *procedure.Change, prepared any) error {
	j := prepared.(*judgedFace)
	left, err := h.Face.Record(ctx, tx, j.check, j.verdict)
	if err != nil {
		return err
	}
	v := j.verdict
	for key, value := range map[string]any{"state": v.State, "reason": v.Reason, "score": v.Score, "threshold": v.Threshold, "model": v.Model, "live": v.Live} {
		c.Note(key, value)
	}
	c.Answer("reason", v.Reason)
	c.Answer("step", v.Step)
	c.Answer("triesLeft", left)
	switch {
	case j.doubtful():
		return h.leaveToOfficer(ctx, tx, c, j)
	case v.State == biometric.Match:
		c.Outcome(FaceMatch)
		return c.Remember(FactAssurance, Assurance{Level: ByMachine, Provider: j.check.Provider, Score: v.Score, Threshold: v.Threshold, Live: v.Live})
	}
	c.Outcome(FaceMismatch)
	return nil
}

func (h faceHandler) leaveToOfficer(ctx context.Context, tx db.Tx, c *procedure.Change, j *judgedFace) error {
	c.Outcome(FaceDoubtful)
	p, err := procedure.ParamsOf[VerifyFace](c.Action)
	if err != nil {
		return err
	}
	fact := FaceFact{Check: j.check.ID, Photo: cinnabar.FileID(c.Text(p.Section, p.Photo)), Score: j.verdict.Score, Limit: j.verdict.Threshold, Reason: j.verdict.Reason}
	if !j.frame.Digest.IsZero() {
		f, err := h.Files.Add(ctx, tx, filestore.NewFile{Blob: j.frame, Name: "camera.jpg", MIME: "image/jpeg", Case: c.ID, By: c.Actor})
		if err != nil {
			return err
		}
		fact.Frame = f.ID
	}
	return c.Remember(FactFace, fact)
}

// UnlockFace lets a subject try again before the rest after too many failures is over (GAS-3). Body: reason.
type UnlockFace struct {
	Section string `json:"section"`
	Number  string `json:"number"` // its field with the identity number
}

func (UnlockFace) StepName() string { return "unlock-face" }

func (s *steps) unlockFace(ctx context.Context, tx db.Tx, c *procedure.Change, p UnlockFace, none struct{}) error {
	if err := s.Face.Unlock(ctx, tx, c.Text(p.Section, p.Number), c.Actor.Person); err != nil {
		return err
	}
	return s.reason(ctx, tx, c, Reason{}, none)
}

// ForgetFace takes back what the verification of the face has come to so far: undecided checks are over, the frame from
// the camera is erased, and no assurance stands. Body: reason (may be empty).
type ForgetFace struct {
	Section string `json:"section"`
	Number  string `json:"number"` // its field with the identity number
}

func (ForgetFace) StepName() string { return "forget-face" }

func (s *steps) forgetFace(ctx context.Context, tx db.Tx, c *procedure.Change, p ForgetFace, none struct{}) error {
	if err := s.Face.Drop(ctx, tx, c.ID, c.Text(p.Section, p.Number)); err != nil {
		return err
	}
	if err := errors.Join(s.eraseFrame(ctx, tx, c), c.Remember(FactAssurance, nil)); err != nil {
		return err
	}
	return s.reason(ctx, tx, c, Reason{}, none)
}

// eraseFrame erases the picture from the camera with what was kept for an officer's decision.
func (s *steps) eraseFrame(ctx context.Context, tx db.Tx, c *procedure.Change) error {
	var kept FaceFact
	if c.Facts.Get(FactFace, &kept) && kept.Frame != "" {
		if err := s.Files.Delete(ctx, tx, kept.Frame); err != nil {
			return err
		}
	}
	return c.Remember(FactFace, nil)
}

// Assure records that an officer has established the identity, and what that rests on; the frame that the officer saw
// is erased. Body: basis, reason (a note, may be empty).
type Assure struct {
	Level string `json:"level"`
}

func (Assure) StepName() string { return "assure" }

func (s *steps) assure(ctx context.Context, tx db.Tx, c *procedure.Change, p Assure, none struct{}) error {
	a := Assurance{Level: p.Level, Basis: form.TextOf(c.Body, "basis")}
	var doubtful FaceFact
	c.Facts.Get(FactFace, &doubtful)
	a.Score, a.Threshold = doubtful.Score, doubtful.Limit
	if a.Basis == OnPictures && doubtful.Frame == "" {
		return errs.Wrong(errs.Field{Pointer: "/basis", Code: "no-live-picture"})
	}
	c.Note("basis", a.Basis)
	if err := errors.Join(s.eraseFrame(ctx, tx, c), c.Remember(FactAssurance, a)); err != nil {
		return err
	}
	return s.reason(ctx, tx, c, Reason{}, none)
}

// AssuranceText says in words what a level of assurance rests on.
func AssuranceText(a Assurance) cinnabar.Text {
	switch a.Level {
	case ByOfficer:
		on := map[string]cinnabar.Text{
			OnPictures: {Zh: "：比对现场影像与证件照片", En: ", who compared the live picture with the document's"},
			OnVideo:    {Zh: "：视频通话核对本人与证件", En: " in a video call, with the document"},
			OnCounter:  {Zh: "：当面核对本人与证件原件", En: " at the counter, with the original document"},
		}[a.Basis]
		return cinnabar.Text{Zh: "由工作人员核验确认" + on.Zh, En: "Confirmed by an officer" + on.En}
	case ByMachine:
		return cinnabar.Text{
			Zh: "由系统比对现场人脸与本人提供的证件照片，并完成动作活体检测（未按 ISO/IEC 30107-3 测试）",
			En: "Live face compared by the system with the applicant's own picture of the document, with an active challenge (not tested to ISO/IEC 30107-3)",
		}
	}
	return cinnabar.Text{Zh: "未核验", En: "Not verified"}
}
