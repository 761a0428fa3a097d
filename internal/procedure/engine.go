package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// Notifier has messages delivered to whoever holds a role.
type Notifier interface {
	Tell(ctx context.Context, tx db.Tx, n Notice) error
}

// Notice is a message to the holders of a role in a case.
type Notice struct {
	Case    *Case
	Seq     int64 // of the timeline entry that causes it
	Role    *Role
	Holders []Holder
	Tell    Tell
	Params  map[string]any
}

// Files tells whether files can be used in a case.
type Files interface {
	// Usable returns a field (pointer at/0, at/1 …) for each file that does not belong to the case, is not
	// whole, or is of a type that is not accepted (none: pictures and PDF).
	Usable(ctx context.Context, tx db.Tx, c cinnabar.CaseID, at string, ids []cinnabar.FileID, accept []string) ([]errs.Field, error)
}

// Members knows who belongs to an organisation, and as what.
type Members interface {
	// ActorIn is a member as they act for the organisation; errs.NotFound for who is none.
	ActorIn(ctx context.Context, r db.Reader, org cinnabar.OrgID, person cinnabar.PersonID) (cinnabar.Actor, error)
}

// Live is told, after the commit, that a case has a new version.
type Live interface {
	CaseChanged(c cinnabar.CaseID, version int64, holders []Holder)
}

// Deps are what an Engine needs.
type Deps struct {
	DB          db.DB
	Vault       *secret.Vault
	Jobs        *jobs.Queue
	Log         Log
	Marks       Marks
	Members     Members
	Files       Files
	Notifier    Notifier
	Live        Live
	Clock       clock.Clock
	Logger      *slog.Logger
	Definitions []*Definition
	Handlers    Handlers
}

// Engine runs cases.
type Engine struct {
	db       db.DB
	vault    *secret.Vault
	jobs     *jobs.Queue
	log      Log
	marks    Marks
	members  Members
	files    Files
	notifier Notifier
	live     Live
	clock    clock.Clock
	logger   *slog.Logger
	handlers Handlers

	newest map[string]*Definition // by procedure, fixed after New

	mu    sync.RWMutex
	known map[string]*Definition // by digest; older versions are read when a case needs them
}

// deadlineJob is the kind of the jobs that fire deadlines.
const deadlineJob = "procedure.deadline"

// New makes an engine for the given definitions. It fails when one is faulty, names a step that has no handler, or does
// not say where each of its outcomes leads. It writes the definitions into the database.
func New(ctx context.Context, d Deps) (*Engine, error) {
	e := &Engine{
		db: d.DB, vault: d.Vault, jobs: d.Jobs, log: d.Log, marks: d.Marks, members: d.Members, files: d.Files, notifier: d.Notifier, live: d.Live,
		clock: d.Clock, logger: d.Logger, handlers: d.Handlers,
		newest: map[string]*Definition{}, known: map[string]*Definition{},
	}
	for _, def := range d.Definitions {
		if err := e.add(ctx, def); err != nil {
			return nil, err
		}
	}
	e.jobs.Register(deadlineJob, e.fireDeadline)
	return e, nil
}

func (e *Engine) add(ctx context.Context, def *Definition) error {
	if err := errors.Join(def.Validate(), e.implements(def), e.ends(def)); err != nil {
		return err
	}
	digest, body, err := def.Digest()
	if err != nil {
		return err
	}
	if old := e.newest[def.ID]; old != nil {
		return fmt.Errorf("procedure %s is declared twice", def.ID)
	}
	e.newest[def.ID] = def
	e.known[digest.String()] = def
	return e.db.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO definition (digest, procedure, version, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			digest.String(), def.ID, def.Version, string(body))
		return err
	})
}

// implements checks that every step of a definition has a handler.
func (e *Engine) implements(def *Definition) error {
	var faults []error
	for _, a := range def.Actions {
		if a.Step != nil && e.handlers[a.Step.Name] == nil {
			faults = append(faults, fmt.Errorf("procedure %s, action %s: no handler for step %q", def.ID, a.Name, a.Step.Name))
		}
	}
	return errors.Join(faults...)
}

// ends checks that the outcomes of every action are those of its step.
func (e *Engine) ends(def *Definition) error {
	var faults []error
	for i := range def.Actions {
		a := &def.Actions[i]
		if a.Step == nil || e.handlers[a.Step.Name] == nil {
			continue
		}
		outcomes, err := []string{Done}, error(nil)
		if h, ok := e.handlers[a.Step.Name].(Ending); ok {
			outcomes, err = h.Outcomes(a)
		}
		if err == nil && !sameNames(outcomes, slices.Collect(maps.Keys(a.To))) {
			err = fmt.Errorf("its step ends with %q", outcomes)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("procedure %s, action %s: %w", def.ID, a.Name, err))
		}
	}
	return errors.Join(faults...)
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// Definitions returns the newest version of every procedure, by id.
func (e *Engine) Definitions() []*Definition {
	return slices.SortedFunc(maps.Values(e.newest), func(a, b *Definition) int { return strings.Compare(a.ID, b.ID) })
}

// Newest returns the version of a procedure under which cases begin now.
func (e *Engine) Newest(procedure string) (*Definition, error) {
	if d := e.newest[procedure]; d != nil {
		return d, nil
	}
	return nil, errs.New(errs.NotFound, "procedure-not-found", "there is no such procedure")
}

// definition finds a version by digest: a case keeps to the one under which it began (PLT-7).
func (e *Engine) definition(ctx context.Context, r db.Reader, digest string) (*Definition, error) {
	e.mu.RLock()
	d := e.known[digest]
	e.mu.RUnlock()
	if d != nil {
		return d, nil
	}
	var body string
	if err := r.QueryRow(ctx, `SELECT body FROM definition WHERE digest = $1`, digest).Scan(&body); err != nil {
		return nil, fmt.Errorf("definition %s: %w", digest, err)
	}
	d = new(Definition)
	if err := json.Unmarshal([]byte(body), d); err != nil {
		return nil, fmt.Errorf("definition %s: %w", digest, err)
	}
	if err := e.implements(d); err != nil {
		return nil, err
	}
	e.mu.Lock()
	e.known[digest] = d
	e.mu.Unlock()
	return d, nil
}
