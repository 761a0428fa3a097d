package httpapi

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"cinnabar/internal/platform/errs"
)

// Revocation answers verifiers about certificates that count no more. Certificates point here.
type Revocation interface {
	CRL(ctx context.Context) ([]byte, error)
	OCSP(ctx context.Context, request []byte) ([]byte, error)
}

// maxOCSP bounds an OCSP request in bytes.
const maxOCSP = 4 << 10

// revocationRoutes speak to verifiers' programs, in their own protocols (RFC 5280, RFC 6960 appendix A).
func (s *Server) revocationRoutes() {
	s.mux.HandleFunc("GET /pki/issuing.crl", func(w http.ResponseWriter, r *http.Request) {
		list, err := s.Revocation.CRL(r.Context())
		s.writeDER(w, r, "application/pkix-crl", list, err)
	})
	s.mux.HandleFunc("POST /pki/ocsp", func(w http.ResponseWriter, r *http.Request) {
		request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOCSP))
		if err != nil {
			s.writeProblem(w, r, errs.New(errs.TooLarge, "ocsp-too-large", "an OCSP request has at most 4 KiB"))
			return
		}
		s.writeOCSP(w, r, request)
	})
	s.mux.HandleFunc("GET /pki/ocsp/{request...}", func(w http.ResponseWriter, r *http.Request) {
		text := strings.TrimPrefix(r.URL.Path, "/pki/ocsp/")
		request, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(text) > maxOCSP {
			s.writeProblem(w, r, errs.New(errs.Invalid, "ocsp-malformed", "the address does not hold an OCSP request"))
			return
		}
		s.writeOCSP(w, r, request)
	})
}

func (s *Server) writeOCSP(w http.ResponseWriter, r *http.Request, request []byte) {
	answer, err := s.Revocation.OCSP(r.Context(), request)
	s.writeDER(w, r, "application/ocsp-response", answer, err)
}

func (s *Server) writeDER(w http.ResponseWriter, r *http.Request, mime string, der []byte, err error) {
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", mime)
	_, _ = w.Write(der)
}
