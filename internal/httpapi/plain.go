package httpapi

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// plain registers an operation whose answer is not JSON: a file, a table, a stream. The operation names method, path
// and what else is to be known of it. The error that its handler returns becomes a problem.
func (s *Server) plain(op huma.Operation, contentType string, h func(http.ResponseWriter, *http.Request) error) {
	op.OperationID, op.Path = operationID(op.Method, op.Path), base+op.Path
	if strings.Contains(op.Path, "{id}") {
		op.Parameters = append([]*huma.Param{pathParam("id")}, op.Parameters...)
	}
	op.Responses = map[string]*huma.Response{"200": {Description: "The content", Content: map[string]*huma.MediaType{contentType: {}}}}
	s.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		err := knownOnly(&op, r.URL.Query())
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			s.writeProblem(w, r, err)
		}
	})
	s.api.OpenAPI().AddOperation(&op)
}

func pathParam(name string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}
}

// queryParam is one that may be left out; it takes only the values, where some are named.
func queryParam(name, doc string, values ...any) *huma.Param {
	return &huma.Param{Name: name, In: "query", Schema: &huma.Schema{Type: huma.TypeString, Enum: values}, Description: doc}
}

// filtersOf are the parameters of a list, for an operation that gives all of it.
func (s *Server) filtersOf(path string) (filters []*huma.Param) {
	for _, p := range s.api.OpenAPI().Paths[base+path].Get.Parameters {
		if p.In == "query" && p.Name != "limit" && p.Name != "cursor" {
			filters = append(filters, p)
		}
	}
	return filters
}
