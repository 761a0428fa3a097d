package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// ownFingers is the purpose for which people enrol their own fingers; a business that needs prints asks for its
// own.
const ownFingers = "account"

const fingerConsent = identity.FingerprintConsent

func (s *Server) fingerRoutes() {
	get(s, "/people/me/fingers", "people", "The caller's enrolled fingers", s.listFingers)
	put(s, "/people/me/fingers", "people", "Enrol three fingers in the place of former ones; needs the consent \"fingerprint\"", s.enrolFingers)
	del(s, "/people/me/fingers", "people", "Delete the templates of the caller's fingers", s.forgetFingers)
	post(s, "/people/me/fingers/verifications", "people", "Compare a print with the caller's enrolled fingers", http.StatusOK, s.verifyFinger)
}

// FingerView is an enrolled finger.
type FingerView struct {
	Position   int       `json:"position" doc:"ISO/IEC 19794-2: 1 right thumb to 10 left little finger."`
	Quality    int       `json:"quality" doc:"0 to 100 by the engine's own measure; it is not NFIQ 2."`
	Model      string    `json:"model"`
	EnrolledAt time.Time `json:"enrolledAt"`
}

// PrintSource is where a print comes from: a capture by a device, or a scan that the caller uploaded. Either is
// used up by it.
type PrintSource struct {
	Capture string          `json:"capture,omitempty" maxLength:"60" doc:"From POST /captures, once its state is captured."`
	File    cinnabar.FileID `json:"file,omitempty" maxLength:"60" doc:"A scan uploaded by the caller, to no case: 8-bit PNG, TIFF or BMP."`
	DPI     int             `json:"dpi,omitempty" minimum:"0" maximum:"2100" doc:"Pixels per inch of a scan whose file does not say; 0 is 500."`
}

// PrintInput is a print of a finger to be enrolled.
type PrintInput struct {
	PrintSource
	Position int `json:"position" minimum:"1" maximum:"10"`
}

func (s *Server) listFingers(ctx context.Context, _ *struct{}) (*struct{ Body Items[FingerView] }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return s.fingersOf(ctx, a)
}

func (s *Server) fingersOf(ctx context.Context, a cinnabar.Actor) (*struct{ Body Items[FingerView] }, error) {
	list, err := s.Fingers.Enrolled(ctx, a.Person, ownFingers)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Items[FingerView] }{Items[FingerView]{Items: []FingerView{}}}
	for _, f := range list {
		out.Body.Items = append(out.Body.Items, FingerView{f.Position, f.Quality, f.Model, f.EnrolledAt})
	}
	return out, nil
}

// agreed refuses whoever did not consent to prints being processed, or withdrew it (PLT-3).
func (s *Server) agreed(ctx context.Context, r db.Reader, a cinnabar.Actor) error {
	ok, err := s.Identity.HasConsent(ctx, r, a.Person, fingerConsent)
	if err == nil && !ok {
		err = errs.New(errs.Conflict, "consent-missing", "agree to the processing of fingerprints first, or choose the way without them").With("kind", fingerConsent)
	}
	return err
}

func (s *Server) enrolFingers(ctx context.Context, in *struct {
	Body struct {
		Prints []PrintInput `json:"prints" minItems:"3" maxItems:"3"`
	}
},
) (*struct{ Body Items[FingerView] }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.agreed(ctx, s.DB, a); err != nil {
		return nil, err
	}
	var prints []biometric.Print
	for i, p := range in.Body.Prints {
		print, err := s.print(ctx, a, p.PrintSource, fmt.Sprintf("/prints/%d", i))
		if err != nil {
			return nil, err
		}
		print.Position = p.Position
		prints = append(prints, print)
	}
	read, err := s.Fingers.Read(ctx, prints)
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.agreed(ctx, tx, a); err != nil {
			return err
		}
		return s.Fingers.Enrol(ctx, tx, a.Person, ownFingers, read, a.Person)
	})
	if err != nil {
		return nil, err
	}
	return s.fingersOf(ctx, a)
}

func (s *Server) forgetFingers(ctx context.Context, _ *struct{}) (*struct{}, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx db.Tx) error { return s.Fingers.Forget(ctx, tx, a.Person, ownFingers) })
}

// FingerVerdict is the outcome of a comparison. What was not checked was not passed.
type FingerVerdict struct {
	State     biometric.State `json:"state" enum:"match,no_match"`
	Score     float64         `json:"score"`
	Threshold float64         `json:"threshold"`
	FMR       float64         `json:"fmr" doc:"False match rate that the threshold stands for, of one finger."`
	Position  int             `json:"position" doc:"Of the enrolled finger that came closest."`
	Model     string          `json:"model"`
	Live      string          `json:"live" enum:"not-checked" doc:"Whether the finger lives is the sensor's to tell."`
	TriesLeft int             `json:"triesLeft"`
}

func (s *Server) verifyFinger(ctx context.Context, in *struct{ Body PrintSource }) (*struct{ Body FingerVerdict }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.agreed(ctx, s.DB, a); err != nil {
		return nil, err
	}
	print, err := s.print(ctx, a, in.Body, "")
	if err != nil {
		return nil, err
	}
	read, err := s.Fingers.Read(ctx, []biometric.Print{print})
	if err != nil {
		return nil, err
	}
	source := "scan"
	if in.Body.Capture != "" {
		source = "capture/" + in.Body.Capture
	}
	r, left, err := s.Fingers.Check(ctx, a.Person, ownFingers, source, read[0])
	if err != nil {
		return nil, err
	}
	return &struct{ Body FingerVerdict }{FingerVerdict{r.State, r.Score, r.Threshold, r.FMR, r.Position, r.Model, "not-checked", left}}, nil
}

// print fetches a picture. pointer is its place in the request.
func (s *Server) print(ctx context.Context, a cinnabar.Actor, from PrintSource, pointer string) (biometric.Print, error) {
	switch {
	case from.Capture != "" && from.File == "":
		c, picture, err := s.Devices.Take(ctx, a, from.Capture)
		return biometric.Print{Position: c.Position, Picture: picture, DPI: float64(c.DPI)}, err
	case from.File != "" && from.Capture == "":
		picture, err := s.scan(ctx, a, from.File)
		return biometric.Print{Picture: picture, DPI: float64(from.DPI)}, err
	}
	return biometric.Print{}, errs.Wrong(errs.Field{Pointer: pointer, Code: "missing"})
}

// maxScan is more than any scan that the engine reads.
const maxScan = 24<<20 + 1

// scan reads an uploaded picture and deletes it: raw prints are kept only where a procedure says so.
func (s *Server) scan(ctx context.Context, a cinnabar.Actor, id cinnabar.FileID) (picture []byte, err error) {
	f, err := s.Files.Get(ctx, id)
	if errors.Is(err, errs.NotFound) || (err == nil && (f.Case != "" || f.Uploader != filestore.Uploader(a))) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, err
	}
	_, r, err := s.Files.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	picture, err = io.ReadAll(io.LimitReader(r, maxScan))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	return picture, s.DB.InTx(ctx, func(tx db.Tx) error { return s.Files.Delete(ctx, tx, id) })
}
