package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"syscall"

	"github.com/danielgtaylor/huma/v2"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Problem is the body of every error (RFC 9457). Clients translate Code; Detail is English and says
// what to do. It never repeats a value that was sent.
type Problem struct {
	Type      string         `json:"type" example:"about:blank"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Code      string         `json:"code" doc:"Stable, for programs and translations."`
	Detail    string         `json:"detail,omitempty"`
	Errors    []errs.Field   `json:"errors,omitempty" doc:"The wrong fields of the request."`
	Params    map[string]any `json:"params,omitempty"`
	RequestID string         `json:"requestId,omitempty"`
}

func (p *Problem) Error() string  { return p.Code }
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes Huma answer with the media type of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problemOf turns any error into what may be shown; what is not meant to be shown is logged.
func problemOf(ctx context.Context, log *slog.Logger, err error) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	e := errs.As(err)
	full := e.Kind == errs.Internal && isFull(err)
	if e.Kind == errs.Internal && !errors.Is(err, context.Canceled) {
		log.ErrorContext(ctx, "request failed", "error", err, "request", requestID(ctx))
	}
	if full {
		e = errFull
	}
	status := e.Kind.Status()
	if e.Code == "idempotency-key-missing" || e.Code == "version-missing" {
		status = http.StatusBadRequest
	}
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: e.Code, Detail: e.Detail,
		Errors: e.Fields, Params: e.Params, RequestID: requestID(ctx),
	}
}

var errFull = errs.New(errs.Unavailable, "storage-full", "there is no room left on a disk; nothing was changed, try again when its operator has made room")

// isFull tells whether a disk of files or of the database has no room left.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || db.IsFull(err)
}

// writeProblem answers outside of Huma's handlers.
func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(r.Context(), s.log, err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// humaError makes a problem of what Huma itself finds wrong with a request.
func humaError(status int, msg string, list ...error) huma.StatusError {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: "invalid-request", Detail: msg}
	switch {
	case status == http.StatusUnsupportedMediaType:
		p.Code, p.Detail = "json-only", "send the body as application/json"
		return p
	case status == http.StatusBadRequest && len(list) > 0:
		p.Code, p.Detail = "json-malformed", "the body is no JSON"
		return p
	}
	for _, err := range list {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.Code, p.Detail = "invalid-input", "some entries are missing or malformed"
			p.Errors = append(p.Errors, errs.Field{Pointer: missingAt(d.Location, d.Message), Code: fieldCode(d.Message)})
		}
	}
	return p
}
