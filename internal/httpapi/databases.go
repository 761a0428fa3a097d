package httpapi

import (
	"context"
	"net/http"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/secret"
)

// databaseRoutes let administrators of an operator look after the index databases of departments.
func (s *Server) databaseRoutes() {
	get(s, "/index-databases", "index-databases", "The index databases of departments, and how far behind they are", s.listDatabases)
	put(s, "/index-databases/{name}", "index-databases", "Add or change an index database", s.putDatabase)
	del(s, "/index-databases/{name}", "index-databases", "Forget an index database; its table stays as it is", s.removeDatabase)
	post(s, "/index-databases/{name}/test", "index-databases", "Connect to an index database, and make its table where it is missing", http.StatusOK, s.testDatabase)
}

// DatabaseView is an index database.
type DatabaseView struct {
	Name         string      `json:"name"`
	Kind         mirror.Kind `json:"kind" enum:"sqlite,postgres,mysql,oracle"`
	Experimental bool        `json:"experimental" doc:"The engine was not proven on a live server."`
	Table        string      `json:"table"`
	Waiting      int         `json:"waiting" doc:"Rows that have yet to be written."`
	WaitingSince *time.Time  `json:"waitingSince,omitempty" doc:"Since when the oldest of them waits."`
	Refused      int         `json:"refused" doc:"Those of them that the database refuses; the others go on without them."`
	RefusedWhy   string      `json:"refusedWhy,omitempty"`
	Failures     int         `json:"failures" doc:"Of the whole database, in a row."`
	NextTryAt    *time.Time  `json:"nextTryAt,omitempty"`
	LastError    string      `json:"lastError,omitempty" doc:"In the server's words."`
	LastErrorAt  *time.Time  `json:"lastErrorAt,omitempty"`
	DeliveredAt  *time.Time  `json:"deliveredAt,omitempty" doc:"Of the last delivery."`
}

func databaseJSON(d mirror.Database) DatabaseView {
	return DatabaseView{
		d.Name, d.Kind, d.Experimental, d.Table, d.Waiting, optional(d.Oldest), d.Refused, d.RefusedWhy,
		d.Failures, optional(d.NextAt), d.LastError, optional(d.LastErrorAt), optional(d.LastOKAt),
	}
}

// DatabasePath names an index database.
type DatabasePath struct {
	Name string `path:"name" maxLength:"40"`
}

func (s *Server) databaseAdmin(ctx context.Context) (cinnabar.Actor, error) {
	return s.operatorStaff(ctx, []string{identity.Admin})
}

func (s *Server) listDatabases(ctx context.Context, _ *struct{}) (*struct{ Body Items[DatabaseView] }, error) {
	if _, err := s.databaseAdmin(ctx); err != nil {
		return nil, err
	}
	list, err := s.Mirror.Databases(ctx)
	if err != nil {
		return nil, err
	}
	out := Items[DatabaseView]{Items: []DatabaseView{}}
	for _, d := range list {
		out.Items = append(out.Items, databaseJSON(d))
	}
	return &struct{ Body Items[DatabaseView] }{out}, nil
}

func (s *Server) putDatabase(ctx context.Context, in *struct {
	DatabasePath
	Body struct {
		Kind  mirror.Kind `json:"kind" enum:"sqlite,postgres,mysql,oracle"`
		DSN   string      `json:"dsn,omitempty" maxLength:"500" doc:"Where it is, with user and password; never shown again. Empty: as before. SQLite: a file name."`
		Table string      `json:"table,omitempty" maxLength:"30" doc:"Default: cinnabar_document."`
	}
},
) (*struct{ Body DatabaseView }, error) {
	a, err := s.databaseAdmin(ctx)
	if err != nil {
		return nil, err
	}
	t := mirror.Target{Kind: in.Body.Kind, DSN: secret.Secret(in.Body.DSN), Table: in.Body.Table}
	if err := s.Mirror.Configure(ctx, a, in.Name, t); err != nil {
		return nil, err
	}
	d, err := s.Mirror.Database(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return &struct{ Body DatabaseView }{databaseJSON(d)}, nil
}

func (s *Server) removeDatabase(ctx context.Context, in *DatabasePath) (*struct{}, error) {
	a, err := s.databaseAdmin(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Mirror.Remove(ctx, a, in.Name)
}

// DatabaseTest is how a test went.
type DatabaseTest struct {
	Version string `json:"version" doc:"How the server names itself."`
}

func (s *Server) testDatabase(ctx context.Context, in *DatabasePath) (*struct{ Body DatabaseTest }, error) {
	if _, err := s.databaseAdmin(ctx); err != nil {
		return nil, err
	}
	version, err := s.Mirror.TestNamed(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return &struct{ Body DatabaseTest }{DatabaseTest{version}}, nil
}
