package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// base is where the API lies.
const base = "/api/v1"

// route registers one operation; the error that its handler returns becomes a problem.
func route[I, O any](s *Server, method, path, tag, summary string, status int, h func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: base + path, Summary: summary, Tags: []string{tag},
		DefaultStatus: status, MaxBodyBytes: maxBody,
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		bodyRead(ctx)
		out, err := h(ctx, in)
		if err != nil {
			return nil, problemOf(ctx, s.log, err)
		}
		return out, nil
	})
}

// bodyRead lifts Huma's limit on the time for reading a body once it is read. Left standing, it would pass for a broken
// line and cancel a request that takes longer than five seconds.
func bodyRead(ctx context.Context) {
	if line, ok := ctx.Value(lineKey).(*http.ResponseController); ok {
		_ = line.SetReadDeadline(time.Time{}) // where there is none there was no limit
	}
}

func get[I, O any](s *Server, path, tag, summary string, h func(context.Context, *I) (*O, error)) {
	route(s, http.MethodGet, path, tag, summary, http.StatusOK, h)
}

func post[I, O any](s *Server, path, tag, summary string, status int, h func(context.Context, *I) (*O, error)) {
	route(s, http.MethodPost, path, tag, summary, status, h)
}

func put[I, O any](s *Server, path, tag, summary string, h func(context.Context, *I) (*O, error)) {
	route(s, http.MethodPut, path, tag, summary, http.StatusOK, h)
}

func patch[I, O any](s *Server, path, tag, summary string, h func(context.Context, *I) (*O, error)) {
	route(s, http.MethodPatch, path, tag, summary, http.StatusOK, h)
}

func del[I, O any](s *Server, path, tag, summary string, h func(context.Context, *I) (*O, error)) {
	route(s, http.MethodDelete, path, tag, summary, http.StatusNoContent, h)
}

// operationID names an operation after its method and path: "get-cases-id-timeline".
func operationID(method, path string) string {
	clean := strings.NewReplacer("{", "", "}", "", "/", "-", ".", "-").Replace(strings.Trim(path, "/"))
	return strings.ToLower(method) + "-" + clean
}
