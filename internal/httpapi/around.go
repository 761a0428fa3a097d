package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
)

type contextKey int

const (
	requestKey contextKey = iota
	callerKey
	routeKey
	lineKey
)

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey).(string)
	return id
}

// contentPolicy lets the page load nothing from elsewhere. Styles are inline because the component
// library writes them at run time. A fingerprint reader's agent may listen on the visitor's own machine.
const contentPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' http://" + protocol.LocalAddress + "; media-src 'self' blob:; " +
	"worker-src 'self' blob:; frame-src 'self' blob:; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// logged writes one line per request: no query, no body, no personal data.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.Clock.Now()
		id := cinnabar.NewID[string]("req")
		w.Header().Set("X-Request-Id", id)
		route := ""
		ctx := context.WithValue(context.WithValue(r.Context(), requestKey, id), routeKey, &route)
		r = r.WithContext(context.WithValue(ctx, lineKey, http.NewResponseController(w)))
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(rec, r)
		took := s.Clock.Now().Sub(start)
		s.Metrics.Request(knownMethod(r.Method), route, rec.status, took)
		s.log.InfoContext(r.Context(), "request", "method", r.Method, "route", route, "status", rec.status,
			"ms", float64(took.Microseconds())/1000, "bytes", rec.bytes, "request", id)
	})
}

// knownMethod keeps what a stranger invents out of the metrics, which keep a row for each method for ever (PLT-18).
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// matched tells the log which route the router chose; only the innermost request knows it.
func matched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if route, ok := r.Context().Value(routeKey).(*string); ok {
			*route = r.Pattern
		}
	})
}

type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection (flushing, deadlines).
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// recovered turns a panic into a problem, once it is logged.
func recovered(s *Server, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v) // given up on purpose: the connection is cut, so that half an answer is not taken for whole
			}
			s.log.ErrorContext(r.Context(), "panic", "value", fmt.Sprint(v), "stack", string(debug.Stack()))
			s.writeProblem(w, r, fmt.Errorf("panic"))
		}()
		next.ServeHTTP(w, r)
	})
}
