package cast

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/step"
)

//go:embed order.tmpl
var orderTemplate string

// Office is a company with a department that makes purchase orders and one that seals them.
type Office struct {
	App             *app.App `json:"-"`
	Org             cinnabar.OrgID
	Buyer, Signer   Person
	Buying, Finance cinnabar.DepartmentID
	Seal            cinnabar.SealID
}

// OrderType is the type of its documents.
const OrderType = "PO"

// OpenOffice makes an office whose documents are kept on a file server and in an index database.
func OpenOffice(ctx context.Context, a *app.App, store, database string) (*Office, error) {
	s := settler{ctx: ctx, app: a, tag: 99}
	c, err := s.company(999, identity.Operator, "clerk", "sealer", "doc-creator", "doc-signer")
	if err != nil {
		return nil, err
	}
	if err := s.makeSeal(&c, "clerk", "doc-signer", seal.Application{Kind: seal.Contract, Text: c.Name}); err != nil {
		return nil, err
	}
	o := &Office{App: a, Org: c.ID, Buyer: c.People["doc-creator"], Signer: c.People["doc-signer"], Seal: c.Seals[seal.Contract]}
	admin := c.People["clerk"].Actor()
	for _, d := range []struct {
		name string
		of   Person
		into *cinnabar.DepartmentID
	}{{"采购部", o.Buyer, &o.Buying}, {"财务部", o.Signer, &o.Finance}} {
		made, err := a.Identity.AddDepartment(ctx, admin, d.name, "")
		if err != nil {
			return nil, err
		}
		*d.into = made.ID
		if err := a.Identity.PutDepartments(ctx, admin, d.of.ID, []cinnabar.DepartmentID{made.ID}); err != nil {
			return nil, err
		}
	}
	err = a.EDocuments.PutTypes(ctx, admin, 0, []edocument.Type{o.orders(store, database)})
	return o, err
}

func (o *Office) orders(store, database string) edocument.Type {
	finance := edocument.Item{Name: "finance-seal", Department: o.Finance, Seal: true}
	return edocument.Type{
		ID: OrderType, Title: cinnabar.Text{Zh: "采购订单", En: "Purchase order"}, Prefix: "PO", Date: "month", Digits: 6, Template: orderTemplate,
		Key: "orderNumber", Party: "supplier", Amount: "total", Day: "orderDate", NeedsKey: true,
		Routes: []edocument.Route{{Stages: []edocument.Stage{{Items: []edocument.Item{finance}}}}},
		Store:  store, Database: database,
	}
}

// BuiltIn are the store and the database that are always there.
const BuiltIn, MainDatabase = depot.BuiltIn, edocument.MainDatabase

// Actor is somebody of the office acting for their department.
func (o *Office) Actor(p Person) cinnabar.Actor {
	a := p.Actor()
	a.Departments = []cinnabar.DepartmentID{o.Buying}
	if p.ID == o.Signer.ID {
		a.Departments = []cinnabar.DepartmentID{o.Finance}
	}
	return a
}

// Sheet is a spreadsheet (CSV) of so many orders, whose keys begin with a text.
func Sheet(key string, rows int) []byte {
	var b bytes.Buffer
	b.WriteString("订单号,供应商,订单日期,货物名称及规格,数量,金额（元）,交货地点\n")
	for n := range rows {
		fmt.Fprintf(&b, "%s-%05d,示例市第%d仪表有限公司,2026-11-%02d,膜式燃气表 G%d,%d,%d.50,示例市建设路 %d 号仓库\n",
			key, n+1, n%97, 1+n%28, 2+n%9, 1+n%500, 100+n, 1+n%300)
	}
	return b.Bytes()
}

// Batch has a document made of every row of a spreadsheet; all rows are checked before.
func (o *Office) Batch(ctx context.Context, raw []byte, dedup string) (batch.Batch, error) {
	by := o.Actor(o.Buyer)
	table, err := sheet.Read(raw, sheet.Limits{})
	if err != nil {
		return batch.Batch{}, err
	}
	t, err := o.App.EDocuments.TypeOf(ctx, o.App.DB, o.Org, OrderType)
	if err != nil {
		return batch.Batch{}, err
	}
	form, err := o.App.EDocuments.SheetForm(t)
	if err != nil {
		return batch.Batch{}, err
	}
	mapping := sheet.Propose(table, form)
	report, err := o.App.EDocuments.CheckSheet(ctx, by, t, table, mapping)
	if err != nil {
		return batch.Batch{}, err
	}
	if report.Total > 0 {
		return batch.Batch{}, fmt.Errorf("%d cells of the spreadsheet are wrong: %+v", report.Total, report.Findings[0])
	}
	return o.App.Batches.Create(ctx, batch.NewBatch{
		Kind: edocument.BatchKind, By: by, Role: "doc-creator", Title: "采购订单", Columns: table.Titles(), Dedup: dedup,
		Params: edocument.BatchParams{Type: t.ID}, Rows: sheet.Rows(table, mapping, form, o.App.Clock.Now()),
	})
}

// Waiting are documents that wait for the signer, at most so many.
func (o *Office) Waiting(ctx context.Context, most int) (cases []cinnabar.CaseID, err error) {
	q := edocument.Query{Role: edocument.Signer, States: []string{edocument.Routing}}
	err = o.App.EDocuments.Each(ctx, o.Actor(o.Signer), q, func(e edocument.Entry) error {
		if len(cases) < most {
			cases = append(cases, e.Case)
		}
		return nil
	})
	return cases, err
}

// SealAll seals documents with one unlocking.
func (o *Office) SealAll(ctx context.Context, cases []cinnabar.CaseID) (batch.Batch, error) {
	return o.App.Bulk.Begin(ctx, o.Actor(o.Signer), step.BulkOrder{Seal: o.Seal, Action: "seal", Cases: cases, Password: sealPassword, Title: "批量盖章"})
}

// Ended waits for the end of a batch.
func (o *Office) Ended(ctx context.Context, id batch.ID) (batch.Batch, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		b, err := o.App.Batches.Get(ctx, id)
		if err != nil || b.State == batch.Done || b.State == batch.Cancelled {
			return b, err
		}
		select {
		case <-ctx.Done():
			return b, ctx.Err()
		case <-tick.C:
		}
	}
}
