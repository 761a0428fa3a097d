package procedure_test

import (
	"strings"
	"testing"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/procedure"
)

// A declaration that would fail on a case, or leave out a rule, is refused at the start, and says what is wrong.
// Proves PLT-4.
func TestFaultyDeclarationIsRefused_PLT4(t *testing.T) {
	t.Parallel()
	handlers := procedure.Handlers{"stamp": procedure.Behaviour[stamp, struct{}](nil, nil)}
	for want, spoil := range map[string]func(d *procedure.Definition){
		`role librarian: apart from: no role "raeder"`: func(d *procedure.Definition) { d.Roles[1].ApartFrom = []string{"raeder"} },
		`section wish: seen by: no role "system"`:      func(d *procedure.Definition) { d.Sections[0].Sees = []string{procedure.SystemRole} },
		`section wish: its form: field "Book"`:         func(d *procedure.Definition) { d.Sections[0].Form.Fields[0].Name = "Book" },
		`action return: its form: field ""`:            func(d *procedure.Definition) { d.Actions[3].Form = &form.Schema{Fields: []form.Field{{}}} },
		`action lend: tells: no role "writer"`:         func(d *procedure.Definition) { d.Actions[1].Tell["lent"][0].Role = "writer" },
		`action lend: its step ends with ["lent" "no-copy"]`: func(d *procedure.Definition) {
			d.Actions[1].To = map[string]string{"lent": "lent"}
		},
		`action lend: parameters of step stamp`: func(d *procedure.Definition) { d.Actions[1].Step.Params = []byte(`{"Ink":1}`) },
		`no handler for step "stomp"`:           func(d *procedure.Definition) { d.Actions[1].Step.Name = "stomp" },
		`state lent: no stage "gone"`:           func(d *procedure.Definition) { d.States[2].Stage = "gone" },
		`state lent: no stage ""`:               func(d *procedure.Definition) { d.States[2].Stage = "" },
		`state lost cannot be reached`: func(d *procedure.Definition) {
			d.States = append(d.States, procedure.State{ID: "lost", Stage: "end", Final: true})
		},
	} {
		d := lending()
		spoil(d)
		_, err := procedure.New(t.Context(), procedure.Deps{Definitions: []*procedure.Definition{d}, Handlers: handlers})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
