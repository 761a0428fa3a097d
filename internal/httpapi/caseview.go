package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/registry"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// FileView is an uploaded file.
type FileView struct {
	ID      cinnabar.FileID `json:"id"`
	Name    string          `json:"name"`
	Size    int64           `json:"size"`
	MIME    string          `json:"mime"`
	SHA256  string          `json:"sha256"`
	State   string          `json:"state" enum:"partial,checking,ready,refused"`
	Problem string          `json:"problem,omitempty" doc:"Code of why it was refused."`
	URL     string          `json:"url"`
	Masked  bool            `json:"masked,omitempty" doc:"Its content is shown after the case's action that unmasks."`
}

func fileJSON(f *filestore.File) FileView {
	v := FileView{ID: f.ID, Name: f.Name.Reveal(), Size: f.Size, MIME: f.MIME, State: string(f.State), Problem: f.Problem, URL: base + "/files/" + string(f.ID) + "/content"}
	if !f.Digest.IsZero() {
		v.SHA256 = f.Digest.String()
	}
	return v
}

// DocumentView is a document of a case.
type DocumentView struct {
	ID        cinnabar.DocID  `json:"id"`
	Kind      string          `json:"kind"`
	Title     string          `json:"title"`
	Number    string          `json:"number"`
	Version   int64           `json:"version"`
	State     document.State  `json:"state" enum:"draft,signed,sealed,effective,superseded,voided,expired,taken-out"`
	Pages     int             `json:"pages"`
	SHA256    cinnabar.Digest `json:"sha256"`
	URL       string          `json:"url"`
	VerifyURL string          `json:"verifyUrl"`
	Former    []FormerView    `json:"former" doc:"Earlier generations, superseded by a later one; for officers also scans that were filed by mistake."`
}

// FormerView is the last version of a generation that was replaced.
type FormerView struct {
	Version int64           `json:"version"`
	SHA256  cinnabar.Digest `json:"sha256"`
	URL     string          `json:"url"`
}

func (s *Server) caseJSON(ctx context.Context, v *procedure.View, a cinnabar.Actor) (*Case, error) {
	row := procedure.Row{
		ID: v.ID, Number: v.Number, Definition: v.Definition, State: v.State, Title: v.Title, Version: v.Version, Operator: v.Operator,
		Assignee: v.Assignee, Created: v.Created, Updated: v.Updated, Entered: v.Entered, Due: v.Due,
	}
	now := s.Clock.Now()
	unmasked := step.Unmasked(v.Case, a, now)
	out := &Case{
		CaseRow: rowJSON(row, a, s.personNames(ctx, v.Assignee)), Operator: v.Operator, Roles: v.Roles, Stages: stagesJSON(v.Case), Sections: sectionsJSON(v, unmasked, now),
		Actions: actionsJSON(v), From: v.Origin, Facts: v.Facts, Materials: []MaterialView{}, Deadlines: []DeadlineView{}, Documents: []DocumentView{},
	}
	if look := v.Definition.ActionOf(step.Unmask{}); look != nil {
		out.Masked = !unmasked && v.CanTake(look.Name)
	}
	files, err := s.filesOf(ctx, v.Case)
	if err != nil {
		return nil, err
	}
	for _, m := range v.Materials {
		if m.Section == "" {
			out.Materials = append(out.Materials, materialJSON(v, m, files))
		}
	}
	if d := v.State.Deadline; d != nil && !v.Due.IsZero() {
		out.Deadlines = append(out.Deadlines, DeadlineView{d.Action, d.Title, v.Due})
		if officersTurn(v.Case) {
			out.ExpectedAt = &v.Due
		}
	}
	if out.Documents, err = s.documentsOf(ctx, v); err != nil {
		return nil, err
	}
	if out.Parties, err = s.partiesOf(ctx, v.Case); err != nil {
		return nil, err
	}
	out.Handler, err = s.handlerOf(ctx, v.Case)
	out.Assurance = assuranceOf(v.Case)
	if o := new(registry.Outcome); v.Facts.Get(gascontract.FactRegistry, o) {
		out.Registry = o
	}
	return out, err
}

// personNames are the names of persons, as far as there are any.
func (s *Server) personNames(ctx context.Context, ids ...cinnabar.PersonID) map[cinnabar.PersonID]string {
	names, err := s.Identity.Names(ctx, s.DB, ids)
	if err != nil {
		s.Log.ErrorContext(ctx, "names of persons", "error", err)
	}
	return names
}

// filesOf reads the files that a case's materials name.
func (s *Server) filesOf(ctx context.Context, c *procedure.Case) (map[cinnabar.FileID]FileView, error) {
	out := map[cinnabar.FileID]FileView{}
	for _, m := range c.Materials {
		for _, id := range append(append([]cinnabar.FileID{}, m.Files...), m.Former...) {
			f, err := s.Files.Get(ctx, id)
			if errors.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out[id] = fileJSON(f)
		}
	}
	return out, nil
}

func (s *Server) documentsOf(ctx context.Context, c *procedure.View) ([]DocumentView, error) {
	list, err := s.Documents.OfCase(ctx, s.DB, c.ID)
	if err != nil {
		return nil, err
	}
	out := []DocumentView{}
	for _, d := range list {
		versions, err := s.Documents.Versions(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		v := s.documentJSON(d, versions)
		if c.Definition.ID == gascontract.ArchiveID && byOfficer(c) {
			misfiled, err := s.Documents.MisfiledOf(ctx, d.ID)
			if err != nil {
				return nil, err
			}
			for _, m := range misfiled {
				v.Former = append(v.Former, FormerView{m.Version, m.Digest, base + "/files/" + string(m.File) + "/content"})
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// officersTurn tells whether the case waits for the side that runs the business, whose time is the one to expect an
// answer in (GAS-15); while it waits for the customer its deadline says when it ends.
func officersTurn(c *procedure.Case) bool {
	return slices.ContainsFunc(c.State.WaitsFor, func(r string) bool { role := c.Definition.Role(r); return role != nil && role.Operator })
}

// byOfficer tells whether the viewer belongs to the side that runs the business.
func byOfficer(v *procedure.View) bool {
	return slices.ContainsFunc(v.Roles, func(r string) bool { role := v.Definition.Role(r); return role != nil && role.Operator })
}

func (s *Server) documentJSON(d document.Document, versions []document.Version) DocumentView {
	v := DocumentView{
		ID: d.ID, Kind: d.Kind, Title: d.Title, Number: d.Number, Version: d.Version, State: d.Shown(), SHA256: d.Digest,
		URL: base + "/documents/" + string(d.ID) + "/content", VerifyURL: "/v/" + d.Token, Former: []FormerView{},
	}
	for i, one := range versions {
		if one.Number == d.Version {
			v.Pages = one.Pages
		}
		last := i+1 == len(versions) || versions[i+1].Generation != one.Generation
		if last && one.Generation != d.Generation {
			v.Former = append(v.Former, FormerView{one.Number, one.Digest, fmt.Sprintf("%s/documents/%s/content?version=%d", base, d.ID, one.Number)})
		}
	}
	return v
}

func (s *Server) partiesOf(ctx context.Context, c *procedure.Case) ([]Party, error) {
	out := []Party{}
	for _, g := range c.Grants {
		role := c.Definition.Role(g.Role)
		if role == nil || role.Operator {
			continue
		}
		p := Party{Role: role.ID, Title: role.Title}
		if id := g.Holder.Org(); id != "" {
			org, err := s.Identity.Org(ctx, id)
			if err != nil {
				return nil, err
			}
			p.Name, p.Org = org.Name, true
		} else {
			p.Name = secret.MaskName(s.personNames(ctx, g.Holder.Person())[g.Holder.Person()])
		}
		out = append(out, p)
	}
	return out, nil
}

// handlerOf says whom to ask: the officer who has claimed the case, or the operator.
func (s *Server) handlerOf(ctx context.Context, c *procedure.Case) (*HandlerRef, error) {
	org, err := s.Identity.Org(ctx, c.Operator)
	if err != nil {
		return nil, err
	}
	return &HandlerRef{Name: s.personNames(ctx, c.Assignee)[c.Assignee], Phone: org.Phone, Org: org.Name}, nil
}

func assuranceOf(c *procedure.Case) *Assurance {
	var a step.Assurance
	if !c.Facts.Get(step.FactAssurance, &a) {
		return nil
	}
	return &Assurance{Level: a.Level, Basis: a.Basis, Score: a.Score, Threshold: a.Threshold, Text: step.AssuranceText(a)}
}

func (s *Server) entryJSON(ctx context.Context, v *procedure.View, e procedure.Entry) (TimelineEntry, error) {
	out := TimelineEntry{Seq: e.Seq, At: e.At, Kind: e.Kind, Outcome: e.Outcome, Hash: e.Hash, Detail: map[string]any{}}
	if err := json.Unmarshal(e.Detail, &out.Detail); err != nil {
		return out, err
	}
	if len(e.Personal.Detail) > 0 {
		if err := json.Unmarshal(e.Personal.Detail, &out.Detail); err != nil {
			return out, err
		}
	}
	if !byOfficer(v) {
		delete(out.Detail, gascontract.NoteChanges)
	}
	out.Title = cinnabar.Text{Zh: "发起办件", En: "Case begun"}
	if a := v.Definition.Action(e.Kind); a != nil {
		out.Title = a.Title
	}
	out.Actor = TimelineActor{Kind: e.ActorKind, Name: e.Personal.Name, Role: e.Role}
	role := v.Definition.Role(e.Role)
	if role == nil {
		return out, nil
	}
	out.Actor.Title = role.Title
	if e.Org != "" {
		org, err := s.Identity.Org(ctx, e.Org)
		if err != nil {
			return out, err
		}
		out.Actor.Org = org.Name
	}
	return out, nil
}
