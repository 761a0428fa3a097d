package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/platform/audit"
)

// auditCmd reads the log of changes of the security state: sign-ins, locks, roles, keys, looks at personal data.
type auditCmd struct {
	dataFlags
	ID    string `arg:"" help:"Id of a person (what they did, and what was done to their account), session, organisation, API key, seal …"`
	Limit int    `help:"How many entries, newest first." default:"50"`
	JSON  bool   `help:"Print entries as JSON."`
}

func (c *auditCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		entries, err := audit.Of(e, a.DB, c.ID, c.Limit)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(e.out).Encode(entries)
		}
		return auditTable(e.out, entries)
	})
}

func auditTable(w io.Writer, entries []audit.Entry) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "AT\tBY\tFROM\tACTION\tOBJECT\tDETAIL")
	for _, e := range entries {
		by := string(e.Actor.Person)
		if by == "" {
			by = string(e.Actor.Kind)
		}
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), by, e.Actor.Address, e.Action, e.Object, detail)
	}
	return t.Flush()
}
