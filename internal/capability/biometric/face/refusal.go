package face

import "fmt"

// Reason says why a picture was refused; stable, for programs and translations.
type Reason string

// The reasons. The first five concern the file, the others what is on the picture.
const (
	Empty     Reason = "empty"      // no bytes
	BadFormat Reason = "bad_format" // not a JPEG, PNG, WebP or PGM picture, or a damaged one
	Animated  Reason = "animated"   // more than one picture in the file
	TooLarge  Reason = "too_large"  // more bytes or pixels than are read
	TooSmall  Reason = "too_small"  // the picture or the face has too few pixels
	NoFace    Reason = "no_face"
	ManyFaces Reason = "many_faces"
	TooDark   Reason = "too_dark"
	TooBright Reason = "too_bright"
	Blurred   Reason = "blurred"
	Pose      Reason = "pose" // turned or tilted too far away from the camera
)

// Refusal is the error for a picture that cannot be used. The person may try again with another one.
type Refusal struct {
	Reason Reason
	// Measured and Limit are the value that was found and the one it should have kept, in the unit of
	// the Quality field concerned; both are zero where nothing was measured.
	Measured, Limit float64
	Err             error // what a decoder said, for logs
}

func (r *Refusal) Error() string {
	text := "face: picture refused: " + string(r.Reason)
	if r.Measured != 0 || r.Limit != 0 {
		text += fmt.Sprintf(" (%.3g, limit %.3g)", r.Measured, r.Limit)
	}
	if r.Err != nil {
		text += ": " + r.Err.Error()
	}
	return text
}

func (r *Refusal) Unwrap() error { return r.Err }

func refuse(reason Reason, cause error) *Refusal { return &Refusal{Reason: reason, Err: cause} }
