package pades

import (
	"time"
)

// Verdict is the answer in one word.
type Verdict string

const (
	// Valid: every signature verifies, was made by a certificate under a trusted root, and the last one
	// covers the whole file.
	Valid Verdict = "valid"
	// ValidWithAdditions is Valid, but allowed things came after the last signature: validation data.
	ValidWithAdditions Verdict = "valid-with-additions"
	// Untrusted: nothing was changed, but a certificate leads to no root that is trusted here.
	Untrusted Verdict = "unknown-signer"
	// Invalid: nothing was changed, but a signature does not hold: its certificate had ended, was revoked or is
	// not for this use, or its time-stamp does not hold.
	Invalid Verdict = "invalid"
	// Broken: something was changed, or a signature is damaged, so that nothing says what was signed.
	Broken Verdict = "broken"
	// Unsigned: the file carries no signature.
	Unsigned Verdict = "unsigned"
)

// Report says what was signed, by whom, when, what came after, and whether that was allowed.
type Report struct {
	Verdict    Verdict     `json:"verdict"`
	Signatures []Signature `json:"signatures"` // in the order of their revisions
	Revisions  []Revision  `json:"revisions"`  // that came after the first signature
	Faults     []Fault     `json:"faults"`     // of the file as a whole
	Pages      int         `json:"pages"`
	Locked     bool        `json:"locked"` // no field but those for time-stamps can be filled any more
}

// Fault is something that is wrong. Code is stable, Detail is English.
type Fault struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Codes of faults.
const (
	FaultDamaged     = "damaged"          // the file cannot be read
	FaultHidden      = "signature-hidden" // a signature that no field leads to
	FaultFieldTwice  = "field-name-twice" // two fields of one name
	FaultByteRange   = "byte-range"       // the signed ranges are not the file but for one gap
	FaultContents    = "contents"         // the gap is not exactly the signature's value
	FaultPadding     = "padding"          // something stands behind the signature's value
	FaultRevision    = "revision"         // what is signed is not a whole revision of the file
	FaultFormat      = "format"           // not a kind of signature that is understood
	FaultDigest      = "digest"           // the bytes are not those that were signed
	FaultSignature   = "signature"        // the signature value does not verify
	FaultTimeStamp   = "time-stamp"       // the time-stamp does not hold or is over something else
	FaultTimeOrder   = "time-order"       // a later signature with an earlier time
	FaultCertificate = "certificate"      // not valid at the time, or not for this use
	FaultUntrusted   = "certificate-untrusted"
	FaultRevoked     = "certificate-revoked"
	FaultStray       = "certificate-stray" // a certificate beside the chain that nothing vouches for
	FaultCertifying  = "certification"     // DocMDP where it must not be
	FaultLaterChange = "later-change"      // a change that no signature allows
	FaultTrailer     = "trailer"           // a later revision exchanged the document
	FaultForbidden   = "forbidden-by-lock" // filled although an earlier signature locked it
)

// Kinds of signatures.
const (
	KindSignature = "signature"
	KindTimeStamp = "document-time-stamp"
)

// Signature is one signature or document time-stamp.
type Signature struct {
	Fields   []string `json:"fields"` // more than one where one signature has several places (骑缝章)
	Kind     string   `json:"kind"`
	Level    string   `json:"level"` // B-B, B-T, B-LT, B-LTA
	Name     string   `json:"name"`  // common name of the certificate
	Org      string   `json:"organization,omitempty"`
	Issuer   string   `json:"issuer"`
	Serial   string   `json:"serial"`          // of the certificate, hexadecimal
	CertKind string   `json:"certificateKind"` // as VerifyOptions.Kind says
	Reason   string   `json:"reason,omitempty"`
	Location string   `json:"location,omitempty"`

	Time        *time.Time `json:"time,omitempty"`        // proven by a time-stamp
	ClaimedTime string     `json:"claimedTime,omitempty"` // as the signer's machine said, unproven
	TimeStamper string     `json:"timeStamper,omitempty"`

	Revision    int    `json:"revision"` // 1 is the oldest
	SignedBytes int    `json:"signedBytes"`
	CoversFile  bool   `json:"coversWholeFile"`
	DigestOK    bool   `json:"digestOk"`
	SignatureOK bool   `json:"signatureOk"`
	ChainOK     bool   `json:"chainOk"`
	TimeOK      bool   `json:"timeStampOk"`
	Revocation  string `json:"revocation"` // good, revoked, unknown

	Certifies int      `json:"certifies,omitempty"` // DocMDP P
	Locks     bool     `json:"locks,omitempty"`     // FieldMDP
	Faults    []Fault  `json:"faults"`
	Notes     []string `json:"notes,omitempty"`
}

func (s *Signature) fault(code, detail string) {
	s.Faults = append(s.Faults, Fault{Code: code, Detail: detail})
}

// Revision is what was appended at one time after the first signature.
type Revision struct {
	Number  int      `json:"number"` // 1 is the oldest of the file
	Start   int      `json:"start"`
	End     int      `json:"end"`
	Signed  bool     `json:"signed"` // by a signature of its own
	Changes []Change `json:"changes"`
	Faults  []Fault  `json:"faults"`
}

func (r *Revision) fault(code, detail string) {
	r.Faults = append(r.Faults, Fault{Code: code, Detail: detail})
}

// Change is one object that a later revision added or replaced.
type Change struct {
	Object  int    `json:"object"`
	What    string `json:"what"`
	Allowed bool   `json:"allowed"`
}

// verdict is what one signature says of the file. Only one that verifies over its digest proves that nothing
// was changed, whoever made it.
func (s *Signature) verdict() Verdict {
	out := Valid
	for _, f := range s.Faults {
		switch f.Code {
		case FaultUntrusted:
			if out == Valid {
				out = Untrusted
			}
		case FaultCertificate, FaultRevoked, FaultTimeStamp, FaultTimeOrder, FaultFormat:
			if !s.SignatureOK {
				return Broken
			}
			out = Invalid
		default:
			return Broken
		}
	}
	return out
}

func (r *Report) settle() {
	covered, untrusted, invalid := false, false, false
	broken := len(r.Faults) > 0
	for _, s := range r.Signatures {
		covered = covered || s.CoversFile
		switch s.verdict() {
		case Broken:
			broken = true
		case Invalid:
			invalid = true
		case Untrusted:
			untrusted = true
		}
	}
	for _, rev := range r.Revisions {
		broken = broken || len(rev.Faults) > 0
	}
	switch {
	case broken:
		r.Verdict = Broken
	case len(r.Signatures) == 0:
		r.Verdict = Unsigned
	case invalid:
		r.Verdict = Invalid
	case untrusted:
		r.Verdict = Untrusted
	case covered:
		r.Verdict = Valid
	default:
		r.Verdict = ValidWithAdditions
	}
}
