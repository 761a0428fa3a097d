package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/business/gascontract/contracts"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// Who may change what an operator sets for itself.
var (
	desk  = []string{"clerk", "supervisor", identity.Admin}
	heads = []string{"supervisor", identity.Admin}
)

// settingRoutes serve what an operator sets for itself. Everybody in it may look.
func (s *Server) settingRoutes() {
	listSetting(s, "materials", "The materials that applicants are asked for", desk, gascontract.DefaultMaterials(), checkMaterials)
	listSetting(s, "appliances", "The catalogue of appliances", desk, gascontract.DefaultAppliances(), checkAppliances)
	orgSetting(s, "/settings/policy", "How the procedure is run", heads, s.readPolicy, s.writePolicy)
	orgSetting(s, "/settings/templates", "The wording of the contracts", heads, s.readTemplates, s.writeTemplates)
	post(s, "/settings/templates/preview", "settings", "A contract as a template makes it, with sample values", http.StatusOK, s.previewTemplate)
	orgSetting(s, "/settings/phrases", "Preset reasons of reviewers", desk, s.readPhrases, s.writePhrases)
	get(s, "/catalogue/appliances", "settings", "An operator's catalogue of appliances, for applicants", s.applianceCatalogue)
}

// settingName is under which name a setting of the procedure is kept.
func settingName(short string) string { return gascontract.ID + "/" + short }

// Items is a list that is set as a whole.
type Items[T any] struct {
	Items []T `json:"items" maxItems:"500"`
}

// SettingQuery says of which procedure the settings are.
type SettingQuery struct {
	Procedure string `query:"procedure" enum:"gas-contract" default:"gas-contract"`
}

type settingAnswer[V any] struct {
	ETag string `header:"ETag"`
	Body V
}

type settingInput[V any] struct {
	SettingQuery
	IfMatch string `header:"If-Match" doc:"The version that the change is based on, from the ETag."`
	Body    V
}

// orgSetting registers the reading and writing of one setting of the caller's operator.
func orgSetting[V any](s *Server, path, summary string, mayChange []string,
	read func(context.Context, cinnabar.OrgID) (V, int64, error), write func(context.Context, cinnabar.Actor, int64, V) (int64, error),
) {
	get(s, path, "settings", summary, func(ctx context.Context, _ *SettingQuery) (*settingAnswer[V], error) {
		a, err := s.operatorStaff(ctx, nil)
		if err != nil {
			return nil, err
		}
		v, n, err := read(ctx, a.Org)
		return &settingAnswer[V]{etag(n), v}, err
	})
	put(s, path, "settings", "Change: "+summary, func(ctx context.Context, in *settingInput[V]) (*settingAnswer[V], error) {
		a, err := s.operatorStaff(ctx, mayChange)
		if err != nil {
			return nil, err
		}
		seen, err := based(in.IfMatch)
		if err != nil {
			return nil, err
		}
		if _, err = write(ctx, a, seen, in.Body); err != nil {
			return nil, err
		}
		v, n, err := read(ctx, a.Org)
		return &settingAnswer[V]{etag(n), v}, err
	})
}

// listSetting is a setting that is kept as it is shown.
func listSetting[T any](s *Server, name, summary string, mayChange []string, byDefault []T, check func([]T) []errs.Field) {
	read := func(ctx context.Context, org cinnabar.OrgID) (Items[T], int64, error) {
		list := slices.Clone(byDefault)
		n, err := s.Settings.Get(ctx, s.DB, org, settingName(name), &list)
		return Items[T]{append([]T{}, list...)}, n, err
	}
	write := func(ctx context.Context, a cinnabar.Actor, seen int64, v Items[T]) (int64, error) {
		if wrong := check(v.Items); len(wrong) > 0 {
			return 0, errs.Wrong(wrong...)
		}
		return s.Settings.Put(ctx, a, settingName(name), seen, v.Items)
	}
	orgSetting(s, "/settings/"+name, summary, mayChange, read, write)
}

// operatorStaff lets people and programs of an operator in; with roles, only those that have one of them.
func (s *Server) operatorStaff(ctx context.Context, roles []string) (cinnabar.Actor, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return a, err
	}
	refusal := errs.New(errs.Forbidden, "operators-only", "this is for people of the organisation that runs the procedure")
	if a.Kind == cinnabar.Link || a.Org == "" {
		return a, refusal
	}
	org, err := s.Identity.Org(ctx, a.Org)
	if err != nil {
		return a, err
	}
	if org.Kind != identity.Operator || len(a.Roles) == 0 {
		return a, refusal
	}
	if !anyRole(a, roles) {
		return a, errs.New(errs.Forbidden, "not-your-role", "another role in your organisation changes this").With("roles", roles)
	}
	return a, nil
}

// PolicyView is how an operator runs the procedure.
type PolicyView struct {
	FaceAssurance   string `json:"faceAssurance" enum:"officer,alone" doc:"Whether an officer confirms every face, or a clear match counts alone."`
	Precheck        bool   `json:"precheck" doc:"A reviewer looks at the materials before anybody signs."`
	SupplierAddress string `json:"supplierAddress,omitempty" maxLength:"200" doc:"As printed in contracts."`
	EmergencyPhone  string `json:"emergencyPhone,omitempty" maxLength:"30" pattern:"^[0-9+() -]*$"`
}

func (s *Server) readPolicy(ctx context.Context, org cinnabar.OrgID) (PolicyView, int64, error) {
	var p gascontract.Policy
	n, err := s.Settings.Get(ctx, s.DB, org, settingName("policy"), &p)
	v := PolicyView{"officer", p.Precheck, p.SupplierAddress, p.EmergencyPhone}
	if p.MatchAlone {
		v.FaceAssurance = "alone"
	}
	return v, n, err
}

func (s *Server) writePolicy(ctx context.Context, a cinnabar.Actor, seen int64, v PolicyView) (int64, error) {
	p := gascontract.Policy{Precheck: v.Precheck, SupplierAddress: v.SupplierAddress, EmergencyPhone: v.EmergencyPhone}
	p.MatchAlone = v.FaceAssurance == "alone"
	return s.Settings.Put(ctx, a, settingName("policy"), seen, p)
}

// PhraseView is a preset reason.
type PhraseView struct {
	ID   string        `json:"id,omitempty"`
	Text cinnabar.Text `json:"text"`
}

func (s *Server) readPhrases(ctx context.Context, org cinnabar.OrgID) (Items[PhraseView], int64, error) {
	var list []cinnabar.Text
	for _, t := range gascontract.DefaultPhrases() {
		list = append(list, cinnabar.Text{Zh: t})
	}
	n, err := s.Settings.Get(ctx, s.DB, org, settingName("phrases"), &list)
	out := Items[PhraseView]{Items: []PhraseView{}}
	for i, t := range list {
		out.Items = append(out.Items, PhraseView{fmt.Sprintf("phrase-%d", i+1), t})
	}
	return out, n, err
}

func (s *Server) writePhrases(ctx context.Context, a cinnabar.Actor, seen int64, v Items[PhraseView]) (int64, error) {
	if wrong := checkPhrases(v.Items); len(wrong) > 0 {
		return 0, errs.Wrong(wrong...)
	}
	list := []cinnabar.Text{}
	for _, p := range v.Items {
		list = append(list, p.Text)
	}
	return s.Settings.Put(ctx, a, settingName("phrases"), seen, list)
}

func (s *Server) applianceCatalogue(ctx context.Context, in *struct {
	Operator cinnabar.OrgID `query:"operator" required:"true"`
}) (*struct {
	Body Items[gascontract.Appliance]
}, error,
) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	org, err := s.Identity.Org(ctx, in.Operator)
	if err != nil || org.Kind != identity.Operator {
		return nil, errs.New(errs.NotFound, "operator-not-found", "there is no such operator")
	}
	list := gascontract.DefaultAppliances()
	_, err = s.Settings.Get(ctx, s.DB, org.ID, settingName("appliances"), &list)
	return &struct {
		Body Items[gascontract.Appliance]
	}{Items[gascontract.Appliance]{list}}, err
}

// TemplateView is the wording of the contract for a type of use, or for a category of applicants in it. What the head
// of the wording says is repeated beside it.
type TemplateView struct {
	ID       string         `json:"id,omitempty" doc:"The type of use, and the category."`
	UseType  string         `json:"useType" enum:"commercial,industrial,public"`
	Category string         `json:"category,omitempty" enum:"sole-proprietor,legal-representative,agent" doc:"None: for all that have no wording of their own."`
	Title    *cinnabar.Text `json:"title,omitempty"`
	Version  int            `json:"version,omitempty"`
	Own      bool           `json:"own,omitempty" doc:"Not the wording that comes with the program."`
	Body     string         `json:"body" maxLength:"262144"`
}

func (s *Server) readTemplates(ctx context.Context, org cinnabar.OrgID) (Items[TemplateView], int64, error) {
	own := map[string]string{}
	n, err := s.Settings.Get(ctx, s.DB, org, settingName("templates"), &own)
	out := Items[TemplateView]{Items: []TemplateView{}}
	if err != nil {
		return out, n, err
	}
	for _, use := range contracts.Uses() {
		for _, category := range []string{"", gascontract.SoleProprietor, gascontract.LegalPerson, gascontract.Agent} {
			body, has := own[gascontract.WordingKey(use, category)]
			if !has && category != "" {
				continue
			}
			v, err := templateView(use, category, body)
			if err != nil {
				return out, n, err
			}
			out.Items = append(out.Items, v)
		}
	}
	return out, n, nil
}

// templateView shows a wording; "" is the one that comes with the program.
func templateView(use, category, own string) (TemplateView, error) {
	v := TemplateView{ID: gascontract.WordingKey(use, category), UseType: use, Category: category, Own: own != "", Body: own}
	if !v.Own {
		source, err := contracts.Source(use)
		if err != nil {
			return v, err
		}
		v.Body = string(source)
	}
	t, err := template.Parse(use, []byte(v.Body))
	if err != nil {
		return v, err
	}
	title := t.Title()
	v.Title, v.Version = &title, t.Version()
	return v, nil
}

// writeTemplates keeps what differs from the wording that comes with the program.
func (s *Server) writeTemplates(ctx context.Context, a cinnabar.Actor, seen int64, v Items[TemplateView]) (int64, error) {
	own := map[string]string{}
	var wrong []errs.Field
	for i, one := range v.Items {
		at := fmt.Sprintf("/items/%d", i)
		source, err := contracts.Source(one.UseType)
		if err != nil {
			return 0, err
		}
		key := gascontract.WordingKey(one.UseType, one.Category)
		if _, twice := own[key]; twice {
			wrong = append(wrong, errs.Field{Pointer: at + "/useType", Code: "duplicate"})
			continue
		}
		own[key] = one.Body
		if one.Body != string(source) {
			wrong = append(wrong, s.templateFaults(ctx, one, at+"/body")...)
		}
	}
	if len(wrong) > 0 {
		return 0, errs.Wrong(wrong...)
	}
	for _, use := range contracts.Uses() {
		if source, err := contracts.Source(use); err == nil && own[use] == string(source) {
			delete(own, use)
		}
	}
	return s.Settings.Put(ctx, a, settingName("templates"), seen, own)
}

func (s *Server) previewTemplate(ctx context.Context, in *struct{ Body TemplateView }) (*pdfAnswer, error) {
	if _, err := s.operatorStaff(ctx, heads); err != nil {
		return nil, err
	}
	return s.drawSample(ctx, in.Body.UseType, in.Body.Body, "/body")
}

// pdfAnswer is a PDF that is kept nowhere.
type pdfAnswer struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// drawSample makes a PDF of a template with sample values; at is where a fault of the wording is told.
func (s *Server) drawSample(ctx context.Context, name, source, at string) (*pdfAnswer, error) {
	t, err := template.Parse(name, []byte(source))
	if err != nil {
		return nil, errs.Wrong(syntaxField(err, at))
	}
	d, err := t.Preview(ctx, template.RenderOptions{Fonts: s.Fonts, Now: s.Clock.Now()})
	if err != nil {
		return nil, err
	}
	return &pdfAnswer{"application/pdf", d.PDF}, nil
}
