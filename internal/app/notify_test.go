package app

import (
	"strings"
	"testing"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/procedure"
)

// A message that a definition names is worded, wants nothing that cases do not know, and goes by a channel that there is.
// Proves PLT-4.
func TestMessagesOfDefinitionsAreChecked_PLT4(t *testing.T) {
	t.Parallel()
	templates, err := message.LoadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	for want, tell := range map[string]procedure.Tell{
		"":                         {Template: "password-changed", Channels: []string{"in-site", "sms"}},
		"worded false":             {Template: "pasword-changed"},
		`unknown values ["seal"]`:  {Template: "seal-reissued"},
		`unknown channels ["fax"]`: {Template: "password-changed", Channels: []string{"fax"}},
	} {
		d := &procedure.Definition{Actions: []procedure.Action{{Tell: map[string][]procedure.Tell{procedure.Done: {tell}}}}}
		if err := checkTells(d, templates); (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%+v: %v", tell, err)
		}
	}
}
