// Package httpapi turns HTTP into calls and errors into problems. /api/v1 is the product's face: the
// web UI uses nothing else. Every route is registered with Huma, which makes the OpenAPI description,
// except streams, uploads and the UI's files.
package httpapi

import (
	"io/fs"
	"log/slog"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"cinnabar/internal/capability/archive"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Deps are what a Server needs.
type Deps struct {
	Log    *slog.Logger
	Clock  clock.Clock
	UI     fs.FS // the built web UI; empty without it
	Secure bool  // cookies only over HTTPS
	Engine *procedure.Engine

	Services
}

// Server answers HTTP.
type Server struct {
	Deps
	log     *slog.Logger
	mux     *http.ServeMux
	api     huma.API
	gate    *gate // of strangers' verifications
	archive *archive.Archive
}

// maxBody bounds the body of a JSON request. Files come by tus.
const maxBody = 4 << 20

// configureHuma sets what Huma lets one set only for the whole process.
var configureHuma = sync.OnceFunc(func() {
	huma.NewError = humaError
	huma.DefaultArrayNullable = false
})

// New wires the routes.
func New(d Deps) (*Server, error) {
	s := &Server{Deps: d, log: d.Log, mux: http.NewServeMux(), gate: newGate()}
	configureHuma()
	cfg := huma.DefaultConfig("Cinnabar", "1")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/v1/openapi", "", "/api/v1/schemas"
	cfg.CreateHooks = nil // no $schema links in answers
	s.api = humago.New(s.mux, cfg)
	if err := s.routes(); err != nil {
		return nil, err
	}
	s.describeKeys()
	s.describeActions()
	ui, err := newUI(d.UI)
	if err != nil {
		return nil, err
	}
	s.mux.Handle("/", ui)
	s.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.writeProblem(w, r, errs.New(errs.NotFound, "no-such-path", "there is nothing at this address"))
	})
	return s, nil
}

// routes registers every resource; each stands in a file of its own.
func (s *Server) routes() error {
	s.api.UseMiddleware(s.limited(), s.knownParameters, s.once)
	s.healthRoutes()
	s.sessionRoutes()
	s.peopleRoutes()
	s.consentRoutes()
	s.organisationRoutes()
	s.apiKeyRoutes()
	s.webhookRoutes()
	s.messageRoutes()
	s.databaseRoutes()
	s.deviceRoutes()
	s.fingerRoutes()
	s.faceDeviceRoutes()
	s.linkRoutes()
	s.confirmRoutes()
	s.inboxRoutes()
	s.eventRoutes()
	s.settingRoutes()
	s.demoRoutes()
	s.procedureRoutes()
	s.caseRoutes()
	s.documentRoutes()
	s.edocumentRoutes()
	s.edocTypeRoutes()
	s.edocBatchRoutes()
	s.numberRoutes()
	s.batchRoutes()
	s.sealRoutes()
	s.verifyRoutes()
	s.revocationRoutes()
	s.evidenceRoutes()
	if err := s.archiveRoutes(); err != nil {
		return err
	}
	return s.fileRoutes()
}

// OpenAPI is the description of the API.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.api.OpenAPI() }

// Handler is the whole server with everything that stands around every request.
func (s *Server) Handler() http.Handler {
	h := matched(s.mux)
	h = s.authenticate(h)
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.writeProblem(w, r, errs.New(errs.Forbidden, "foreign-origin", "this request came from a page of another site"))
	}))
	h = origins.Handler(h)
	h = secureHeaders(h)
	h = s.logged(h)
	return recovered(s, h)
}
