// Package cast gives benchmarks and crash tests their people: a gas company with its officers and seals,
// customers with theirs, and a Script that plays a case from its beginning into force. All is done through
// the services that people use.
package cast

import (
	"context"
	"fmt"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
)

const (
	password     = "changan-2026-mima"
	sealPassword = "yinzhang-2026-mima"
)

// Person is an account with its roles in its organisation.
type Person struct {
	ID     cinnabar.PersonID
	Org    cinnabar.OrgID
	Name   string
	Mobile string
	Roles  []string
}

// Actor is the person acting for the organisation.
func (p Person) Actor() cinnabar.Actor {
	return cinnabar.Actor{Kind: cinnabar.Member, Person: p.ID, Org: p.Org, Name: p.Name, Roles: p.Roles, Address: "127.0.0.1", Agent: "script"}
}

// Company is an organisation with its people by role and its seals by kind.
type Company struct {
	ID      cinnabar.OrgID
	Name    string
	USCC    string
	Address string
	People  map[string]Person
	Seals   map[seal.Kind]cinnabar.SealID
}

// Cast is everybody.
type Cast struct {
	Gas       Company
	Customers []Company
}

// Settle makes a gas company and n customers, without seals when those are not wanted. The tag, up to 99,
// keeps several casts of one installation apart.
func Settle(ctx context.Context, a *app.App, n, tag int, seals bool) (*Cast, error) {
	s := settler{ctx, a, tag, seals}
	gas, err := s.company(0, identity.Operator, "clerk", "reviewer", "sealer", "supervisor")
	if err != nil {
		return nil, err
	}
	policy := gascontract.Policy{SupplierAddress: gas.Address, EmergencyPhone: "0591-00000000"}
	if _, err := a.Settings.Put(ctx, gas.People["supervisor"].Actor(), gascontract.SettingPolicy, 0, policy); err != nil {
		return nil, err
	}
	out := &Cast{Gas: gas}
	for i := range n {
		c, err := s.company(i+1, identity.Customer, "agent", "legal-rep")
		if err != nil {
			return nil, err
		}
		out.Customers = append(out.Customers, c)
	}
	return out, nil
}

type settler struct {
	ctx   context.Context
	app   *app.App
	tag   int
	seals bool
}

// company makes the organisation number n; the first of its roles administers it.
func (s settler) company(n int, kind string, roles ...string) (Company, error) {
	code := fmt.Sprintf("91350100M%02d%06d", s.tag, n)
	c := Company{
		Name: fmt.Sprintf("示例公司%d之%d", s.tag, n), USCC: code + string(form.USCCCheck(code)),
		Address: "示例市和平路 88 号", People: map[string]Person{}, Seals: map[seal.Kind]cinnabar.SealID{},
	}
	system := cinnabar.Actor{Kind: cinnabar.System}
	for i, role := range roles {
		login := fmt.Sprintf("%s-%d-%d", role, s.tag, n)
		p := Person{Name: "某某" + role, Mobile: fmt.Sprintf("139%02d%04d%02d", s.tag, n, i), Roles: []string{role}}
		made, err := s.app.Identity.CreatePerson(s.ctx, system, identity.NewPerson{Name: p.Name, Login: login, Mobile: p.Mobile, Password: password})
		if err != nil {
			return c, fmt.Errorf("account %s: %w", login, err)
		}
		p.ID = made.ID
		c.People[role] = p
	}
	if err := s.organise(&c, kind, roles); err != nil {
		return c, fmt.Errorf("organisation %s: %w", c.Name, err)
	}
	if !s.seals {
		return c, nil
	}
	return c, s.makeSeals(&c, kind)
}

func (s settler) organise(c *Company, kind string, roles []string) error {
	admin := c.People[roles[0]]
	admin.Roles = append(admin.Roles, "admin")
	org, err := s.app.Identity.CreateOrg(s.ctx, cinnabar.Actor{Kind: cinnabar.System},
		identity.Org{Name: c.Name, USCC: c.USCC, Kind: kind, Phone: "0591-00000000"}, admin.ID, admin.Roles...)
	if err != nil {
		return err
	}
	c.ID, admin.Org = org.ID, org.ID
	c.People[roles[0]] = admin
	for _, role := range roles[1:] {
		p := c.People[role]
		p.Org = org.ID
		c.People[role] = p
		if err := s.app.Identity.PutMember(s.ctx, admin.Actor(), org.ID, p.ID, p.Roles); err != nil {
			return err
		}
	}
	return nil
}

func (s settler) makeSeals(c *Company, kind string) error {
	if kind == identity.Operator {
		return s.makeSeal(c, "clerk", "sealer", seal.Application{Kind: seal.Contract, Text: c.Name})
	}
	if err := s.makeSeal(c, "agent", "agent", seal.Application{Kind: seal.Contract, Text: c.Name}); err != nil {
		return err
	}
	boss := c.People["legal-rep"]
	return s.makeSeal(c, "agent", "legal-rep", seal.Application{Kind: seal.LegalRep, Text: "某甲", Owner: boss.ID})
}

// makeSeal has somebody else than the administrator apply.
func (s settler) makeSeal(c *Company, admin, holder string, what seal.Application) error {
	what.Org, what.Holder = c.ID, c.People[holder].ID
	applicant := "legal-rep"
	if admin == "clerk" {
		applicant = "sealer"
	}
	made, err := s.app.Seals.Apply(s.ctx, c.People[applicant].Actor(), what)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if err := s.app.Seals.Approve(s.ctx, c.People[admin].Actor(), made.ID, ""); err != nil {
		return fmt.Errorf("approve the seal: %w", err)
	}
	if err := s.app.Seals.Activate(s.ctx, made.ID, what.Holder, sealPassword); err != nil {
		return fmt.Errorf("password of the seal: %w", err)
	}
	c.Seals[what.Kind] = made.ID
	return nil
}
