package httpapi

import (
	"context"
	"net/http"
	"sort"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
)

func (s *Server) procedureRoutes() {
	get(s, "/procedures", "procedures", "The procedures that can be begun here", s.listProcedures)
	get(s, "/procedures/{id}", "procedures", "A procedure as it is declared", s.getProcedure)
	get(s, "/operators", "procedures", "The organisations that run a procedure", s.listOperators)
}

// ProcedureRow is a procedure in a list.
type ProcedureRow struct {
	ID       string        `json:"id"`
	Version  int           `json:"version"`
	Title    cinnabar.Text `json:"title"`
	Summary  cinnabar.Text `json:"summary"`
	MayStart bool          `json:"mayStart"`
}

// Procedure is a procedure as it is declared.
type Procedure struct {
	ProcedureRow
	Roles   []Titled       `json:"roles"`
	Stages  []StageView    `json:"stages"`
	States  []CaseState    `json:"states"`
	Actions []DeclaredView `json:"actions"`
	Diagram string         `json:"diagram" doc:"A Mermaid state diagram made from the declaration."`
}

// DeclaredView is an action as it is declared.
type DeclaredView struct {
	Name  string            `json:"name"`
	Title cinnabar.Text     `json:"title"`
	From  []string          `json:"from"`
	By    []string          `json:"by"`
	To    map[string]string `json:"to"`
	Form  *FormView         `json:"form,omitempty"`
}

func (s *Server) listProcedures(ctx context.Context, _ *struct{}) (*struct{ Body []ProcedureRow }, error) {
	out := []ProcedureRow{}
	for _, d := range s.Engine.Definitions() {
		out = append(out, s.procedureRow(ctx, d))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return &struct{ Body []ProcedureRow }{out}, nil
}

func (s *Server) procedureRow(ctx context.Context, d *procedure.Definition) ProcedureRow {
	a := actorOf(ctx)
	row := ProcedureRow{ID: d.ID, Version: d.Version, Title: d.Title, Summary: d.Summary}
	for _, r := range d.Roles {
		row.MayStart = row.MayStart || (a.Kind == cinnabar.Member && r.Starts && anyRole(a, r.Needs))
	}
	return row
}

func (s *Server) getProcedure(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Lang string `query:"lang" enum:"zh,en" default:"zh"`
},
) (*struct{ Body Procedure }, error) {
	d, err := s.Engine.Newest(in.ID)
	if err != nil {
		return nil, err
	}
	p := Procedure{ProcedureRow: s.procedureRow(ctx, d), Diagram: d.Diagram(in.Lang), Roles: []Titled{}, Stages: []StageView{}, States: []CaseState{}, Actions: []DeclaredView{}}
	for _, r := range d.Roles {
		p.Roles = append(p.Roles, Titled{r.ID, r.Title})
	}
	for _, g := range d.Stages {
		p.Stages = append(p.Stages, StageView{ID: g.ID, Title: g.Title, Needs: g.Needs, Status: "later"})
	}
	for i := range d.States {
		p.States = append(p.States, stateJSON(&d.States[i]))
	}
	for _, a := range d.Actions {
		v := DeclaredView{Name: a.Name, Title: a.Title, From: a.From, By: a.By, To: a.To}
		if a.Form != nil {
			v.Form = &FormView{a.Form.JSONSchema(), a.Form.UISchema()}
		}
		p.Actions = append(p.Actions, v)
	}
	return &struct{ Body Procedure }{p}, nil
}

// OperatorRow is an organisation that runs a business.
type OperatorRow struct {
	ID    cinnabar.OrgID `json:"id"`
	Name  string         `json:"name"`
	Phone string         `json:"phone"`
}

func (s *Server) listOperators(ctx context.Context, _ *struct {
	Procedure string `query:"procedure"`
},
) (*struct{ Body []OperatorRow }, error) {
	list, err := s.Identity.Operators(ctx)
	if err != nil {
		return nil, err
	}
	out := []OperatorRow{}
	for _, o := range list {
		out = append(out, OperatorRow{o.ID, o.Name, o.Phone})
	}
	return &struct{ Body []OperatorRow }{out}, nil
}

// describeActions gives every action a typed path in the description; procedures that have an action of one name
// share the path, which describes the body for each. Requests to them arrive at the one route for actions.
func (s *Server) describeActions() {
	api := s.api.OpenAPI()
	general := api.Paths[base+"/cases/{id}/actions/{action}"].Post
	for _, d := range s.Engine.Definitions() {
		for _, a := range d.Actions {
			path := base + "/cases/{id}/actions/" + a.Name
			if shared := api.Paths[path]; shared != nil {
				s.describeToo(shared.Post, d.ID, a)
				continue
			}
			op := *general
			op.OperationID, op.Summary, op.Description, op.Tags = "act-"+a.Name, a.Title.En, a.Help.En, []string{d.ID}
			op.Parameters = withoutParam(general.Parameters, "action")
			op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: s.actionSchema(a)}}}
			op.Method, op.Path = http.MethodPost, path
			api.Paths[path] = &huma.PathItem{Post: &op}
		}
	}
}

// describeToo adds another procedure's action of the same name.
func (s *Server) describeToo(op *huma.Operation, procedureID string, a procedure.Action) {
	body := op.RequestBody.Content["application/json"]
	if len(op.Tags) == 1 {
		first := body.Schema
		first.Title = op.Tags[0]
		body.Schema = &huma.Schema{AnyOf: []*huma.Schema{first}}
		op.Summary, op.Description = op.Tags[0]+": "+op.Summary, helpOf(op.Tags[0], op.Description)
	}
	other := s.actionSchema(a)
	other.Title = procedureID
	body.Schema.AnyOf = append(body.Schema.AnyOf, other)
	op.Tags = append(op.Tags, procedureID)
	op.Summary += "; " + procedureID + ": " + a.Title.En
	if help := helpOf(procedureID, a.Help.En); help != "" {
		op.Description = strings.TrimPrefix(op.Description+"\n\n"+help, "\n\n")
	}
}

// helpOf is what a procedure says of its action; "" when it says nothing.
func helpOf(procedureID, help string) string {
	if help == "" {
		return ""
	}
	return procedureID + ": " + help
}

func withoutParam(params []*huma.Param, name string) []*huma.Param {
	var out []*huma.Param
	for _, p := range params {
		if p.Name != name {
			out = append(out, p)
		}
	}
	return out
}

// actionSchema carries the form's JSON Schema into the description as it is.
func (s *Server) actionSchema(a procedure.Action) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeObject}
	if a.Form != nil {
		schema.Extensions = map[string]any{"x-form": a.Form.JSONSchema()}
	}
	return schema
}
