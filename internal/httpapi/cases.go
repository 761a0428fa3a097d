package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

func (s *Server) caseRoutes() {
	get(s, "/cases", "cases", "List the cases that the caller may see", s.listCases)
	get(s, "/cases/{id}", "cases", "A case as the caller sees it", s.getCase)
	get(s, "/cases/{id}/officers", "cases", "The officers to whom the case can be given now", s.officersFor)
	get(s, "/cases/{id}/timeline", "cases", "What happened, in order", s.getTimeline)
	post(s, "/cases", "cases", "Begin a case", http.StatusCreated, s.startCase)
	post(s, "/cases/{id}/actions/{action}", "cases", "Take an action", http.StatusOK, s.act)
	put(s, "/cases/{id}/drafts/{section}", "cases", "Keep a section's draft", s.saveDraft)
	put(s, "/cases/{id}/materials/{name}", "cases", "Give a material its files", s.setFiles)
	post(s, "/cases/{id}/face-checks", "cases", "Issue a face check, to be answered by verify-face", http.StatusCreated, s.beginFace)
}

type caseList struct {
	Body struct {
		Items []CaseRow `json:"items"`
		Next  string    `json:"next" doc:"The cursor of the next page; empty when there is none."`
		Total int       `json:"total" doc:"1001 means more than 1,000."`
	}
}

type listCasesInput struct {
	Procedure string    `query:"procedure"`
	State     string    `query:"state" doc:"States, separated by commas."`
	Role      string    `query:"role" doc:"Only cases in which the caller holds this role."`
	Q         string    `query:"q" maxLength:"200" doc:"Words of names, addresses and documents, or a case number."`
	USCC      string    `query:"uscc" maxLength:"18" doc:"Exactly this unified social credit code."`
	Assignee  string    `query:"assignee" enum:"me,none" doc:"Claimed by the caller, or by nobody."`
	Open      string    `query:"open" enum:"true,false" doc:"Whether the case has not ended."`
	Mine      string    `query:"mine" enum:"open,waiting,done" doc:"Running and waiting for a role of the caller; running and waiting for others; ended."`
	DueBefore time.Time `query:"dueBefore"`
	Sort      string    `query:"sort" enum:"updated,deadline" default:"updated" doc:"The latest changed first, or the most urgent first."`
	Limit     int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor    string    `query:"cursor"`
}

func (in *listCasesInput) filter(a cinnabar.Actor) procedure.Filter {
	f := procedure.Filter{
		Procedure: in.Procedure, Role: in.Role, Query: in.Q, DueBefore: in.DueBefore, ByDue: in.Sort == "deadline", Limit: in.Limit, After: in.Cursor,
	}
	if in.State != "" {
		f.States = strings.Split(in.State, ",")
	}
	if in.USCC != "" {
		f.Exact = append(f.Exact, procedure.Exact{Kind: "uscc", Value: in.USCC})
	}
	switch in.Assignee {
	case "me":
		f.Assignee = &a.Person
	case "none":
		f.Assignee = new(cinnabar.PersonID)
	}
	final := in.Open == "false" || in.Mine == "done"
	if in.Open != "" || final {
		f.Final = &final
	}
	f.Turn = map[string]procedure.Turn{"open": procedure.TurnMine, "waiting": procedure.TurnOthers}[in.Mine]
	return f
}

func (s *Server) listCases(ctx context.Context, in *listCasesInput) (*caseList, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	f := in.filter(a)
	rows, next, err := s.Engine.List(ctx, a, f)
	if err != nil {
		return nil, err
	}
	out := &caseList{}
	out.Body.Next, out.Body.Items = next, []CaseRow{}
	var handlers []cinnabar.PersonID
	for _, r := range rows {
		handlers = append(handlers, r.Assignee)
	}
	names := s.personNames(ctx, handlers...)
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, rowJSON(r, a, names))
	}
	out.Body.Total, err = s.Engine.Count(ctx, a, f)
	return out, err
}

type caseAnswer struct {
	ETag string `header:"ETag"`
	Body Case
}

// CasePath names a case in an address. Huma finds parameters in embedded types only if they are exported.
type CasePath struct {
	ID cinnabar.CaseID `path:"id"`
}

func (s *Server) getCase(ctx context.Context, in *CasePath) (*caseAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	return s.caseAnswer(ctx, in.ID, a)
}

func (s *Server) caseAnswer(ctx context.Context, id cinnabar.CaseID, a cinnabar.Actor) (*caseAnswer, error) {
	v, err := s.Engine.View(ctx, id, a)
	if err != nil {
		return nil, err
	}
	body, err := s.caseJSON(ctx, v, a)
	if err != nil {
		return nil, err
	}
	return &caseAnswer{ETag: etag(v.Version), Body: *body}, nil
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// version reads an If-Match; 0 when there is none.
func version(ifMatch string) (int64, error) {
	if ifMatch == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(ifMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return 0, errs.New(errs.Invalid, "version-missing", "If-Match must hold the version from the ETag")
	}
	return n, nil
}

// based reads an If-Match without which nothing is changed.
func based(ifMatch string) (int64, error) {
	if ifMatch == "" {
		return 0, errs.New(errs.Invalid, "version-missing", "send If-Match with the version that you have seen")
	}
	return version(ifMatch)
}

type startInput struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Procedure string          `json:"procedure"`
		Operator  cinnabar.OrgID  `json:"operator" doc:"The organisation that runs the business, e.g. the gas company."`
		Role      string          `json:"role,omitempty" doc:"That the caller takes; the first one that may begin a case when left out."`
		From      cinnabar.CaseID `json:"from,omitempty" doc:"A case whose data this one starts from, e.g. that of a contract to be renewed."`
		For       cinnabar.OrgID  `json:"for,omitempty" doc:"The customer for whom an officer begins the case at the counter; with from, the one of that case when left out. Customers begin their own and leave it out."`
	}
}

func (s *Server) startCase(ctx context.Context, in *startInput) (*caseAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	def, err := s.Engine.Newest(in.Body.Procedure)
	if err != nil {
		return nil, err
	}
	start := procedure.Start{Procedure: def.ID, Operator: in.Body.Operator, Role: in.Body.Role, From: in.Body.From, Key: in.Key, Actor: a}
	old, err := s.formerCase(ctx, &start)
	if err != nil {
		return nil, err
	}
	if err := s.admitStart(ctx, def, &start, in.Body.For, old); err != nil {
		return nil, err
	}
	id, err := s.Engine.Start(ctx, start)
	if err != nil {
		return nil, err
	}
	return s.caseAnswer(ctx, id, a)
}

// admitStart decides in which role a case is begun: a customer's own, or an officer's for a customer.
func (s *Server) admitStart(ctx context.Context, def *procedure.Definition, start *procedure.Start, customer cinnabar.OrgID, old *procedure.View) error {
	org, err := s.Identity.Org(ctx, start.Operator)
	if err != nil || org.Kind != "operator" {
		return errs.Wrong(errs.Field{Pointer: "/operator", Code: "unknown"})
	}
	officer := start.Actor.Org == start.Operator
	for _, r := range def.Roles {
		if start.Role == "" && r.Starts && r.Operator == officer {
			start.Role = r.ID
		}
	}
	role := def.Role(start.Role)
	if role == nil || !role.Starts || role.Operator != officer || (officer && !anyRole(start.Actor, role.Needs)) {
		return errs.New(errs.Forbidden, "may-not-start", "you may not begin a case of this procedure")
	}
	if !officer {
		if customer != "" {
			return errs.Wrong(errs.Field{Pointer: "/for", Code: "not-allowed"})
		}
		return nil
	}
	if old != nil {
		return s.sameCustomer(ctx, start, customer, old)
	}
	if customer == "" || customer == start.Operator {
		return errs.Wrong(errs.Field{Pointer: "/for", Code: "missing"})
	}
	if _, err := s.Identity.Org(ctx, customer); err != nil {
		return errs.Wrong(errs.Field{Pointer: "/for", Code: "unknown"})
	}
	for _, r := range def.Roles {
		if r.Starts && !r.Operator {
			start.Grants = append(start.Grants, procedure.Grant{Role: r.ID, Holder: procedure.OrgHolder(customer)})
		}
	}
	return nil
}

func anyRole(a cinnabar.Actor, needs []string) bool {
	for _, n := range needs {
		if a.HasRole(n) {
			return true
		}
	}
	return len(needs) == 0
}

type actInput struct {
	CasePath
	Action  string         `path:"action"`
	Key     string         `header:"Idempotency-Key"`
	IfMatch string         `header:"If-Match" doc:"The version that the caller has seen, from the ETag."`
	Body    map[string]any `required:"false"`
}

type actAnswer struct {
	ETag string `header:"ETag"`
	Body struct {
		Case   Case             `json:"case"`
		Result procedure.Result `json:"result"`
	}
}

func (s *Server) act(ctx context.Context, in *actInput) (*actAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := version(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if in.Body == nil {
		in.Body = map[string]any{}
	}
	res, err := s.Engine.Do(ctx, procedure.Do{Case: in.ID, Action: in.Action, Version: seen, Body: in.Body, Key: in.Key, Actor: a})
	if err != nil {
		return nil, err
	}
	c, err := s.caseAnswer(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	out := &actAnswer{ETag: c.ETag}
	out.Body.Case, out.Body.Result = c.Body, *res
	return out, nil
}

type draftInput struct {
	CasePath
	Section string `path:"section"`
	IfMatch string `header:"If-Match" doc:"The section's revision."`
	Body    struct {
		Data map[string]any `json:"data"`
	}
}

type draftAnswer struct {
	Body struct {
		Revision int64        `json:"revision"`
		Errors   []errs.Field `json:"errors" doc:"What is missing or malformed; the draft is kept all the same."`
	}
}

func (s *Server) saveDraft(ctx context.Context, in *draftInput) (*draftAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := version(in.IfMatch)
	if err != nil {
		return nil, err
	}
	out := &draftAnswer{}
	out.Body.Errors = []errs.Field{}
	revision, wrong, err := s.Engine.SaveDraft(ctx, procedure.Draft{Case: in.ID, Section: in.Section, Revision: seen, Data: in.Body.Data, Actor: a})
	if err != nil {
		return nil, err
	}
	out.Body.Revision, out.Body.Errors = revision, append(out.Body.Errors, wrong...)
	return out, nil
}

type filesInput struct {
	CasePath
	Name string `path:"name"`
	Body struct {
		Files []cinnabar.FileID `json:"files"`
	}
}

type materialAnswer struct{ Body MaterialView }

func (s *Server) setFiles(ctx context.Context, in *filesInput) (*materialAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.Engine.SetFiles(ctx, in.ID, in.Name, in.Body.Files, a); err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	files, err := s.filesOf(ctx, v.Case)
	if err != nil {
		return nil, err
	}
	return &materialAnswer{materialJSON(v, v.Material(in.Name), files)}, nil
}

type faceAnswer struct {
	Body struct {
		Check     string    `json:"check"`
		Nonce     string    `json:"nonce"`
		Steps     []string  `json:"steps" enum:"turn-left,turn-right,nod,come-nearer,blink" doc:"To be shown in this order."`
		Redirect  string    `json:"redirect,omitempty" doc:"The provider's own page."`
		ExpiresAt time.Time `json:"expiresAt"`
	}
}

func (s *Server) beginFace(ctx context.Context, in *struct{ CasePath }) (*faceAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	verify := v.Definition.ActionOf(step.VerifyFace{})
	if verify == nil || !v.CanTake(verify.Name) {
		return nil, errs.New(errs.Conflict, "not-open", "this is not possible now").With("open", v.OpenNames())
	}
	consented, err := s.Identity.HasConsent(ctx, s.DB, a.Person, identity.FaceConsent)
	if err != nil {
		return nil, err
	}
	if !consented {
		return nil, errs.New(errs.Conflict, "consent-missing", "agree to the processing of your face first, or choose the way without it").With("kind", identity.FaceConsent)
	}
	c, err := step.BeginFace(ctx, s.Steps, v.Case, verify)
	if err != nil {
		return nil, err
	}
	out := &faceAnswer{}
	out.Body.Check, out.Body.Nonce, out.Body.ExpiresAt, out.Body.Redirect = c.ID, c.Nonce, c.Expires, c.Begun.Redirect
	out.Body.Steps = []string{}
	for _, step := range c.Challenge.Steps {
		out.Body.Steps = append(out.Body.Steps, string(step))
	}
	return out, nil
}

type timelineAnswer struct {
	Body []TimelineEntry
}

// TimelineEntry is something that happened.
type TimelineEntry struct {
	Seq     int64           `json:"seq"`
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`
	Title   cinnabar.Text   `json:"title"`
	Outcome string          `json:"outcome"`
	Actor   TimelineActor   `json:"actor"`
	Detail  map[string]any  `json:"detail"`
	Hash    cinnabar.Digest `json:"hash"`
}

// TimelineActor is who did it.
type TimelineActor struct {
	Kind  cinnabar.ActorKind `json:"kind"`
	Name  string             `json:"name"`
	Role  string             `json:"role"`
	Title cinnabar.Text      `json:"title" doc:"Of the role."`
	Org   string             `json:"org"`
}

func (s *Server) getTimeline(ctx context.Context, in *struct {
	CasePath
	After int64 `query:"after"`
},
) (*timelineAnswer, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.View(ctx, in.ID, a)
	if err != nil {
		return nil, err
	}
	entries, err := s.Engine.Timeline(ctx, in.ID, in.After)
	if err != nil {
		return nil, err
	}
	out := &timelineAnswer{Body: []TimelineEntry{}}
	for _, e := range entries {
		entry, err := s.entryJSON(ctx, v, e)
		if err != nil {
			return nil, fmt.Errorf("timeline entry %d: %w", e.Seq, err)
		}
		out.Body = append(out.Body, entry)
	}
	return out, nil
}
