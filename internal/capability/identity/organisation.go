package identity

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Kinds of organisations.
const (
	Customer = "customer"
	Operator = "operator" // runs a procedure, e.g. a gas company
)

// Admin is the role that manages the organisation's members; the last one cannot go.
const Admin = "admin"

// rolesOf are those that an organisation of a kind may give. Any organisation may keep documents of its own.
func rolesOf(kind string) []string {
	documents := []string{"doc-creator", "doc-signer", "doc-auditor"}
	if kind == Operator {
		return append(documents, Admin, "reviewer", "sealer", "supervisor", "clerk")
	}
	return append(documents, Admin, "agent", "legal-rep") // 经办人, 法定代表人
}

// Org is an organisation.
type Org struct {
	ID        cinnabar.OrgID
	Name      string
	USCC      string
	Kind      string
	Phone     string   // for customers to call
	TOTPRoles []string // roles that count only with a second factor
}

// Membership is an organisation with a person's roles in it.
type Membership struct {
	Org         Org
	Roles       []string
	Departments []cinnabar.DepartmentID
}

// Member is a person with roles in an organisation.
type Member struct {
	Person      cinnabar.PersonID
	Name        string
	Roles       []string
	Departments []cinnabar.DepartmentID
}

// CreateOrg makes an organisation; first, when given, becomes its admin. A credit code that is taken is
// errs.Conflict, code "uscc-taken".
func (s *Service) CreateOrg(ctx context.Context, by cinnabar.Actor, o Org, first cinnabar.PersonID, roles ...string) (Org, error) {
	if err := s.soundOrg(&o); err != nil {
		return Org{}, err
	}
	err := s.DB.InTx(ctx, func(tx db.Tx) error { return s.createOrg(ctx, tx, by, &o, first, roles) })
	if db.IsUnique(err) {
		err = errs.New(errs.Conflict, "uscc-taken", "an organisation with this credit code is registered; ask its administrator to add you").Because(err)
	}
	return o, err
}

// CreateMember makes an account that belongs to an organisation: to the one with o's credit code, or else to o, which
// is made with it and administered by it. All of this happens, or nothing. Errors as of CreatePerson and CreateOrg.
func (s *Service) CreateMember(ctx context.Context, by cinnabar.Actor, n NewPerson, o Org, roles ...string) (Person, Org, error) {
	p, err := s.createPerson(ctx, by, n, func(tx db.Tx, id cinnabar.PersonID) error {
		known, err := readOrg(ctx, tx, "uscc", strings.ToUpper(strings.TrimSpace(o.USCC)))
		if errors.Is(err, errs.NotFound) {
			if err := s.soundOrg(&o); err != nil {
				return err
			}
			return s.createOrg(ctx, tx, by, &o, id, roles)
		}
		if err != nil {
			return err
		}
		o = known
		return s.putMember(ctx, tx, by, o, id, roles)
	})
	return p, o, err
}

// soundOrg refuses what is no organisation.
func (s *Service) soundOrg(o *Org) error {
	o.Name, o.USCC = strings.TrimSpace(o.Name), strings.ToUpper(strings.TrimSpace(o.USCC))
	wrong := append(faultsOfName(o.Name), faultsOfPhone(o.Phone)...)
	if !s.ValidUSCC(o.USCC) {
		wrong = append(wrong, errs.Field{Pointer: "/uscc", Code: "malformed"})
	}
	if o.Kind != Customer && o.Kind != Operator {
		wrong = append(wrong, errs.Field{Pointer: "/kind", Code: "not-allowed"})
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

// orgPhoneShape takes what is printed and dialled: 0591-83300000 转 12.
var orgPhoneShape = regexp.MustCompile(`^[0-9+()（）#x转 -]{5,30}$`)

func faultsOfName(name string) []errs.Field {
	switch {
	case name == "":
		return []errs.Field{{Pointer: "/name", Code: "missing"}}
	case utf8.RuneCountInString(name) > 100:
		return []errs.Field{{Pointer: "/name", Code: "too-long"}}
	case strings.ContainsFunc(name, unicode.IsControl):
		return []errs.Field{{Pointer: "/name", Code: "malformed"}}
	}
	return nil
}

func faultsOfPhone(phone string) []errs.Field {
	if phone != "" && !orgPhoneShape.MatchString(phone) {
		return []errs.Field{{Pointer: "/phone", Code: "malformed"}}
	}
	return nil
}

// OrgChange is what an organisation can change of itself; nil stays. Its credit code is who it is.
type OrgChange struct{ Name, Phone *string }

// ChangeOrg changes an organisation's name or telephone number. Seals keep the name that they bear.
func (s *Service) ChangeOrg(ctx context.Context, by cinnabar.Actor, id cinnabar.OrgID, c OrgChange) (o Org, err error) {
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if o, err = lockOrg(ctx, tx, id); err != nil {
			return err
		}
		was := o
		if c.Name != nil {
			o.Name = strings.TrimSpace(*c.Name)
		}
		if c.Phone != nil {
			o.Phone = strings.TrimSpace(*c.Phone)
		}
		if wrong := append(faultsOfName(o.Name), faultsOfPhone(o.Phone)...); len(wrong) > 0 {
			return errs.Wrong(wrong...)
		}
		if o.Name == was.Name && o.Phone == was.Phone {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE organisation SET name = $2, phone = $3 WHERE id = $1`, id, o.Name, o.Phone); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "org.change", string(id), map[string]any{"name": []string{was.Name, o.Name}, "phone": []string{was.Phone, o.Phone}})
	})
	return o, err
}

func (s *Service) createOrg(ctx context.Context, tx db.Tx, by cinnabar.Actor, o *Org, first cinnabar.PersonID, roles []string) error {
	o.ID = cinnabar.NewID[cinnabar.OrgID]("org")
	if err := insertOrg(ctx, tx, *o, s.Clock.Now()); err != nil {
		return err
	}
	if err := s.record(ctx, tx, by, "org.create", string(o.ID), map[string]any{"kind": o.Kind}); err != nil || first == "" {
		return err
	}
	return s.putMember(ctx, tx, by, *o, first, append([]string{Admin}, roles...))
}

// Org reads an organisation; errs.NotFound when there is none.
func (s *Service) Org(ctx context.Context, id cinnabar.OrgID) (Org, error) {
	return readOrg(ctx, s.DB, "id", string(id))
}

// OrgByUSCC finds an organisation by its credit code.
func (s *Service) OrgByUSCC(ctx context.Context, uscc string) (Org, error) {
	return readOrg(ctx, s.DB, "uscc", uscc)
}

// Operators lists the organisations of kind operator by name.
func (s *Service) Operators(ctx context.Context) ([]Org, error) { return listOperators(ctx, s.DB) }

// OrgsOf lists what a person belongs to, by name.
func (s *Service) OrgsOf(ctx context.Context, r db.Reader, person cinnabar.PersonID) ([]Membership, error) {
	return orgsOf(ctx, r, person)
}

// Members lists an organisation's members by name.
func (s *Service) Members(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]Member, error) {
	return listMembers(ctx, r, org)
}

// USCCOf gives an organisation's credit code; errs.NotFound when there is none.
func (s *Service) USCCOf(ctx context.Context, r db.Reader, org cinnabar.OrgID) (string, error) {
	o, err := readOrg(ctx, r, "id", string(org))
	return o.USCC, err
}

// RolesIn gives a person's roles in an organisation; errs.NotFound when not a member.
func (s *Service) RolesIn(ctx context.Context, r db.Reader, org cinnabar.OrgID, person cinnabar.PersonID) ([]string, error) {
	return memberRoles(ctx, r, org, person)
}

// Names are the names of persons, by id.
func (s *Service) Names(ctx context.Context, r db.Reader, ids []cinnabar.PersonID) (map[cinnabar.PersonID]string, error) {
	return namesOf(ctx, r, ids)
}

// ActorIn is a member as they act for the organisation; errs.NotFound when not a member.
func (s *Service) ActorIn(ctx context.Context, r db.Reader, org cinnabar.OrgID, person cinnabar.PersonID) (cinnabar.Actor, error) {
	return memberActor(ctx, r, org, person)
}

// IsMember tells whether a person belongs to an organisation.
func (s *Service) IsMember(ctx context.Context, r db.Reader, org cinnabar.OrgID, person cinnabar.PersonID) (bool, error) {
	_, err := memberRoles(ctx, r, org, person)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// PutMember adds a person or changes the roles; both count from the next request on. Taking the admin role
// from the last who has it is errs.Conflict, code "last-admin".
func (s *Service) PutMember(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, person cinnabar.PersonID, roles []string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		o, err := lockOrg(ctx, tx, org)
		if err != nil {
			return err
		}
		if err := s.putMember(ctx, tx, by, o, person, roles); err != nil {
			return err
		}
		return s.keepAdmin(ctx, tx, org)
	})
}

func (s *Service) putMember(ctx context.Context, tx db.Tx, by cinnabar.Actor, o Org, person cinnabar.PersonID, roles []string) error {
	roles, err := allowedIn(o, roles)
	if err != nil {
		return err
	}
	if _, err := rowByID(ctx, tx, person); err != nil {
		return err
	}
	if err := upsertMember(ctx, tx, o.ID, person, roles, s.Clock.Now()); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "member.put", string(o.ID), map[string]any{"person": person, "roles": roles})
}

// RemoveMember takes a person out of an organisation: the sessions in which they act for it end with it,
// and so do the links they made for it and those that they were sent for it.
func (s *Service) RemoveMember(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, person cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error { return s.removeMember(ctx, tx, by, org, person) })
}

func (s *Service) removeMember(ctx context.Context, tx db.Tx, by cinnabar.Actor, org cinnabar.OrgID, person cinnabar.PersonID) error {
	if _, err := lockOrg(ctx, tx, org); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM member WHERE org = $1 AND person = $2`, org, person)
	if err != nil {
		return err
	}
	if n == 0 {
		return notFound("member")
	}
	if err := s.keepAdmin(ctx, tx, org); err != nil {
		return err
	}
	if err := endSessionsFor(ctx, tx, person, org); err != nil {
		return err
	}
	if err := endLinksOf(ctx, tx, person, org, s.Clock.Now()); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "member.remove", string(org), map[string]any{"person": person})
}

// keepAdmin refuses to leave an organisation without an administrator.
func (s *Service) keepAdmin(ctx context.Context, tx db.Tx, org cinnabar.OrgID) error {
	members, err := listMembers(ctx, tx, org)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(members, func(m Member) bool { return slices.Contains(m.Roles, Admin) }) {
		return nil
	}
	return errs.New(errs.Conflict, "last-admin", "somebody must remain to administer the organisation; make somebody else its administrator first")
}

// RequireSecondFactor names the roles that count only with a second factor; none: no role needs one.
func (s *Service) RequireSecondFactor(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, roles []string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		o, err := lockOrg(ctx, tx, org)
		if err != nil {
			return err
		}
		roles, err := allowedIn(o, roles)
		if err != nil {
			return err
		}
		if err := setTOTPRoles(ctx, tx, org, roles); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "org.second-factor", string(org), map[string]any{"roles": roles})
	})
}
