package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/tushttp"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// fileRoutes hand files out; they come in by tus, whose requests are no JSON.
func (s *Server) fileRoutes() error {
	tus, err := tushttp.New(tushttp.Deps{
		Files: s.Files, Log: s.log, Path: base + "/files", MayUpload: s.mayUpload,
		Who:     func(r *http.Request) (cinnabar.Actor, error) { return signedIn(r.Context()) },
		Problem: s.tusProblem,
	})
	if err != nil {
		return err
	}
	for _, op := range tusOperations() {
		s.mux.Handle(op.Method+" "+op.Path, tus)
		s.api.OpenAPI().AddOperation(&op)
	}
	get(s, "/files/{id}", "files", "What is known of a file", s.getFile)
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/files/{id}/content", Tags: []string{"files"}, Summary: "The file itself",
		Parameters: []*huma.Param{queryParam("inline", "Shown in the page, if its type is harmless there.", "1")},
	}, "*/*", s.fileContent)
	return nil
}

// tusOperations describe the uploads by tus 1.0.0 (https://tus.io/protocols/resumable-upload).
func tusOperations() []huma.Operation {
	op := func(method, path, id, summary, status string) huma.Operation {
		o := huma.Operation{
			OperationID: id, Method: method, Path: base + path, Tags: []string{"files"}, Summary: summary,
			Responses: map[string]*huma.Response{status: {Description: http.StatusText(200)}},
		}
		if path != "/files" {
			o.Parameters = []*huma.Param{pathParam("id")}
		}
		return o
	}
	return []huma.Operation{
		op(http.MethodOptions, "/files", "tus-options", "What of tus is spoken here", "204"),
		op(http.MethodPost, "/files", "tus-create", "Announce an upload (tus); Upload-Metadata: filename, filetype, case", "201"),
		op(http.MethodHead, "/files/{id}", "tus-offset", "How far an upload has come (tus)", "200"),
		op(http.MethodPatch, "/files/{id}", "tus-append", "Send a piece (tus)", "204"),
		op(http.MethodDelete, "/files/{id}", "tus-cancel", "Give an upload up (tus)", "204"),
	}
}

// mayUpload lets whoever sees a case upload to it; uploads to no case are for oneself.
func (s *Server) mayUpload(r *http.Request, a cinnabar.Actor, id cinnabar.CaseID) error {
	if id == "" {
		return nil
	}
	_, err := s.Engine.View(r.Context(), id, a)
	return err
}

func (s *Server) tusProblem(w http.ResponseWriter, r *http.Request, status int, e *errs.Error) {
	p := problemOf(r.Context(), s.log, e)
	p.Status, p.Title = status, http.StatusText(status)
	s.writeProblem(w, r, p)
}

var errNoFile = errs.New(errs.NotFound, "no-such-file", "there is no such file")

// visibleFile is a file that the caller uploaded, or that belongs to a case that the caller may see.
func (s *Server) visibleFile(ctx context.Context, id cinnabar.FileID) (*filestore.File, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	f, err := s.Files.Get(ctx, id)
	if errors.Is(err, errs.NotFound) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, err
	}
	if who := filestore.Uploader(a); who != "" && who == f.Uploader {
		return f, nil
	}
	if f.Case == "" {
		return nil, errNoFile
	}
	v, err := s.Engine.View(ctx, f.Case, a)
	if errors.Is(err, errs.NotFound) || (err == nil && hidden(v, id)) {
		return nil, errNoFile
	}
	if err != nil || byOfficer(v) {
		return f, err
	}
	misfiled, err := s.Documents.IsMisfiled(ctx, id)
	if misfiled {
		return nil, errNoFile
	}
	return f, err
}

func (s *Server) getFile(ctx context.Context, in *struct {
	ID cinnabar.FileID `path:"id"`
},
) (*struct{ Body FileView }, error) {
	f, err := s.visibleFile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body FileView }{fileJSON(f)}, nil
}

func (s *Server) fileContent(w http.ResponseWriter, r *http.Request) error {
	f, err := s.visibleFile(r.Context(), cinnabar.FileID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return s.handOut(w, r, f.ID, f.CreatedAt)
}

// hidden tells whether a file is named by a form section that the viewer may not read.
func hidden(v *procedure.View, id cinnabar.FileID) bool {
	for i := range v.Definition.Sections {
		d := &v.Definition.Sections[i]
		s := v.Sections[d.ID]
		if s != nil && !d.MaySee(v.Roles) && (names(s.Submitted, id) || names(s.Draft, id) || names(s.Former, id)) {
			return true
		}
	}
	return false
}

// names tells whether a form's data name a file, alone or in a list.
func names(data map[string]any, id cinnabar.FileID) bool {
	for _, v := range data {
		if list, ok := v.([]any); ok && slices.Contains(list, any(string(id))) {
			return true
		}
		if v == string(id) {
			return true
		}
	}
	return false
}
