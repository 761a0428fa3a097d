package procedure

import (
	"context"

	"cinnabar/internal/cinnabar"
)

// Condition is a filter in SQL, for lists of what belongs to cases (documents): it holds for the rows of
// bcase, named b, that the actor may see and the filter selects, by the very rules of List. Limit and After
// are the caller's.
type Condition struct {
	SQL     string // with parameters from $1 on
	Args    []any
	Holders []string // under which the actor can hold roles: whoever holds nothing by them sees nothing
}

// Condition writes a filter for an actor.
func (e *Engine) Condition(ctx context.Context, a cinnabar.Actor, f Filter) (Condition, error) {
	q, err := e.query(ctx, a, f)
	if err != nil {
		return Condition{}, err
	}
	mine := names(holders(a), func(h Holder) string { return string(h) })
	return Condition{SQL: q.Where(), Args: q.Args, Holders: mine}, nil
}
