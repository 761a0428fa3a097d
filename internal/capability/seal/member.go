package seal

import (
	"context"
	"slices"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Members tells who belongs to an organisation: nobody else holds its seals (PLT-11).
type Members interface {
	IsMember(ctx context.Context, r db.Reader, org cinnabar.OrgID, p cinnabar.PersonID) (bool, error)
}

// belongs refuses whoever left the organisation: whatever password they have, its seals are not theirs any more.
func (s *Service) belongs(ctx context.Context, r db.Reader, v Seal, p cinnabar.PersonID) error {
	ok, err := s.Members.IsMember(ctx, r, v.Org, p)
	if err == nil && !ok {
		return errs.New(errs.NotFound, "not-holder", "you do not hold this seal")
	}
	return err
}

// Mine tells whether a seal is a person's: a member of its organisation who has, or will set, a password of it, or
// whose name it bears.
func (s *Service) Mine(ctx context.Context, v Seal, p cinnabar.PersonID) (bool, error) {
	ok, err := s.Members.IsMember(ctx, s.DB, v.Org, p)
	if err != nil || !ok || p == v.Holder || p == v.Owner {
		return ok, err
	}
	holders, err := holdersOf(ctx, s.DB, v)
	return slices.Contains(holders, p), err
}

// Held lists the seals that a person holds or will hold.
func (s *Service) Held(ctx context.Context, r db.Reader, p cinnabar.PersonID) ([]Seal, error) {
	all, err := sealsHeld(ctx, r, p)
	var out []Seal
	for _, v := range all {
		ok, err := s.Members.IsMember(ctx, r, v.Org, p)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, v)
		}
	}
	return out, err
}

// Left closes what somebody who left an organisation had opened of its seals. Other replicas hold it open until its
// time is over, but RecordUse lets nothing be published.
func (s *Service) Left(org cinnabar.OrgID, p cinnabar.PersonID) { s.open.closeOf(org, p) }

// nextHolder is who shall set the password of a seal's next key: whom is asked for, else the present holder. A seal
// with a person's name stays with that person.
func (s *Service) nextHolder(ctx context.Context, r db.Reader, v Seal, asked cinnabar.PersonID) (cinnabar.PersonID, error) {
	if asked == "" {
		asked = v.Holder
	}
	if v.Owner != "" && asked != v.Owner && asked != v.Holder {
		return "", errs.Wrong(errs.Field{Pointer: "/holder", Code: "not-allowed"})
	}
	ok, err := s.Members.IsMember(ctx, r, v.Org, asked)
	if err == nil && !ok {
		err = errs.Wrong(errs.Field{Pointer: "/holder", Code: "unknown"})
	}
	return asked, err
}
