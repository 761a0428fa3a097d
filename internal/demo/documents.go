package demo

import (
	"context"
	_ "embed"
	"fmt"

	"cinnabar/internal/app"
	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
)

// The wordings of the sample document types.
var (
	//go:embed templates/order.tmpl
	orderTemplate string
	//go:embed templates/settlement.tmpl
	settlementTemplate string
)

// Office is the gas company's departments with their people, documents types and seals.
type Office struct {
	app         *app.App
	company     *company
	departments map[string]cinnabar.DepartmentID
	seals       map[string]cinnabar.SealID // by login
	ftp         FTPAccount
	made        int
}

// FTPAccount is an account of the built-in FTP server: what is put into its inbox becomes a document of its
// department, and what comes back stands in its outbox.
type FTPAccount struct {
	User       string `json:"user"`
	Password   string `json:"password"`
	Department string `json:"department"`
}

// officePeople are those who make, seal and audit documents, by department.
func officePeople() []*Account {
	return []*Account{
		{Login: "buyer", Name: "采购员戊", Mobile: "13900000005", Roles: []string{"doc-creator"}, department: "采购部"},
		{Login: "finance", Name: "财务员己", Mobile: "13900000006", Roles: []string{"doc-signer"}, department: "财务部"},
		{Login: "office", Name: "办公室庚", Mobile: "13900000007", Roles: []string{"doc-signer"}, department: "办公室"},
		{Login: "legal", Name: "法务员辛", Mobile: "13900000008", Roles: []string{"doc-signer"}, department: "法务部"},
		{Login: "auditor", Name: "审计员壬", Mobile: "13900000009", Roles: []string{"doc-auditor"}},
	}
}

// openOffice makes departments, memberships, seals and document types.
func openOffice(ctx context.Context, a *app.App, c *company) (*Office, error) {
	o := &Office{app: a, company: c, departments: map[string]cinnabar.DepartmentID{}, seals: map[string]cinnabar.SealID{}}
	admin := c.person("admin").actor()
	for _, name := range []string{"采购部", "财务部", "办公室", "法务部"} {
		d, err := a.Identity.AddDepartment(ctx, admin, name, "")
		if err != nil {
			return nil, fmt.Errorf("department %s: %w", name, err)
		}
		o.departments[name] = d.ID
	}
	for _, p := range c.People {
		if p.department == "" {
			continue
		}
		p.departments = []cinnabar.DepartmentID{o.departments[p.department]}
		if err := a.Identity.PutDepartments(ctx, admin, p.id, p.departments); err != nil {
			return nil, fmt.Errorf("departments of %s: %w", p.Login, err)
		}
	}
	for login, kind := range map[string]seal.Kind{"finance": seal.Contract, "office": seal.Official} {
		holder := c.login(login)
		kept := c.seals[kind]
		if err := c.makeSeal(ctx, a, seal.Application{Org: c.ID, Kind: kind, Text: c.Name, Number: map[string]string{"finance": "3501000000002", "office": "3501000000003"}[login], Holder: holder.id}, holder); err != nil {
			return nil, err
		}
		o.seals[login] = c.seals[kind]
		if kept != "" {
			c.seals[kind] = kept
		}
	}
	if err := a.EDocuments.PutTypes(ctx, admin, 0, o.types()); err != nil {
		return nil, err
	}
	return o, o.openFTP(ctx, admin)
}

func (o *Office) openFTP(ctx context.Context, admin cinnabar.Actor) error {
	account, password, err := o.app.Accounts.Create(ctx, admin.Person, ftpaccount.NewAccount{Name: "caigou", Org: o.company.ID})
	if err != nil {
		return fmt.Errorf("FTP account: %w", err)
	}
	o.ftp = FTPAccount{account.Name, password.Reveal(), "采购部"}
	return o.app.EDocuments.BindAccount(ctx, admin, account.Name, o.departments["采购部"])
}

// types are a purchase order that finance and the office seal after each other above 100,000 yuan, and a
// settlement that one department seals.
func (o *Office) types() []edocument.Type {
	large := cinnabar.Fen(100_000_00)
	finance := edocument.Item{Name: "finance-seal", Department: o.departments["财务部"], Seal: true, Deputy: o.departments["办公室"]}
	office := edocument.Item{Name: "office-seal", Department: o.departments["办公室"], Seal: true, Kinds: []seal.Kind{seal.Official}}
	legal := edocument.Item{Name: "legal", Department: o.departments["法务部"]}
	return []edocument.Type{
		{
			ID: "PO", Title: cinnabar.Text{Zh: "采购订单", En: "Purchase order"}, Prefix: "PO", Date: "month", Digits: 5, Template: orderTemplate,
			Key: "orderNumber", Party: "supplier", Amount: "total", Day: "orderDate", NeedsKey: true,
			Routes: []edocument.Route{
				{Below: &large, Stages: []edocument.Stage{{Items: []edocument.Item{finance}}}},
				{From: &large, Stages: []edocument.Stage{{Items: []edocument.Item{legal}}, {Items: []edocument.Item{finance, office}}}},
			},
			Store: depot.BuiltIn, Database: edocument.MainDatabase, Outbox: true, Webhook: true,
		},
		{
			ID: "JS", Title: cinnabar.Text{Zh: "结算单", En: "Settlement"}, Prefix: "JS", Date: "year", Digits: 6, Template: settlementTemplate, Uploads: true,
			Key: "settlementNumber", Party: "party", Amount: "amount", Day: "date",
			Routes: []edocument.Route{{Stages: []edocument.Stage{{Items: []edocument.Item{finance}}}}},
			Store:  depot.BuiltIn, Database: edocument.MainDatabase, Outbox: true,
		},
	}
}

// order is a purchase order's data.
func (o *Office) order(total string) map[string]any {
	o.made++
	return map[string]any{
		"orderNumber": fmt.Sprintf("CG-2026-%04d", o.made), "supplier": "示例市" + []string{"宏达管材", "东方仪表", "𠮷祥阀门"}[o.made%3] + "有限公司",
		"orderDate": "2026-11-20", "goods": []string{"PE 燃气管 dn110", "膜式燃气表 G4", "法兰球阀 DN80"}[o.made%3], "quantity": 120.0, "total": total,
		"delivery": "示例市建设路 1 号仓库", "contact": "采购员戊",
	}
}

// Make makes a purchase order of so many yuan.
func (o *Office) Make(ctx context.Context, total string) (edocument.Made, error) {
	return o.app.EDocuments.Create(ctx, o.company.login("buyer").actor(), cinnabar.NewID[string]("demo"), edocument.Draft{Type: "PO", Values: o.order(total)})
}

// Do takes an action of a document as somebody.
func (o *Office) Do(ctx context.Context, login string, id cinnabar.CaseID, action string, body map[string]any) error {
	by := o.company.login(login).actor()
	v, err := o.app.Engine.View(ctx, id, by)
	if err != nil {
		return err
	}
	if action == "seal" {
		body = map[string]any{"seal": string(o.seals[login]), "password": SealPassword}
	}
	_, err = o.app.Engine.Do(ctx, procedure.Do{
		Case: id, Action: action, Version: v.Version, Body: body, Key: cinnabar.NewID[string]("demo"), Actor: by,
	})
	return err
}

// fill makes documents in all states and returns a number for each state.
func (o *Office) fill(ctx context.Context) (map[string]string, error) {
	samples := map[string]string{}
	steps := []struct {
		total string
		moves [][2]string
	}{
		{"8600.00", [][2]string{{"finance", "seal"}}},
		{"1250.50", nil},
		{"260000.00", [][2]string{{"legal", "approve"}, {"office", "seal"}}},
		{"99999.99", [][2]string{{"finance", "reject"}}},
		{"350000.00", [][2]string{{"legal", "approve"}, {"finance", "seal"}, {"office", "seal"}}},
		{"43210.00", nil},
		{"780.00", [][2]string{{"finance", "reject"}, {"buyer", "void"}}},
	}
	for _, one := range steps {
		m, err := o.Make(ctx, one.total)
		if err != nil {
			return nil, fmt.Errorf("sample document: %w", err)
		}
		for _, move := range one.moves {
			body := map[string]any{}
			if move[1] == "reject" || move[1] == "void" {
				body["reason"] = "单价与合同不一致，请核对"
			}
			if err := o.Do(ctx, move[0], m.Case, move[1], body); err != nil {
				return nil, fmt.Errorf("sample document, %s by %s: %w", move[1], move[0], err)
			}
		}
		e, _, err := o.app.EDocuments.Get(ctx, o.company.login("buyer").actor(), m.Case)
		if err != nil {
			return nil, err
		}
		samples[e.State] = e.Number
	}
	return samples, nil
}
