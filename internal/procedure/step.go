package procedure

import (
	"context"
	"encoding/json"
	"fmt"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Handler is the behaviour registered under a step's name.
type Handler interface {
	// Prepare does what is slow or pure, outside any transaction, on a snapshot of the case.
	Prepare(ctx context.Context, r *Request) (any, error)
	// Apply writes the result in the action's transaction. What it returns as an error rolls
	// everything back.
	Apply(ctx context.Context, tx db.Tx, c *Change, prepared any) error
}

// Opener is a Handler that has something to commit before Prepare: an attempt to count, a number to
// reserve, an intent.
type Opener interface {
	Open(ctx context.Context, tx db.Tx, r *Request) error
}

// Checker is a Handler that holds what is handed in against more than the forms know, and may complete it in place.
// It is asked each time the action is opened; entries that a form found wrong are not there. What it finds wrong is
// reported with what the forms found.
type Checker interface {
	Check(ctx context.Context, tx db.Reader, r *Request) ([]errs.Field, error)
}

// Ending is a Handler whose step can end otherwise than with Done.
type Ending interface {
	// Outcomes are all with which an action ends. It fails when the step's parameters cannot be read.
	Outcomes(a *Action) ([]string, error)
}

// Offering is a Handler whose action leads anywhere only at times in its states (an answer, when something was asked).
// At others it is not open.
type Offering interface {
	Offered(c *Case, action *Action, a cinnabar.Actor) bool
}

// Asker is a Handler that knows which materials are asked for once the sections hold certain data, so that they are
// shown, taken in and missed before the action asks for them (Change.AskMaterials).
type Asker interface {
	Asks(ctx context.Context, r db.Reader, c *Case, section func(id string) map[string]any) ([]MaterialSpec, error)
}

// Discarder is what Prepare may return when there is something to let go of (an open key) in case it is
// not applied.
type Discarder interface{ Discard() }

// Quick is a Handler with nothing to prepare; its action is a single transaction.
type Quick interface{ Quick() bool }

// Handlers are the behaviours by step name.
type Handlers map[string]Handler

// Behaviour makes a Handler of two functions that take the step's parameters with their type. A nil
// prepare makes it Quick. Parameters with a method Outcomes() []string tell how the step ends, those with
// Offered(*Case, cinnabar.Actor) bool when its action is open.
func Behaviour[P Step, T any](
	prepare func(ctx context.Context, r *Request, params P) (T, error),
	apply func(ctx context.Context, tx db.Tx, c *Change, params P, prepared T) error,
) Handler {
	return behaviour[P, T]{prepare, apply}
}

type behaviour[P Step, T any] struct {
	prepare func(context.Context, *Request, P) (T, error)
	apply   func(context.Context, db.Tx, *Change, P, T) error
}

func (b behaviour[P, T]) Quick() bool { return b.prepare == nil }

func (behaviour[P, T]) Outcomes(a *Action) ([]string, error) {
	params, err := ParamsOf[P](a)
	if e, ok := any(params).(interface{ Outcomes() []string }); ok {
		return e.Outcomes(), err
	}
	return []string{Done}, err
}

func (behaviour[P, T]) Offered(c *Case, action *Action, a cinnabar.Actor) bool {
	params, err := ParamsOf[P](action)
	o, ok := any(params).(interface {
		Offered(*Case, cinnabar.Actor) bool
	})
	return err != nil || !ok || o.Offered(c, a)
}

func (b behaviour[P, T]) Prepare(ctx context.Context, r *Request) (any, error) {
	params, err := ParamsOf[P](r.Action)
	if err != nil {
		return nil, err
	}
	return b.prepare(ctx, r, params)
}

func (b behaviour[P, T]) Apply(ctx context.Context, tx db.Tx, c *Change, prepared any) error {
	params, err := ParamsOf[P](c.Action)
	if err != nil {
		return err
	}
	v, _ := prepared.(T) // nil for a Quick one: the zero value
	return b.apply(ctx, tx, c, params, v)
}

// ParamsOf reads the parameters of an action's step, which is a P.
func ParamsOf[P Step](a *Action) (P, error) {
	var p P
	if len(a.Step.Params) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(a.Step.Params, &p); err != nil {
		return p, fmt.Errorf("parameters of step %s in action %s: %w", a.Step.Name, a.Name, err)
	}
	return p, nil
}
