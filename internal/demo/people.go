package demo

import (
	"context"
	"fmt"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/registry"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
)

// Passwords of everybody in the demo.
const (
	Password     = "zhusha-demo-2026"
	SealPassword = "yinzhang-demo-2026"
)

// Account is somebody to sign in as.
type Account struct {
	Login        string   `json:"login"`
	Mobile       string   `json:"mobile"`
	Name         string   `json:"name"`
	Password     string   `json:"password"`
	Organisation string   `json:"organisation"`
	Roles        []string `json:"roles"`
	SealPassword string   `json:"sealPassword,omitempty"`

	id          cinnabar.PersonID
	org         cinnabar.OrgID
	department  string
	departments []cinnabar.DepartmentID
}

func (a *Account) actor() cinnabar.Actor {
	return cinnabar.Actor{
		Kind: cinnabar.Member, Person: a.id, Org: a.org, Name: a.Name, Roles: a.Roles, Departments: a.departments, Address: "127.0.0.1", Agent: "demo",
	}
}

// company is an organisation of the demo with its people.
type company struct {
	identity.Org
	Address string
	People  []*Account
	seals   map[seal.Kind]cinnabar.SealID
}

// person finds who has a role.
func (c *company) person(role string) *Account {
	for _, p := range c.People {
		for _, r := range p.Roles {
			if r == role {
				return p
			}
		}
	}
	return nil
}

// login finds somebody by login.
func (c *company) login(name string) *Account {
	for _, p := range c.People {
		if p.Login == name {
			return p
		}
	}
	return nil
}

// registered is the company as the register has it.
func (c *company) registered() registry.Company {
	r := registry.Company{USCC: c.USCC, Name: c.Name, Status: "active"}
	if boss := c.person("legal-rep"); boss != nil {
		r.LegalRep = boss.Name
	}
	return r
}

func gasCompany() *company {
	return &company{
		Org:     identity.Org{Name: "示例市燃气有限公司", USCC: uscc("91350100M000100Y4"), Kind: identity.Operator, Phone: "0591-00000000"},
		Address: "示例市建设路 1 号",
		People: append([]*Account{
			{Login: "clerk", Name: "业务员甲", Mobile: "13900000001", Roles: []string{"clerk"}},
			{Login: "reviewer", Name: "审核员乙", Mobile: "13900000002", Roles: []string{"reviewer"}},
			{Login: "sealer", Name: "用印员丙", Mobile: "13900000003", Roles: []string{"sealer"}},
			{Login: "supervisor", Name: "主管丁", Mobile: "13900000004", Roles: []string{"supervisor", "admin"}},
		}, officePeople()...),
	}
}

func customers() []*company {
	make := func(n int, name, address string) *company {
		return &company{
			Org:     identity.Org{Name: name, USCC: uscc(fmt.Sprintf("91350100MA00%05d", n)), Kind: identity.Customer, Phone: "0591-11111111"},
			Address: address,
			People: []*Account{
				{Login: fmt.Sprintf("agent%d", n), Name: "经办人" + numeral(n), Mobile: fmt.Sprintf("138000001%02d", n), Roles: []string{"agent", "admin"}},
				{Login: fmt.Sprintf("boss%d", n), Name: "法人" + numeral(n), Mobile: fmt.Sprintf("138000002%02d", n), Roles: []string{"legal-rep"}},
			},
		}
	}
	return []*company{
		make(1, "示例市好味餐饮管理有限公司", "示例市和平路 88 号"),
		make(2, "示例市𠮷祥食品有限公司", "示例市工业园 3 号"),
		make(3, "示例市第一实验学校", "示例市学府路 9 号"),
	}
}

// uscc adds the check character to 17 places.
func uscc(body string) string { return body + string(form.USCCCheck(body)) }

func numeral(n int) string { return string([]rune("零一二三四五六七八九")[n]) }

// settle makes a company's accounts, organisation and seals.
func settle(ctx context.Context, a *app.App, c *company) error {
	by := cinnabar.Actor{Kind: cinnabar.System}
	for _, p := range c.People {
		p.Password, p.Organisation = Password, c.Name
		made, err := a.Identity.CreatePerson(ctx, by, identity.NewPerson{
			Name: p.Name, Login: p.Login, Mobile: p.Mobile, Email: p.Login + "@demo.invalid", Password: Password,
		})
		if err != nil {
			return fmt.Errorf("account %s: %w", p.Login, err)
		}
		p.id = made.ID
	}
	admin := c.person("admin")
	org, err := a.Identity.CreateOrg(ctx, by, c.Org, admin.id, admin.Roles...)
	if err != nil {
		return fmt.Errorf("organisation %s: %w", c.Name, err)
	}
	c.Org = org
	for _, p := range c.People {
		p.org = org.ID
		if p == admin {
			continue
		}
		if err := a.Identity.PutMember(ctx, admin.actor(), org.ID, p.id, p.Roles); err != nil {
			return fmt.Errorf("member %s: %w", p.Login, err)
		}
	}
	return c.makeSeals(ctx, a)
}

func (c *company) makeSeals(ctx context.Context, a *app.App) error {
	c.seals = map[seal.Kind]cinnabar.SealID{}
	if c.Kind == identity.Operator {
		return c.makeSeal(ctx, a, seal.Application{Org: c.ID, Kind: seal.Contract, Text: c.Name, Number: "3501000000001", Holder: c.person("sealer").id}, c.person("sealer"))
	}
	boss := c.person("legal-rep")
	if err := c.makeSeal(ctx, a, seal.Application{Org: c.ID, Kind: seal.Contract, Text: c.Name, Holder: c.person("agent").id}, c.person("agent")); err != nil {
		return err
	}
	return c.makeSeal(ctx, a, seal.Application{Org: c.ID, Kind: seal.LegalRep, Text: boss.Name, Owner: boss.id, Holder: boss.id}, boss)
}

func (c *company) makeSeal(ctx context.Context, a *app.App, what seal.Application, holder *Account) error {
	admin := c.person("admin")
	applicant := c.person("sealer") // whoever applies does not approve
	if applicant == nil {
		applicant = c.person("legal-rep")
	}
	s, err := a.Seals.Apply(ctx, applicant.actor(), what)
	if err != nil {
		return fmt.Errorf("seal of %s: %w", c.Name, err)
	}
	if err := a.Seals.Approve(ctx, admin.actor(), s.ID, "演示"); err != nil {
		return fmt.Errorf("approve the seal of %s: %w", c.Name, err)
	}
	if err := a.Seals.Activate(ctx, s.ID, holder.id, SealPassword); err != nil {
		return fmt.Errorf("password of the seal of %s: %w", c.Name, err)
	}
	holder.SealPassword = SealPassword
	c.seals[what.Kind] = s.ID
	return nil
}
