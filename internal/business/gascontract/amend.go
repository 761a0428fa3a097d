package gascontract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// NoteChanges is what the timeline tells of an amendment, to officers alone: what was wrong may be another
// customer's.
const NoteChanges = "changes"

// AmendPaper puts right the data of a contract on paper, or its scan (GAS-13). Body: what PaperForm asks for,
// without scan where that stays, and reason.
type AmendPaper struct{}

func (AmendPaper) StepName() string { return "gas-amend-paper" }

// PaperChange is an entry that was put right.
type PaperChange struct {
	Field string        `json:"field"`
	Title cinnabar.Text `json:"title"`
	From  string        `json:"from"`
	To    string        `json:"to"`
}

// amended is a contract on paper as it should have been filed.
type amended struct {
	data     map[string]any
	changes  []PaperChange
	scan     *scan            // the one that it has now
	anew     bool             // it is another one than before
	customer procedure.Holder // "" where the company has no account
}

func amendForm() *form.Schema {
	out := PaperForm()
	scan := out.Field("scan")
	scan.Required, scan.Help = false, text("扫描件正确时不必更换。", "Leave it as it is when the scan is right.")
	out.Fields = append(out.Fields, step.ReasonForm(true).Fields...)
	return &out
}

func (s *steps) prepareAmendment(ctx context.Context, r *procedure.Request, _ AmendPaper) (*amended, error) {
	before := r.Section(SectionPaper)
	out := &amended{data: maps.Clone(r.Body)}
	delete(out.data, "reason")
	if form.TextOf(out.data, "scan") == "" {
		out.data["scan"] = before["scan"]
	}
	if _, wrong := CheckPaper(out.data, r.At); len(wrong) > 0 {
		return nil, errs.Wrong(wrong...)
	}
	if err := s.amendScan(ctx, r, out); err != nil {
		return nil, err
	}
	if out.changes = paperChanges(before, out.data); len(out.changes) == 0 {
		return nil, errs.New(errs.Conflict, "nothing-changed", "nothing is different from what is filed")
	}
	var err error
	out.customer, err = s.customerOf(ctx, r, form.TextOf(out.data, "uscc"))
	return out, err
}

// amendScan reads the scan, whose words the contract is found by, and tells whether it is another one.
func (s *steps) amendScan(ctx context.Context, r *procedure.Request, out *amended) error {
	id := cinnabar.FileID(form.TextOf(out.data, "scan"))
	f, err := s.Files.Get(ctx, id)
	fault := ""
	switch {
	case errors.Is(err, errs.NotFound), err == nil && f.Case != r.ID:
		fault = "unknown"
	case err != nil:
		return err
	case f.State != filestore.Ready:
		fault = "not-ready"
	case f.MIME != "application/pdf":
		fault = "not-allowed"
	}
	if fault != "" {
		return errs.Wrong(errs.Field{Pointer: "/scan", Code: fault})
	}
	d, err := s.Documents.Get(ctx, cinnabar.DocID(r.Facts.Text(step.FactDocument)))
	if err != nil {
		return err
	}
	if out.anew = f.Digest != d.Digest; !out.anew {
		out.data["scan"] = r.Section(SectionPaper)["scan"] // the same was sent again
		id = cinnabar.FileID(form.TextOf(out.data, "scan"))
	} else if taken, err := s.Documents.ByDigest(ctx, f.Digest); err == nil {
		return errs.Wrong(errs.Field{Pointer: "/scan", Code: "duplicate", Params: map[string]any{"number": taken.Document.Number}})
	} else if !errors.Is(err, errs.NotFound) {
		return err
	}
	out.scan, err = s.openScan(ctx, id)
	return err
}

// paperChanges lists what is different, in the form's order. Of scans it names the files.
func paperChanges(before, after map[string]any) []PaperChange {
	fields := PaperForm()
	var out []PaperChange
	for _, c := range fields.Changes(before, after) {
		f := fields.Field(c.Pointer[1:])
		out = append(out, PaperChange{f.Name, f.Title, form.TextOf(before, f.Name), form.TextOf(after, f.Name)})
	}
	return out
}

// customerOf is the company with the credit code, which may see its contract. Nobody files their own company's.
func (s *steps) customerOf(ctx context.Context, r *procedure.Request, uscc string) (procedure.Holder, error) {
	o, err := s.Identity.OrgByUSCC(ctx, uscc)
	if errors.Is(err, errs.NotFound) || (err == nil && o.Kind != identity.Customer) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	own, err := s.Identity.OrgsOf(ctx, s.DB, r.Actor.Person)
	if slices.ContainsFunc(own, func(m identity.Membership) bool { return m.Org.ID == o.ID }) {
		return "", errs.Wrong(errs.Field{Pointer: "/uscc", Code: "not-allowed"})
	}
	return procedure.OrgHolder(o.ID), err
}

func (s *steps) applyAmendment(ctx context.Context, tx db.Tx, c *procedure.Change, _ AmendPaper, p *amended) error {
	from, until, err := paperDays(p.data)
	if err != nil {
		return err
	}
	a := document.Amendment{Number: form.TextOf(p.data, "number"), Title: form.TextOf(p.data, "company"), EffectiveAt: from, ExpiresAt: until}
	if p.anew {
		a.File = &p.scan.version
	}
	d, err := s.Documents.Amend(ctx, tx, cinnabar.DocID(c.Facts.Text(step.FactDocument)), a)
	if err != nil {
		return amendFault(err)
	}
	if err := c.Unindex(ctx, tx, "uscc", c.Text(SectionPaper, "uscc")); err != nil {
		return err
	}
	if err := c.Amend(ctx, tx, SectionPaper, p.data); err != nil {
		return err
	}
	if err := s.handOver(ctx, tx, c, p.customer); err != nil {
		return err
	}
	var names []string
	for _, one := range p.changes {
		names = append(names, one.Field)
	}
	c.Note("document", d.Number)
	c.Note("digest", d.Digest)
	c.Note("changed", names)
	c.NotePersonal(NoteChanges, p.changes)
	c.NotePersonal("reason", form.TextOf(c.Body, "reason"))
	return s.describePaper(ctx, tx, c, p.scan.words)
}

// amendFault puts what the register refuses at its entry.
func amendFault(err error) error {
	switch errs.As(err).Code {
	case "number-taken":
		return errs.Wrong(errs.Field{Pointer: "/number", Code: "duplicate"})
	case "document-exists":
		return errs.Wrong(errs.Field{Pointer: "/scan", Code: "duplicate"})
	}
	return err
}

// handOver lets the company see its contract, and nobody else whose it was thought to be.
func (s *steps) handOver(ctx context.Context, tx db.Tx, c *procedure.Change, to procedure.Holder) error {
	for _, g := range slices.Clone(c.Grants) {
		if g.Role != Applicant || g.Holder == to {
			continue
		}
		if err := c.Disown(ctx, tx, g); err != nil {
			return err
		}
	}
	if to == "" || slices.ContainsFunc(c.Grants, func(g procedure.Grant) bool { return g.Role == Applicant }) {
		return nil
	}
	return c.Grant(ctx, tx, procedure.Grant{Role: Applicant, Holder: to})
}

// TakeOutPaper takes a contract on paper out of the archive again; BringBackPaper undoes that. Body: reason.
type (
	TakeOutPaper   struct{}
	BringBackPaper struct{}
)

func (TakeOutPaper) StepName() string   { return "gas-take-out-paper" }
func (BringBackPaper) StepName() string { return "gas-bring-back-paper" }

func (s *steps) takeOut(ctx context.Context, tx db.Tx, c *procedure.Change, _ TakeOutPaper, _ struct{}) error {
	return s.moveFiled(ctx, tx, c, s.Documents.TakeOut)
}

func (s *steps) bringBack(ctx context.Context, tx db.Tx, c *procedure.Change, _ BringBackPaper, _ struct{}) error {
	return s.moveFiled(ctx, tx, c, s.Documents.BringBack)
}

func (s *steps) moveFiled(ctx context.Context, tx db.Tx, c *procedure.Change, move func(context.Context, db.Tx, cinnabar.DocID) error) error {
	if err := move(ctx, tx, cinnabar.DocID(c.Facts.Text(step.FactDocument))); err != nil {
		return fmt.Errorf("move a filed contract: %w", err)
	}
	c.Note("document", c.Text(SectionPaper, "number"))
	c.NotePersonal("reason", form.TextOf(c.Body, "reason"))
	return nil
}
