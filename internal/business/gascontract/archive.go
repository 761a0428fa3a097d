package gascontract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// The second procedure: a contract on paper is brought in as a scan with its data (GAS-13).
const (
	ArchiveID    = "gas-archive"
	SectionPaper = "paper"
	FilePaper    = "archive" // the actions
	Amend        = "amend"
	TakeOut      = "take-out"
	BringBack    = "bring-back"
	// FactImport is the row of an import that a case was made from, as that import names it.
	FactImport = "import"

	paperDraft    = "draft"
	paperArchived = "archived"
	// PaperTakenOut is the state of contracts that were filed and taken out again; lists have them when asked.
	PaperTakenOut = "taken-out"
)

// ArchiveDefinition declares the filing of contracts on paper (纸质合同归档).
func ArchiveDefinition() *procedure.Definition {
	officer := func(id string, title cinnabar.Text) procedure.Role {
		return procedure.Role{ID: id, Title: title, Operator: true, Needs: []string{id}, ApartFrom: []string{Applicant}, Starts: true}
	}
	return &procedure.Definition{
		ID: ArchiveID, Version: 1, Prefix: "GD",
		Title:   text("纸质合同归档", "Filing of a paper contract"),
		Summary: text("将已签订的纸质供用气合同以扫描件和数据入库。", "A contract signed on paper is filed as a scan with its data."),
		Roles: []procedure.Role{
			{ID: Applicant, Title: text("用气单位", "Customer")},
			officer(Clerk, text("业务员", "Clerk")), officer(Supervisor, text("主管", "Supervisor")),
		},
		Stages:   []procedure.Stage{{ID: "archive", Title: text("归档", "Filing"), Needs: text("合同扫描件和合同数据", "The scan of the contract and its data")}},
		Sections: []procedure.Section{{ID: SectionPaper, Title: text("合同数据", "Contract data"), Form: PaperForm()}},
		States: []procedure.State{
			{ID: paperDraft, Title: text("待归档", "To be filed"), Stage: "archive", WaitsFor: []string{Clerk}},
			{ID: paperArchived, Title: text("已归档", "Filed"), Stage: "archive", Final: true},
			{ID: PaperTakenOut, Title: text("已撤出档案", "Taken out of the archive"), Stage: "archive", Final: true, Aside: true},
		},
		Actions: paperActions(),
	}
}

func paperActions() []procedure.Action {
	by := []string{Clerk, Supervisor}
	return []procedure.Action{
		{
			Name: FilePaper, Title: text("归档", "File"), From: []string{paperDraft}, By: by, Primary: true,
			Form: importForm(), Submits: []string{SectionPaper}, Step: procedure.Use(ImportPaper{}),
			To: map[string]string{procedure.Done: paperArchived},
		},
		{
			Name: Amend, Title: text("更正档案", "Correct"), From: []string{paperArchived}, By: by,
			Help: text("更正录入错误或更换错误的扫描件；改了什么、谁改的、为什么，均留有记录。", "Puts right what was entered wrongly, or a wrong scan. What was changed, by whom and why, is recorded."),
			Form: amendForm(), Amends: SectionPaper, Step: procedure.Use(AmendPaper{}), To: map[string]string{procedure.Done: ""},
		},
		{
			Name: TakeOut, Title: text("撤出档案", "Take out"), From: []string{paperArchived}, By: by, Danger: true,
			Form: step.ReasonForm(true), Step: procedure.Use(TakeOutPaper{}), To: map[string]string{procedure.Done: PaperTakenOut},
			Confirm: text("撤出后，列表、查找和导出中不再有这份合同，验真显示“已撤出档案”；编号和记录保留，可以恢复。", "Lists, searches and exports will not have the contract any more, and it verifies as taken out. Its number and record stay, and it can be brought back."),
		},
		{
			Name: BringBack, Title: text("恢复归档", "Bring back"), From: []string{PaperTakenOut}, By: by,
			Form: step.ReasonForm(true), Step: procedure.Use(BringBackPaper{}), To: map[string]string{procedure.Done: paperArchived},
		},
	}
}

// PaperForm is what is recorded of a contract on paper.
func PaperForm() form.Schema {
	return form.Schema{Fields: []form.Field{
		{Name: "number", Kind: form.Text, Max: 60, Title: text("合同编号", "Contract number"), Required: true},
		{Name: "company", Kind: form.Text, Max: 60, Title: text("单位名称", "Company name"), Required: true},
		{Name: "uscc", Kind: form.CreditCode, Title: text("统一社会信用代码", "Unified social credit code"), Required: true},
		{Name: "gasAddress", Kind: form.Address, Title: text("用气地址", "Place of use"), Required: true},
		{Name: "effectiveAt", Kind: form.Date, Past: true, Title: text("生效日期", "In force from"), Required: true},
		{
			Name: "expiresAt", Kind: form.Date, Title: text("到期日期", "In force until"),
			Help: text("当日仍有效；空白为无固定期限。", "The last day in force; empty: without end."),
		},
		{Name: "scan", Kind: form.File, Title: text("扫描件（PDF）", "Scan (PDF)"), Required: true, Accept: []string{"application/pdf"}},
	}}
}

func importForm() *form.Schema {
	return &form.Schema{Fields: []form.Field{
		{
			Name: "import", Kind: form.Text, Max: 100, Title: text("导入批次", "Import"),
			Help: text("批量导入时由系统填写。", "Filled in by the program when many are brought in at once."),
		},
	}}
}

// CheckPaper checks the data of a contract on paper; the scan is not looked into.
func CheckPaper(data map[string]any, now time.Time) (clean map[string]any, wrong []errs.Field) {
	clean, wrong = PaperForm().Check(data, now)
	if from, until := form.TextOf(clean, "effectiveAt"), form.TextOf(clean, "expiresAt"); from != "" && until != "" && until < from {
		wrong = append(wrong, errs.Field{Pointer: "/expiresAt", Code: "out-of-range", Params: map[string]any{"earliest": from}})
	}
	return clean, wrong
}

// ImportPaper enters the scan into the register under its own number, in force from the day that it says.
type ImportPaper struct{}

func (ImportPaper) StepName() string { return "gas-import-paper" }

// scan is a contract on paper as it was read.
type scan struct {
	version document.Version
	words   string // but for personal numbers; none where the scan is only pictures
}

func (s *steps) readScan(ctx context.Context, r *procedure.Request, _ ImportPaper) (*scan, error) {
	if _, wrong := CheckPaper(r.Section(SectionPaper), r.At); len(wrong) > 0 {
		return nil, errs.Wrong(errs.Under("/sections/"+SectionPaper, wrong)...)
	}
	return s.openScan(ctx, cinnabar.FileID(form.TextOf(r.Section(SectionPaper), "scan")))
}

func (s *steps) openScan(ctx context.Context, id cinnabar.FileID) (*scan, error) {
	f, content, err := s.Files.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	raw, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("read the scan: %w", err)
	}
	doc, err := pdf.Open(ctx, raw, pdf.Limits{})
	if err != nil {
		return nil, err
	}
	pages, err := doc.Pages()
	if err != nil {
		return nil, err
	}
	words, err := doc.Words()
	var e *errs.Error
	if errors.As(err, &e) {
		words, err = "", nil // a text layer that cannot be read keeps no contract out; its data are searched
	}
	return &scan{document.Version{File: f.ID, Digest: f.Digest, Size: f.Size, Pages: len(pages), State: document.Effective}, secret.WithoutNumbers(words)}, err
}

func (s *steps) enterScan(ctx context.Context, tx db.Tx, c *procedure.Change, _ ImportPaper, p *scan) error {
	data := c.Section(SectionPaper)
	from, until, err := paperDays(data)
	if err != nil {
		return err
	}
	number, err := s.Documents.Imported(ctx, tx, c.Operator, Kind, form.TextOf(data, "number"), c.ID)
	if err != nil {
		return err
	}
	d, err := s.Documents.Create(ctx, tx, document.NewDocument{
		Org: c.Operator, Kind: Kind, Number: number.Number, Case: c.ID, Title: form.TextOf(data, "company"), EffectiveAt: from, File: p.version,
	})
	if err != nil {
		return err
	}
	if err := s.Documents.SetExpiry(ctx, tx, d.ID, until); err != nil {
		return err
	}
	c.Note("document", d.Number)
	c.Note("digest", d.Digest)
	c.Answer("document", d.ID)
	if err := c.Remember(step.FactDocument, d.ID); err != nil {
		return err
	}
	if row := form.TextOf(c.Body, "import"); row != "" {
		if err := c.Remember(FactImport, row); err != nil {
			return err
		}
	}
	return s.describePaper(ctx, tx, c, p.words)
}

// describePaper makes the case findable like a contract that was signed here.
func (s *steps) describePaper(ctx context.Context, tx db.Tx, c *procedure.Change, words string) error {
	data := c.Section(SectionPaper)
	c.SetTitle(form.TextOf(data, "company"))
	if err := c.Index(ctx, tx, "uscc", form.TextOf(data, "uscc")); err != nil {
		return err
	}
	return c.Search(ctx, tx, strings.Join([]string{form.TextOf(data, "number"), form.TextOf(data, "company"), form.TextOf(data, "gasAddress"), words}, "\n"))
}

// paperDays are the beginning of the first day and the end of the last one, in China.
func paperDays(data map[string]any) (from, until time.Time, err error) {
	if from, err = time.ParseInLocation(time.DateOnly, form.TextOf(data, "effectiveAt"), cinnabar.China); err != nil {
		return from, until, fmt.Errorf("first day: %w", err)
	}
	last := form.TextOf(data, "expiresAt")
	if last == "" {
		return from, until, nil
	}
	if until, err = time.ParseInLocation(time.DateOnly, last, cinnabar.China); err != nil {
		return from, until, fmt.Errorf("last day: %w", err)
	}
	return from, until.AddDate(0, 0, 1), nil
}
