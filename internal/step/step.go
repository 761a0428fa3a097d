// Package step is what capabilities can do as named steps of any procedure: verify a face, judge
// materials, sign, seal. A step's parameters are its exported struct; New registers the behaviours.
// A step whose meaning changes gets a new name, since running cases keep to what they began with.
package step

import (
	"context"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/setting"
	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// Facts that steps remember about a case.
const (
	FactAssurance = "assurance" // how surely the applicant's identity is known (Assurance)
	FactDocument  = "document"  // the id of the case's document
	FactSigner    = "signer"    // the person whose identity was verified
	FactUnmasked  = "unmasked"  // who has looked at what is masked, and since when
	FactFace      = "face"      // what an officer needs to decide a doubtful face (FaceFact)
	FactPlaces    = "places"    // the sizes of the document's places (Sizes)
	FactSealing   = "sealing"   // the sealing instruction (Instruction)
	FactRead      = "read"      // the digest of the document that was read to its last page
	FactTemplate  = "type"      // what the document is made of, where the procedure has documents of several kinds
	FactNumber    = "number"    // the document's number, where its business tells it by that
)

// Deps are what the steps need.
type Deps struct {
	DB        db.DB
	Face      *biometric.Service
	Settings  *setting.Service
	Files     *filestore.Service
	Documents *document.Service
	Signing   *signing.Service
	Seals     *seal.Service
	Straddler Straddler
	Companies Companies
	Bulk      *Bulk
	PublicURL string // where people reach this installation: a provider's page sends them back
}

// Companies knows which company an organisation is.
type Companies interface {
	// USCCOf is an organisation's credit code.
	USCCOf(ctx context.Context, r db.Reader, org cinnabar.OrgID) (string, error)
}

type steps struct{ Deps }

// Handlers returns the behaviours by step name.
func Handlers(d Deps) procedure.Handlers {
	s := &steps{d}
	return procedure.Handlers{
		VerifyFace{}.StepName(): faceHandler{s},
		Assure{}.StepName():     procedure.Behaviour[Assure, struct{}](nil, s.assure),
		ForgetFace{}.StepName(): procedure.Behaviour[ForgetFace, struct{}](nil, s.forgetFace),
		UnlockFace{}.StepName(): procedure.Behaviour[UnlockFace, struct{}](nil, s.unlockFace),
		Judge{}.StepName():      procedure.Behaviour[Judge, struct{}](nil, s.judge),
		Reason{}.StepName():     procedure.Behaviour[Reason, struct{}](nil, s.reason),
		Assign{}.StepName():     procedure.Behaviour[Assign, struct{}](nil, s.assign),
		Unmask{}.StepName():     procedure.Behaviour[Unmask, struct{}](nil, s.unmask),

		Read{}.StepName():          procedure.Behaviour[Read, struct{}](nil, s.read),
		Sign{}.StepName():          procedure.Behaviour(s.prepareSign, s.applySign),
		Decline{}.StepName():       procedure.Behaviour[Decline, struct{}](nil, s.decline),
		DeclineSeal{}.StepName():   procedure.Behaviour(s.whoseSeal, s.declineSeal),
		InstructSeals{}.StepName(): procedure.Behaviour[InstructSeals, struct{}](nil, s.instruct),
		UnlockSeal{}.StepName():    procedure.Behaviour(s.prepareUnlock, s.applyUnlock),
		Countersign{}.StepName():   procedure.Behaviour(s.prepareCountersign, s.applyCountersign),
		EndDocument{}.StepName():   procedure.Behaviour[EndDocument, struct{}](nil, s.end),
		VoidDocument{}.StepName():  procedure.Behaviour[VoidDocument, struct{}](nil, s.void),
	}
}
