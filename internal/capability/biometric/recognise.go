package biometric

import (
	"context"
	"fmt"

	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/face/challenge"
)

// Learn judges a capture by its challenge alone and gives the template of the face, for an enrolment. When the
// capture fails the template is nil and the verdict says why. Templates are as sensitive as the face.
func (b *BuiltIn) Learn(ctx context.Context, c challenge.Challenge, capture Capture) (template []byte, v *Verdict, err error) {
	leave, err := b.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	live, v, err := b.live(ctx, c, capture)
	if err != nil || v != nil {
		return nil, v, err
	}
	template, err = live.Template.MarshalBinary()
	return template, &Verdict{State: Match, Live: b.Info().Liveness, Model: b.Info().Model}, err
}

// Comparable tells whether captures can be compared with a template from Learn. It is face.ErrOtherModel when
// another model has made it: the person enrols again.
func (b *BuiltIn) Comparable(template []byte) error {
	_, err := b.known(template)
	return err
}

func (b *BuiltIn) known(template []byte) (known face.Template, err error) {
	if err := known.UnmarshalBinary(template); err != nil {
		return known, fmt.Errorf("stored template: %w", err)
	}
	if known.Model != b.engine.Info().Model {
		return known, face.ErrOtherModel
	}
	return known, nil
}

// Recognise compares a capture that passes its challenge with a template from Learn, which must be Comparable.
func (b *BuiltIn) Recognise(ctx context.Context, template []byte, c challenge.Challenge, capture Capture) (*Verdict, error) {
	known, err := b.known(template)
	if err != nil {
		return nil, err
	}
	leave, err := b.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	live, v, err := b.live(ctx, c, capture)
	if err != nil || v != nil {
		return v, err
	}
	return b.compare(known, live, capture)
}
