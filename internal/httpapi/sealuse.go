package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// sealUseRoutes are about using seals in cases: which ones can be, and who approves a use (用印审批).
func (s *Server) sealUseRoutes() {
	get(s, "/cases/{id}/seals", "seals", "The seals that could be used in a case, and why some cannot", s.caseSeals)
	get(s, "/seals/{id}/approvals", "seals", "Use approvals of a seal", s.sealApprovals)
	post(s, "/seals/{id}/approvals", "seals", "Ask that one may use a seal in a case", http.StatusCreated, s.askApproval)
	get(s, "/seals/{id}/approvals/{approval}/documents", "seals", "For which documents approval is asked", s.approvalDocuments)
	post(s, "/seals/{id}/approvals/{approval}/approve", "seals", "Approve a use", http.StatusOK, s.decideApproval(true))
	post(s, "/seals/{id}/approvals/{approval}/refuse", "seals", "Refuse a use", http.StatusOK, s.decideApproval(false))
}

// CaseSeal is a seal that could be used in a case.
type CaseSeal struct {
	SealView
	Reason string `json:"reason,omitempty" enum:"applied,approved,suspended,locked,approval-missing,approval-asked" doc:"Why it cannot be used now."`
	Held   bool   `json:"held" doc:"The caller has a password of it."`
}

// CaseSeals are the seals for one place.
type CaseSeals struct {
	Kinds []seal.Kind `json:"kinds" doc:"Of seals that fit."`
	Items []CaseSeal  `json:"items"`
}

// caseSeals lists the seals of one side that are of the kinds a field takes.
func (s *Server) caseSeals(ctx context.Context, in *struct {
	CasePath
	For string `query:"for" required:"true" doc:"A field of the sealing instruction (contractSeal, legalRepSeal), or the action that seals: countersign, seal."`
},
) (*struct{ Body CaseSeals }, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	side, kinds, err := sealsFor(v.Case, a, in.For)
	if err != nil {
		return nil, err
	}
	held, err := s.heldBy(ctx, a)
	if err != nil {
		return nil, err
	}
	out := CaseSeals{kinds, []CaseSeal{}}
	for _, org := range side {
		list, err := s.Seals.Of(ctx, org)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			if code := step.FitsSeal(one, org, kinds); code != "" && code != "not-in-use" || slices.Contains([]seal.State{seal.Refused, seal.Revoked, seal.Replaced}, one.State) {
				continue
			}
			view, err := s.caseSeal(ctx, v, a, one, held)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, view)
		}
	}
	return &struct{ Body CaseSeals }{out}, nil
}

// sealsFor reads from the definition whose seals count for a field or an action, and of which kinds.
func sealsFor(c *procedure.Case, a cinnabar.Actor, field string) ([]cinnabar.OrgID, []seal.Kind, error) {
	for _, action := range c.Definition.Actions {
		if action.Step == nil {
			continue
		}
		switch action.Step.Name {
		case step.Countersign{}.StepName():
			if action.Name == field {
				p, err := procedure.ParamsOf[step.Countersign](&action)
				return []cinnabar.OrgID{c.Operator}, p.Kinds, err
			}
		case edocument.SealDocument{}.StepName(): // another organisation may stand on the route
			if action.Name == field {
				return []cinnabar.OrgID{a.Org}, edocument.SealKinds(c, a), nil
			}
		case step.InstructSeals{}.StepName():
			p, err := procedure.ParamsOf[step.InstructSeals](&action)
			if err != nil {
				return nil, nil, err
			}
			if i := slices.IndexFunc(p.Fields, func(f step.SealField) bool { return f.Name == field }); i >= 0 {
				return customers(c), p.Fields[i].Kinds, nil
			}
		}
	}
	return nil, nil, errs.Wrong(errs.Field{Pointer: "/for", Code: "unknown"})
}

// customers are the organisations that have a part in a case and do not run it.
func customers(c *procedure.Case) []cinnabar.OrgID {
	var out []cinnabar.OrgID
	for _, g := range c.Grants {
		org := g.Holder.Org()
		if role := c.Definition.Role(g.Role); role != nil && !role.Operator && org != "" && !slices.Contains(out, org) {
			out = append(out, org)
		}
	}
	return out
}

func (s *Server) caseSeal(ctx context.Context, v *procedure.View, a cinnabar.Actor, one seal.Seal, held []seal.Seal) (CaseSeal, error) {
	view, err := s.sealJSON(ctx, a, one, held)
	if err != nil {
		return CaseSeal{}, err
	}
	out := CaseSeal{SealView: view}
	if out.Held, err = s.holdsSeal(ctx, a, one.ID); err != nil {
		return out, err
	}
	switch {
	case one.State != seal.InUse:
		out.Reason = string(one.State)
	case view.LockedUntil != nil:
		out.Reason = "locked"
	case one.NeedsApproval && out.Held:
		if out.Reason, err = s.lacksApproval(ctx, v, a, one.ID); err != nil {
			return out, err
		}
	}
	out.SealView.Usable = out.Reason == ""
	return out, nil
}

// purposeOf is what a seal is unlocked for in a case: its document as it stands.
func (s *Server) purposeOf(ctx context.Context, c *procedure.Case) (seal.Purpose, error) {
	id := cinnabar.DocID(c.Facts.Text(step.FactDocument))
	if id == "" {
		return seal.Purpose{}, errs.New(errs.Conflict, "no-document", "this case has no document yet")
	}
	d, err := s.Documents.Get(ctx, id)
	return seal.Purpose{Case: c.ID, Template: step.TemplateOf(c), Digests: []cinnabar.Digest{d.Digest}}, err
}

// lacksApproval tells whether approval of a use is missing, or asked for and not decided; "" when there is one.
func (s *Server) lacksApproval(ctx context.Context, v *procedure.View, a cinnabar.Actor, id cinnabar.SealID) (string, error) {
	reason := "approval-missing"
	if v.Facts.Text(step.FactDocument) == "" {
		return reason, nil
	}
	purpose, err := s.purposeOf(ctx, v.Case)
	if err != nil {
		return reason, err
	}
	list, err := s.Seals.Approvals(ctx, id)
	for _, p := range list {
		switch {
		case p.Person != a.Person || p.Purpose != purpose.Digest().String():
		case p.State == "approved" && p.UsesLeft > 0:
			return "", err
		case p.State == "asked":
			reason = "approval-asked"
		}
	}
	return reason, err
}

// ApprovalView is a request to use a seal.
type ApprovalView struct {
	ID       string     `json:"id"`
	Person   PersonRef  `json:"person"`
	UsesLeft int        `json:"usesLeft"`
	State    string     `json:"state" enum:"asked,approved,refused"`
	Decided  *PersonRef `json:"decided,omitempty"`
	Reason   string     `json:"reason" doc:"Why it was asked for."`
	Answer   string     `json:"answer,omitempty" doc:"What was said to the decision."`
}

func (s *Server) sealApprovals(ctx context.Context, in *SealPath) (*struct{ Body []ApprovalView }, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.visibleSeal(ctx, a, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Seals.Approvals(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := []ApprovalView{}
	for _, p := range list {
		names := s.personNames(ctx, p.Person, p.Decided)
		view := ApprovalView{ID: p.ID, Person: PersonRef{p.Person, names[p.Person]}, UsesLeft: p.UsesLeft, State: p.State, Reason: p.Reason, Answer: p.Answer}
		if p.Decided != "" {
			view.Decided = &PersonRef{p.Decided, names[p.Decided]}
		}
		out = append(out, view)
	}
	return &struct{ Body []ApprovalView }{out}, nil
}

type approvalAnswer struct {
	Body struct {
		ID string `json:"id"`
	}
}

func (s *Server) askApproval(ctx context.Context, in *struct {
	SealPath
	Body struct {
		Case   cinnabar.CaseID `json:"case"`
		Reason string          `json:"reason" maxLength:"200"`
	}
},
) (*approvalAnswer, error) {
	a, err := member(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.visibleSeal(ctx, a, in.ID); err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.Body.Case, a)
	if err != nil {
		return nil, err
	}
	purpose, err := s.purposeOf(ctx, v.Case)
	if err != nil {
		return nil, err
	}
	out := &approvalAnswer{}
	out.Body.ID, err = s.Seals.AskApproval(ctx, in.ID, a.Person, purpose, in.Body.Reason)
	return out, err
}

// ApprovalDocument is a document for which the use of a seal is asked.
type ApprovalDocument struct {
	Case   cinnabar.CaseID `json:"case"`
	Kind   string          `json:"kind"`
	Number string          `json:"number"`
	Title  string          `json:"title"`
	Open   bool            `json:"open" doc:"The caller may look at it."`
}

// ApprovalDocuments are at most 100 of them.
type ApprovalDocuments struct {
	Items []ApprovalDocument `json:"items"`
	Total int                `json:"total"`
}

// mostShown is how many documents of a request are listed.
const mostShown = 100

func (s *Server) approvalDocuments(ctx context.Context, in *struct {
	SealPath
	Approval string `path:"approval"`
},
) (*struct{ Body ApprovalDocuments }, error) {
	a, err := s.admitMove(ctx, in.ID, mayManageSeal)
	if err != nil {
		return nil, err
	}
	digests, err := s.Seals.ApprovalDocuments(ctx, in.ID, in.Approval)
	if err != nil {
		return nil, err
	}
	list, err := s.Documents.WithDigests(ctx, digests[:min(len(digests), mostShown)])
	if err != nil {
		return nil, err
	}
	out := ApprovalDocuments{[]ApprovalDocument{}, len(digests)}
	for _, d := range list {
		_, err := s.Engine.View(ctx, d.Case, a)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return nil, err
		}
		out.Items = append(out.Items, ApprovalDocument{d.Case, d.Kind, d.Number, d.Title, err == nil})
	}
	return &struct{ Body ApprovalDocuments }{out}, nil
}

type decideInput struct {
	SealPath
	Approval string `path:"approval"`
	Body     struct {
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

func (s *Server) decideApproval(approve bool) func(context.Context, *decideInput) (*struct{ Body []ApprovalView }, error) {
	return func(ctx context.Context, in *decideInput) (*struct{ Body []ApprovalView }, error) {
		a, err := s.admitMove(ctx, in.ID, mayManageSeal)
		if err != nil {
			return nil, err
		}
		list, err := s.Seals.Approvals(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(p seal.Approval) bool { return p.ID == in.Approval }) {
			return nil, errs.New(errs.NotFound, "approval-not-found", "there is no such request")
		}
		if err := s.Seals.DecideApproval(ctx, a, in.Approval, approve, in.Body.Reason); err != nil {
			return nil, err
		}
		return s.sealApprovals(ctx, &in.SealPath)
	}
}
