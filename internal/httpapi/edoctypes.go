package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// edocTypeRoutes are what an organisation sets for its documents: departments and types.
func (s *Server) edocTypeRoutes() {
	get(s, "/departments", "e-documents", "Departments of the organisation acted for", s.listDepartments)
	post(s, "/departments", "e-documents", "Add a department", http.StatusCreated, s.addDepartment)
	del(s, "/departments/{id}", "e-documents", "Close a department", s.closeDepartment)
	put(s, "/departments/members/{person}", "e-documents", "Say to which departments a member belongs", s.putDepartments)
	get(s, "/document-types", "e-documents", "Document types of the organisation acted for", s.listTypes)
	put(s, "/document-types", "e-documents", "Change the document types", s.putTypes)
	get(s, "/document-types/organisations", "e-documents", "The other organisations on the routes of the document types", s.listRouteOrgs)
	post(s, "/document-types/preview", "e-documents", "A document as a template makes it, with sample values", http.StatusOK, s.previewType)
	get(s, "/document-types/{id}/form", "e-documents", "What one enters for a document of the type", s.typeForm)
	s.documentStoreRoutes()
}

// DepartmentView is a department.
type DepartmentView struct {
	ID      cinnabar.DepartmentID `json:"id"`
	Name    string                `json:"name"`
	Client  string                `json:"client" doc:"Client number, under which its documents come back."`
	Closed  bool                  `json:"closed"`
	Mine    bool                  `json:"mine" doc:"The caller belongs to it."`
	Members []DepartmentMember    `json:"members"`
}

// DepartmentMember is somebody in a department.
type DepartmentMember struct {
	ID   cinnabar.PersonID `json:"id"`
	Name string            `json:"name"`
}

// actingFor lets in who acts for an organisation, people and programs.
func actingFor(ctx context.Context, roles ...string) (cinnabar.Actor, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return a, err
	}
	if a.Kind == cinnabar.Link || a.Org == "" {
		return a, errs.New(errs.Forbidden, "not-acting", "say for which organisation you act")
	}
	if len(roles) > 0 && !anyRole(a, roles) {
		return a, errs.New(errs.Forbidden, "not-your-role", "this is for others in your organisation")
	}
	return a, nil
}

func (s *Server) listDepartments(ctx context.Context, _ *struct{}) (*struct{ Body []DepartmentView }, error) {
	a, err := actingFor(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.Identity.Departments(ctx, s.DB, a.Org)
	if err != nil {
		return nil, err
	}
	members, err := s.Identity.Members(ctx, s.DB, a.Org)
	if err != nil {
		return nil, err
	}
	out := []DepartmentView{}
	for _, d := range list {
		v := DepartmentView{d.ID, d.Name, d.Client, d.Closed, slices.Contains(a.Departments, d.ID), []DepartmentMember{}}
		for _, m := range members {
			if slices.Contains(m.Departments, d.ID) {
				v.Members = append(v.Members, DepartmentMember{m.Person, m.Name})
			}
		}
		out = append(out, v)
	}
	return &struct{ Body []DepartmentView }{out}, nil
}

func (s *Server) addDepartment(ctx context.Context, in *struct {
	Body struct {
		Name   string `json:"name" maxLength:"60"`
		Client string `json:"client,omitempty" maxLength:"20" doc:"A-Z, 0-9, hyphen; the next free one when left out."`
	}
},
) (*struct{ Body DepartmentView }, error) {
	a, err := actingFor(ctx, identity.Admin)
	if err != nil {
		return nil, err
	}
	d, err := s.Identity.AddDepartment(ctx, a, in.Body.Name, in.Body.Client)
	if err != nil {
		return nil, err
	}
	return &struct{ Body DepartmentView }{DepartmentView{ID: d.ID, Name: d.Name, Client: d.Client, Members: []DepartmentMember{}}}, nil
}

func (s *Server) closeDepartment(ctx context.Context, in *struct {
	ID cinnabar.DepartmentID `path:"id"`
},
) (*struct{}, error) {
	a, err := actingFor(ctx, identity.Admin)
	if err != nil {
		return nil, err
	}
	return nil, s.EDocuments.CloseDepartment(ctx, a, in.ID)
}

func (s *Server) putDepartments(ctx context.Context, in *struct {
	Person cinnabar.PersonID `path:"person"`
	Body   struct {
		Departments []cinnabar.DepartmentID `json:"departments" maxItems:"50"`
	}
},
) (*struct{}, error) {
	a, err := actingFor(ctx, identity.Admin)
	if err != nil {
		return nil, err
	}
	return nil, s.Identity.PutDepartments(ctx, a, in.Person, in.Body.Departments)
}

func (s *Server) listTypes(ctx context.Context, _ *struct{}) (*settingAnswer[Items[edocument.Type]], error) {
	a, err := actingFor(ctx)
	if err != nil {
		return nil, err
	}
	list, n, err := s.EDocuments.Types(ctx, s.DB, a.Org)
	return &settingAnswer[Items[edocument.Type]]{etag(n), Items[edocument.Type]{list}}, err
}

func (s *Server) listRouteOrgs(ctx context.Context, _ *struct{}) (*struct{ Body Items[CustomerRef] }, error) {
	a, err := actingFor(ctx)
	if err != nil {
		return nil, err
	}
	types, _, err := s.EDocuments.Types(ctx, s.DB, a.Org)
	if err != nil {
		return nil, err
	}
	out := Items[CustomerRef]{Items: []CustomerRef{}}
	for _, id := range edocument.Strangers(types) {
		o, err := s.Identity.Org(ctx, id)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, CustomerRef{o.ID, o.Name, o.USCC})
	}
	return &struct{ Body Items[CustomerRef] }{out}, nil
}

func (s *Server) putTypes(ctx context.Context, in *struct {
	IfMatch string `header:"If-Match" doc:"The version that the change is based on, from the ETag."`
	Body    Items[edocument.Type]
},
) (*settingAnswer[Items[edocument.Type]], error) {
	a, err := actingFor(ctx, identity.Admin)
	if err != nil {
		return nil, err
	}
	seen, err := based(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if err := s.EDocuments.PutTypes(ctx, a, seen, in.Body.Items); err != nil {
		return nil, err
	}
	return s.listTypes(ctx, nil)
}

func (s *Server) previewType(ctx context.Context, in *struct {
	Body struct {
		Template string `json:"template" minLength:"1"`
	}
},
) (*pdfAnswer, error) {
	if _, err := actingFor(ctx, identity.Admin); err != nil {
		return nil, err
	}
	return s.drawSample(ctx, "document", in.Body.Template, "/template")
}

// TypeForm is a form as JSON Schema with hints for screens.
type TypeForm struct {
	Schema   json.RawMessage `json:"schema"`
	UISchema json.RawMessage `json:"uiSchema"`
	Uploads  bool            `json:"uploads" doc:"A finished PDF is taken instead."`
	Template bool            `json:"template" doc:"Documents are made of data."`
}

func (s *Server) typeForm(ctx context.Context, in *struct {
	ID string `path:"id"`
},
) (*struct{ Body TypeForm }, error) {
	a, err := actingFor(ctx)
	if err != nil {
		return nil, err
	}
	t, err := s.EDocuments.TypeOf(ctx, s.DB, a.Org, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := s.EDocuments.Form(t)
	if err != nil {
		return nil, err
	}
	return &struct{ Body TypeForm }{TypeForm{f.JSONSchema(), f.UISchema(), t.Uploads, t.Template != ""}}, nil
}
