package procedure

import (
	"context"
	"strings"

	"cinnabar/internal/cinnabar"
)

// Visibility asks for the condition under which an actor sees a case, for a business's own queries.
type Visibility struct {
	Column    string           // that holds the case's id
	Procedure string           // only its roles count
	Role      string           // the actor's; "" for any
	Arg       func(any) string // takes a parameter of the query and returns its place
}

// Visible is that condition in SQL, by the same table as every other access (PLT-2). It does not know roles
// that are kept apart from parties; procedures that have such use List.
func (e *Engine) Visible(_ context.Context, a cinnabar.Actor, v Visibility) (string, error) {
	def, err := e.Newest(v.Procedure)
	if err != nil {
		return "", err
	}
	var roles []string
	for i := range def.Roles {
		if r := &def.Roles[i]; (v.Role == "" || r.ID == v.Role) && qualifies(a, r) {
			roles = append(roles, v.Arg(r.ID))
		}
	}
	var mine []string
	for _, h := range holders(a) {
		mine = append(mine, v.Arg(string(h)))
	}
	if (a.Kind != cinnabar.Member && a.Kind != cinnabar.APIKey) || len(roles) == 0 || len(mine) == 0 {
		return "1 = 0", nil
	}
	now := v.Arg(e.clock.Now().UnixMilli())
	return `EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = ` + v.Column + ` AND g.holder IN (` + strings.Join(mine, ", ") +
		`) AND g.role IN (` + strings.Join(roles, ", ") + `) AND (g.until = 0 OR g.until > ` + now + `))`, nil
}
