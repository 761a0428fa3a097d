package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/cinnabar"
)

// edocumentColumns are those of the list of documents as a table; state stands in words and as the API has it.
var edocumentColumns = []cinnabar.Text{
	{Zh: "编号", En: "Number"},
	{Zh: "类型", En: "Type"},
	{Zh: "标题", En: "Title"},
	{Zh: "业务主键", En: "Business key"},
	{Zh: "对方单位", En: "Party"},
	{Zh: "金额（元）", En: "Amount (yuan)"},
	{Zh: "日期", En: "Date"},
	{Zh: "状态", En: "State"},
	{Zh: "状态代码", En: "State code"},
	{Zh: "理由", En: "Reason"},
	{Zh: "办理时限", En: "To be handled by"},
	{Zh: "已超时", En: "Overdue"},
	{Zh: "制单部门", En: "Department"},
	{Zh: "客户端号", En: "Client number"},
	{Zh: "存储路径", En: "Storage path"},
	{Zh: "SHA-256", En: "SHA-256"},
	{Zh: "字节数", En: "Bytes"},
	{Zh: "版本", En: "Version"},
	{Zh: "制单时间", En: "Made at"},
	{Zh: "更新时间", En: "Changed at"},
	{Zh: "办件", En: "Case"},
}

// edocumentTable writes documents in a language.
type edocumentTable struct {
	lang        string
	now         time.Time
	types       map[string]cinnabar.Text
	departments map[cinnabar.DepartmentID]string
	state       func(id string) cinnabar.Text
}

func (s *Server) edocumentsCSV(w http.ResponseWriter, r *http.Request) error {
	a, err := signedIn(r.Context())
	if err != nil {
		return err
	}
	in := edocumentQueryOf(r.URL.Query())
	q, err := in.query()
	if err != nil {
		return err
	}
	t, err := s.edocumentTable(r.Context(), a, languageOf(r))
	if err != nil {
		return err
	}
	name := t.say(cinnabar.Text{Zh: "单据台账.csv", En: "documents.csv"})
	s.csvExport(w, r, "documents.csv", name, t.head(), func(out table) error {
		return s.EDocuments.Each(r.Context(), a, q, func(e edocument.Entry) error { return out.row(t.row(&e)...) })
	})
	return nil
}

func (s *Server) edocumentTable(ctx context.Context, a cinnabar.Actor, lang string) (*edocumentTable, error) {
	t := &edocumentTable{lang: lang, now: s.Clock.Now(), types: map[string]cinnabar.Text{}, departments: map[cinnabar.DepartmentID]string{}, state: s.edocumentState}
	types, _, err := s.EDocuments.Types(ctx, s.DB, a.Org)
	if err != nil {
		return nil, err
	}
	for _, one := range types {
		t.types[one.ID] = one.Title
	}
	departments, err := s.Identity.Departments(ctx, s.DB, a.Org)
	for _, one := range departments {
		t.departments[one.ID] = one.Name
	}
	return t, err
}

func (s *Server) edocumentState(id string) cinnabar.Text {
	def, err := s.Engine.Newest(edocument.ID)
	if err != nil || def.State(id) == nil {
		return cinnabar.Text{Zh: id, En: id}
	}
	return def.State(id).Title
}

func (t *edocumentTable) say(text cinnabar.Text) string { return text.In(t.lang) }

func (t *edocumentTable) head() []string {
	out := make([]string, len(edocumentColumns))
	for i, c := range edocumentColumns {
		out[i] = t.say(c)
	}
	return out
}

func (t *edocumentTable) row(e *edocument.Entry) []string {
	kind := e.Type
	if title, ours := t.types[e.Type]; ours {
		kind = t.say(title)
	}
	late := ""
	if e.Overdue(t.now) {
		late = t.say(cinnabar.Text{Zh: "是", En: "yes"})
	}
	return []string{
		e.Number, kind, e.Title, e.Key, e.Party, e.Amount.Yuan(), e.Day, t.say(t.state(e.State)), e.State, e.Reason, t.at(e.Due), late,
		t.departments[e.Department], e.Client, e.Path, e.Digest, strconv.FormatInt(e.Size, 10), strconv.FormatInt(e.Version, 10),
		t.at(e.Created), t.at(e.Updated), string(e.Case),
	}
}

// at is a time in China.
func (t *edocumentTable) at(when time.Time) string {
	if when.IsZero() {
		return ""
	}
	return when.In(cinnabar.China).Format(time.DateTime)
}
