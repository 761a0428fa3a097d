package edocument

import (
	"context"
	"errors"
	"sync"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// MainDatabase is the index database of types that need no other than the program's own.
const MainDatabase = "main"

// Depot keeps files on the file servers.
type Depot interface {
	Put(ctx context.Context, store, path string, body []byte, d cinnabar.Digest) (depot.Item, error)
	Settle(ctx context.Context, tx db.Tx, id string) error
	Withdraw(ctx context.Context, tx db.Tx, id string) error
	Read(ctx context.Context, id string) ([]byte, error)
	Names(ctx context.Context) ([]string, error)
}

// Mirror keeps the index databases of types equal to the main one.
type Mirror interface {
	Write(ctx context.Context, tx db.Tx, database string, r mirror.Row) error
	Databases(ctx context.Context) ([]mirror.Database, error)
	Equalise(ctx context.Context, database string, truth mirror.Truth, which func(mirror.Finding) bool) error
}

// Outbox puts files into the folders of FTP accounts, from which the systems of departments fetch them.
type Outbox interface {
	Deliver(ctx context.Context, account, name string, body []byte) error
}

// Hooks tells programs of an organisation what happened; in the transaction, once for a key.
type Hooks interface {
	Send(ctx context.Context, tx db.Tx, org cinnabar.OrgID, event string, data any, key string) error
}

// Deps are what the business needs.
type Deps struct {
	step.Deps
	Clock     clock.Clock
	Identity  *identity.Service
	Fonts     *typeset.Fonts
	Jobs      *jobs.Queue
	Depot     Depot
	Mirror    Mirror
	Outbox    Outbox
	Hooks     Hooks
	PublicURL string // where people reach this installation, for QR codes
}

// Service makes documents, finds them and brings them back. Engine is set once the engine that runs the
// service's handlers is there.
type Service struct {
	Deps
	Engine *procedure.Engine

	mu        sync.Mutex
	templates map[cinnabar.Digest]*template.Template // parsed, by the digest of their source
}

// New makes the Service and registers its jobs.
func New(d Deps) (*Service, error) {
	if d.Depot == nil || d.Mirror == nil || d.Clock == nil || d.Jobs == nil {
		return nil, errors.New("edocument: depot, mirror, clock and jobs are needed")
	}
	s := &Service{Deps: d, templates: map[cinnabar.Digest]*template.Template{}}
	d.Jobs.Register(returnJob, s.bringBack)
	d.Jobs.Register(movedJob, s.move)
	return s, nil
}

// Handlers are the behaviours of the business's own steps.
func (s *Service) Handlers() procedure.Handlers {
	return procedure.Handlers{
		MakeDocument{}.StepName(): makeHandler{s},
		SealDocument{}.StepName(): procedure.Behaviour(s.prepareSeal, s.applySeal),
		Approve{}.StepName():      procedure.Behaviour[Approve, struct{}](nil, s.approve),
		Reject{}.StepName():       procedure.Behaviour[Reject, struct{}](nil, s.reject),
		Recall{}.StepName():       procedure.Behaviour[Recall, struct{}](nil, s.recall),
		Remind{}.StepName():       procedure.Behaviour[Remind, struct{}](nil, s.remind),
		Escalate{}.StepName():     procedure.Behaviour[Escalate, struct{}](nil, s.escalate),
		Void{}.StepName():         procedure.Behaviour[Void, struct{}](nil, s.void),
		AskVoid{}.StepName():      procedure.Behaviour[AskVoid, struct{}](nil, s.askVoid),
		AgreeVoid{}.StepName():    procedure.Behaviour[AgreeVoid, struct{}](nil, s.agreeVoid),
		DeclineVoid{}.StepName():  procedure.Behaviour[DeclineVoid, struct{}](nil, s.declineVoid),
		WithdrawVoid{}.StepName(): procedure.Behaviour[WithdrawVoid, struct{}](nil, s.withdrawVoid),
	}
}

// places are the file servers and index databases that types of an organisation may name. Those that are
// set up are the operators' own; others have only what is built in.
func (s *Service) places(ctx context.Context, org cinnabar.OrgID) (stores, databases []string, err error) {
	stores, databases = []string{depot.BuiltIn}, []string{MainDatabase}
	o, err := s.Identity.Org(ctx, org)
	if err != nil || o.Kind != identity.Operator {
		return stores, databases, err
	}
	if stores, err = s.Depot.Names(ctx); err != nil {
		return nil, nil, err
	}
	list, err := s.Mirror.Databases(ctx)
	for _, one := range list {
		databases = append(databases, one.Name)
	}
	return stores, databases, err
}

// maxTemplates bounds how many parsed templates are kept.
const maxTemplates = 200

// template parses a type's template, once.
func (s *Service) template(t *Type) (*template.Template, error) {
	source := []byte(t.Template)
	digest := cinnabar.DigestOf(source)
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.templates[digest]; p != nil {
		return p, nil
	}
	p, err := template.Parse(t.ID, source)
	if err != nil {
		return nil, err
	}
	if len(s.templates) >= maxTemplates {
		clear(s.templates)
	}
	s.templates[digest] = p
	return p, nil
}

// Form is what one enters for a document of the type.
func (s *Service) Form(t *Type) (form.Schema, error) {
	if t.Template == "" {
		return form.Schema{}, nil
	}
	parsed, err := s.template(t)
	if err != nil {
		return form.Schema{}, err
	}
	return t.formOf(parsed), nil
}
