package httpapi

import (
	"net/http"

	"cinnabar/internal/platform/errs"
)

// healthRoutes answer supervisors and load balancers: /healthz that the process runs, /readyz that it can
// serve.
func (s *Server) healthRoutes() {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Ready(r.Context()); err != nil {
			s.writeProblem(w, r, errs.New(errs.Unavailable, "not-ready", "a part that is needed does not answer").Because(err))
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
}
