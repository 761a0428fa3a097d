package identity

import (
	"context"
	"errors"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// ChallengeSignIn begins a sign-in by face from a device. An unknown device is answered alike.
func (s *Service) ChallengeSignIn(ctx context.Context, device string) (FaceChallenge, error) {
	if s.Faces == nil {
		return FaceChallenge{}, errFaceOff
	}
	c, err := s.Faces.Challenge(ctx)
	if err != nil {
		return c, err
	}
	return c, s.DB.InTx(ctx, func(tx db.Tx) error { return insertChallenge(ctx, tx, c, "", device) })
}

// SignInFace signs in by a device's key and the face of its person. Both are needed. A wrong signature comes from
// somebody else and does not count; a wrong face counts like a wrong password: five lock for 30 minutes, twice as
// long each further time (errs.Locked). A doubtful face is a wrong one. Whoever has set up a second factor needs it
// too.
func (s *Service) SignInFace(ctx context.Context, device string, a FaceAnswer, from Client) (SignIn, error) {
	if s.Faces == nil {
		return SignIn{}, errFaceOff
	}
	var challenge string
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		challenge, err = claimChallenge(ctx, tx, a.Nonce, "", device, s.Clock.Now())
		return err
	})
	if err != nil {
		return SignIn{}, err
	}
	d, err := readFaceDevice(ctx, s.DB, device)
	if errors.Is(err, db.ErrNoRows) || (err == nil && !provesKey(d.publicKey, SignedFace("sign-in", a.Nonce, device, a.Frames), a.Signature)) {
		return SignIn{}, errFaceRefused
	}
	if err != nil {
		return SignIn{}, err
	}
	p, err := rowByID(ctx, s.DB, d.person)
	if err != nil {
		return SignIn{}, err
	}
	if p.disabledAt != 0 {
		return SignIn{}, errFaceRefused
	}
	if err := s.tryFace(ctx, d, challenge, a, from); err != nil {
		return SignIn{}, err
	}
	return s.begin(ctx, p.id, levelOf(p, Face), from)
}

func faceKey(p cinnabar.PersonID) string { return "face/" + string(p) }

// tryFace counts the try, then makes it; a template that nothing can be compared with is no try. The person is told
// when it closes the lock.
func (s *Service) tryFace(ctx context.Context, d faceRow, challenge string, a FaceAnswer, from Client) error {
	template, err := s.Vault.Open(ctx, s.DB, subject(d.person), facePlace(d.id, d.model), d.sealed)
	if err != nil {
		return err
	}
	if err := s.Faces.Comparable(template); err != nil {
		return err
	}
	closed, err := s.count(ctx, faceKey(d.person))
	if err != nil {
		return err
	}
	same, reason, err := s.Faces.Recognise(ctx, template, challenge, a)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if !same {
			return s.refused(ctx, tx, "sign-in", d.person, closed, from)
		}
		return errors.Join(success(ctx, tx, faceKey(d.person)), touchFaceDevice(ctx, tx, d.id, s.Clock.Now()))
	})
	if err == nil && !same {
		return errFaceRefused.With("reason", reason)
	}
	return err
}
