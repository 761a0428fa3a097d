package identity

import (
	"context"
	"encoding/json"
	"errors"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Refresh gives an actor whose work goes on after the request the roles and departments of this moment.
// Errors: Forbidden, code "no-longer-member", when a member or key is none any more.
func (s *Service) Refresh(ctx context.Context, a cinnabar.Actor) (cinnabar.Actor, error) {
	gone := errs.New(errs.Forbidden, "no-longer-member", "whoever began this does not belong to the organisation any more")
	query, id := `SELECT roles, departments FROM member WHERE org = $1 AND person = $2`, string(a.Person)
	switch {
	case a.Org == "":
		return a, nil
	case a.Kind == cinnabar.APIKey:
		query, id = `SELECT roles, departments FROM api_key WHERE org = $1 AND id = $2 AND revoked_at = 0`, a.Key
	}
	var roles, departments string
	err := s.DB.QueryRow(ctx, query, a.Org, id).Scan(&roles, &departments)
	if errors.Is(err, db.ErrNoRows) {
		return a, gone
	}
	if err != nil {
		return a, err
	}
	a.Roles, a.Departments = nil, nil
	return a, errors.Join(json.Unmarshal([]byte(roles), &a.Roles), json.Unmarshal([]byte(departments), &a.Departments))
}
