package httpapi

import (
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"cinnabar/internal/platform/errs"
)

// knownParameters refuses what the address asks for and nobody would look at: a filter with a slip in its name
// would otherwise list everything.
func (s *Server) knownParameters(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if err := knownOnly(ctx.Operation(), r.URL.Query()); err != nil {
		s.writeProblem(w, r, err)
		return
	}
	next(ctx)
}

func knownOnly(op *huma.Operation, asked url.Values) error {
	var unknown []errs.Field
	for name := range asked {
		if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == name }) {
			unknown = append(unknown, errs.Field{Pointer: pointer("query." + name), Code: "unknown"})
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return errs.Wrong(unknown...)
}
