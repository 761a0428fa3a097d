package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

func (s *Server) documentRoutes() {
	get(s, "/documents/{id}", "documents", "A document with all its versions", s.getDocument)
	s.plain(huma.Operation{
		Method: http.MethodGet, Path: "/documents/{id}/content", Tags: []string{"documents"}, Summary: "The document itself",
		Parameters: []*huma.Param{{Name: "version", In: "query", Schema: &huma.Schema{Type: huma.TypeInteger}, Description: "The current one when left out."}, queryParam("inline", "Shown in the page.", "1")},
	}, "application/pdf", s.documentContent)
}

// DocumentDetail is a document with all its versions.
type DocumentDetail struct {
	DocumentView
	Case        cinnabar.CaseID `json:"case"`
	Reason      string          `json:"reason,omitempty" doc:"Of the last change of state."`
	Successor   cinnabar.DocID  `json:"successor,omitempty" doc:"The document that took its place."`
	EffectiveAt *time.Time      `json:"effectiveAt,omitempty"`
	ExpiresAt   *time.Time      `json:"expiresAt,omitempty"`
	Versions    []VersionView   `json:"versions"`
}

// VersionView is one file of a document.
type VersionView struct {
	Version    int64           `json:"version"`
	Generation int64           `json:"generation" doc:"Grows when the document is made anew."`
	State      document.State  `json:"state" doc:"Of the document with this version."`
	Size       int64           `json:"size"`
	Pages      int             `json:"pages"`
	SHA256     cinnabar.Digest `json:"sha256"`
	CreatedAt  time.Time       `json:"createdAt"`
	URL        string          `json:"url"`
}

var errNoDocument = errs.New(errs.NotFound, "document-not-found", "there is no such document")

// visibleDocument is a document of a case that the caller may see.
func (s *Server) visibleDocument(ctx context.Context, id cinnabar.DocID) (document.Document, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return document.Document{}, err
	}
	d, err := s.Documents.Get(ctx, id)
	if err != nil {
		return d, err
	}
	if _, err = s.Engine.View(ctx, d.Case, a); errors.Is(err, errs.NotFound) {
		err = errNoDocument
	}
	return d, err
}

func (s *Server) getDocument(ctx context.Context, in *struct {
	ID cinnabar.DocID `path:"id"`
},
) (*struct{ Body DocumentDetail }, error) {
	d, err := s.visibleDocument(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	versions, err := s.Documents.Versions(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	out := DocumentDetail{
		DocumentView: s.documentJSON(d, versions), Case: d.Case, Reason: d.Reason, Successor: d.Successor,
		EffectiveAt: optional(d.EffectiveAt), ExpiresAt: optional(d.ExpiresAt), Versions: []VersionView{},
	}
	for _, v := range versions {
		out.Versions = append(out.Versions, VersionView{
			v.Number, v.Generation, v.State, v.Size, v.Pages, v.Digest, v.CreatedAt,
			fmt.Sprintf("%s/documents/%s/content?version=%d", base, d.ID, v.Number),
		})
	}
	return &struct{ Body DocumentDetail }{out}, nil
}

// documentContent serves ranges and conditional requests.
func (s *Server) documentContent(w http.ResponseWriter, r *http.Request) error {
	d, err := s.visibleDocument(r.Context(), cinnabar.DocID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v, err := s.versionOf(r.Context(), d, r.URL.Query().Get("version"))
	if err != nil {
		return err
	}
	return s.handOut(w, r, v.File, v.CreatedAt)
}

// versionOf finds a version by its number; the current one for "".
func (s *Server) versionOf(ctx context.Context, d document.Document, number string) (document.Version, error) {
	if number == "" {
		return s.Documents.Current(ctx, s.DB, d.ID)
	}
	list, err := s.Documents.Versions(ctx, d.ID)
	if err != nil {
		return document.Version{}, err
	}
	for _, v := range list {
		if strconv.FormatInt(v.Number, 10) == number {
			return v, nil
		}
	}
	return document.Version{}, errs.New(errs.NotFound, "version-not-found", "the document has no such version")
}
