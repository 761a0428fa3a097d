package biometric

import (
	"context"
	"time"

	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/platform/errs"
)

// State is where a check stands. A check that is not Match was not passed; "not checked" is never
// "passed".
type State string

const (
	Issued    State = "issued"
	Submitted State = "submitted" // frames were taken in; the verdict is being worked out
	Match     State = "match"
	Review    State = "review" // a person must look
	NoMatch   State = "no_match"
	// Failed is no failed try: the machine failed, the document's picture shows no face, or the check was dropped.
	Failed State = "error"
)

// Info describes a provider.
type Info struct {
	Name     string // e.g. "built-in"
	Model    string // digest of weights and pipeline; templates and scores of different models are never compared
	Liveness string // how liveness is checked: "active challenge, not tested to ISO/IEC 30107-3"
	Remote   bool   // pictures leave the machine
}

// Subject is who is to be verified.
type Subject struct {
	Name      string
	IDNumber  string
	Reference []byte // the picture on the identity document; nil where the provider has its own
}

// Begun is how a check goes on: with a challenge in the page, or at the provider's own page.
type Begun struct {
	Challenge *challenge.Challenge
	Redirect  string // the provider's page (Alipay's certify URL, Tencent's H5)
	Reference string // the provider's name for the check (certify_id, BizToken)
	Expires   time.Time
}

// Capture is what the page recorded.
type Capture struct {
	Nonce    string
	Frames   []challenge.Frame
	Received time.Time
}

// Verdict is a provider's answer.
type Verdict struct {
	State     State    // Match, Review, NoMatch, or Failed where nothing could be compared with
	Reason    string   // why not, e.g. "no_face", "still_picture", "not_same"
	Step      int      // of the challenge, for "step_missing" and "wrong_step"
	Score     *float64 // nil: faces were not compared
	Threshold float64
	Live      string // how liveness was shown; "": not checked
	BestFrame []byte // the frame that was compared, for an officer
	Model     string
}

// Provider verifies that a live person is the one on a document. The built-in one answers Submit;
// remote ones (Alipay certify, Tencent faceid) send the person to their own page and answer Poll, which
// asks them server to server: the browser's return is never evidence.
type Provider interface {
	Info() Info
	// Inspect says why the picture of a document cannot be compared ("no_face", say); "" when it can, or when the
	// provider needs none. It looks for a face and recognises nobody.
	Inspect(ctx context.Context, picture []byte) (reason string, err error)
	// Begin starts a check. back is where a provider's own page sends the browser when it is done; that it came back
	// says nothing.
	Begin(ctx context.Context, s Subject, back string) (*Begun, error)
	// Submit judges a capture. Remote providers return errs.Unsupported.
	Submit(ctx context.Context, s Subject, c challenge.Challenge, capture Capture) (*Verdict, error)
	// Poll asks for the result of a check by the provider's reference; nil while there is none.
	Poll(ctx context.Context, reference string) (*Verdict, error)
}

// OwnPage is what providers have in common that film people in a page of their own.
type OwnPage struct{}

// Inspect needs no picture: the provider compares with what it has by name and number.
func (OwnPage) Inspect(context.Context, []byte) (string, error) { return "", nil }

// Submit is for films taken in our page, of which there are none.
func (OwnPage) Submit(context.Context, Subject, challenge.Challenge, Capture) (*Verdict, error) {
	return nil, errs.New(errs.Unsupported, "face-elsewhere", "faces are verified at the provider's page")
}

// ProviderDown is a provider's fault: no failed try of whoever is verified.
func ProviderDown(err error) error {
	return errs.New(errs.Unavailable, "face-provider-down", "the provider of face verification does not answer as it should; try again in a while").Because(err)
}
