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
	"cinnabar/internal/step"
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

// visibleFile is a file that the caller uploaded, or that belongs to a case that the caller may see. What is masked of
// it, its content, is not to be handed out.
func (s *Server) visibleFile(ctx context.Context, id cinnabar.FileID) (f *filestore.File, masked bool, err error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, false, err
	}
	f, err = s.Files.Get(ctx, id)
	if errors.Is(err, errs.NotFound) {
		return nil, false, errNoFile
	}
	if err != nil {
		return nil, false, err
	}
	if who := filestore.Uploader(a); who != "" && who == f.Uploader {
		return f, false, nil
	}
	if f.Case == "" {
		return nil, false, errNoFile
	}
	v, err := s.Engine.View(ctx, f.Case, a)
	if errors.Is(err, errs.NotFound) || (err == nil && isHidden(v, id)) {
		return nil, false, errNoFile
	}
	if err != nil {
		return nil, false, err
	}
	if byOfficer(v) {
		return f, s.isMasked(v, a, id), nil
	}
	misfiled, err := s.Documents.IsMisfiled(ctx, id)
	if misfiled {
		return nil, false, errNoFile
	}
	return f, false, err
}

func (s *Server) getFile(ctx context.Context, in *struct {
	ID cinnabar.FileID `path:"id"`
},
) (*struct{ Body FileView }, error) {
	f, masked, err := s.visibleFile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := fileJSON(f)
	out.Masked = masked
	return &struct{ Body FileView }{out}, nil
}

func (s *Server) fileContent(w http.ResponseWriter, r *http.Request) error {
	f, masked, err := s.visibleFile(r.Context(), cinnabar.FileID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if masked {
		return errs.New(errs.Forbidden, "masked", "say why you look at it first: take the case's action that unmasks").With("case", f.Case)
	}
	return s.handOut(w, r, f.ID, f.CreatedAt)
}

// isHidden tells whether a file is named by a form section that the viewer may not read.
func isHidden(v *procedure.View, id cinnabar.FileID) bool {
	return slices.ContainsFunc(v.Definition.Sections, func(d procedure.Section) bool {
		named, _ := namedIn(v, &d, id)
		return named && !d.MaySee(v.Roles)
	})
}

// isOpen tells whether a file of the case is shown to officers without a reason: a material's, or one that an entry
// names which is not personal. Pictures of identity documents and faces are not, nor what the case has no name for any
// more.
func isOpen(v *procedure.View, id cinnabar.FileID) bool {
	open := slices.ContainsFunc(v.Materials, func(m *procedure.Material) bool {
		return slices.Contains(m.Files, id) || slices.Contains(m.Former, id)
	})
	for i := range v.Definition.Sections {
		named, personal := namedIn(v, &v.Definition.Sections[i], id)
		if personal {
			return false
		}
		open = open || named
	}
	return open
}

// namedIn tells whether a section names a file, or named it before, and whether a personal entry does.
func namedIn(v *procedure.View, d *procedure.Section, id cinnabar.FileID) (named, personal bool) {
	s := v.Sections[d.ID]
	if s == nil {
		return false, false
	}
	for _, data := range []map[string]any{s.Submitted, s.Draft, s.Former} {
		n, p := d.Form.Names(data, id)
		named, personal = named || n, personal || p
	}
	return named, personal
}

// isMasked tells whether an officer is to say why before seeing a file (PLT-3), where the procedure has such an action.
func (s *Server) isMasked(v *procedure.View, a cinnabar.Actor, id cinnabar.FileID) bool {
	return byOfficer(v) && v.Definition.ActionOf(step.Unmask{}) != nil && !step.Unmasked(v.Case, a, s.Clock.Now()) && !isOpen(v, id)
}
