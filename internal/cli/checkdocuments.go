package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"cinnabar/internal/app"
)

// checkDocumentsCmd compares file servers, main database and index databases.
type checkDocumentsCmd struct {
	dataFlags
	DryRun bool `help:"Only say what is wrong; repair nothing."`
	JSON   bool `help:"Print findings as JSON."`
}

func (c *checkDocumentsCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		found, err := a.CheckDocuments(e, !c.DryRun)
		if err != nil {
			return err
		}
		if c.JSON {
			err = json.NewEncoder(e.out).Encode(found)
		} else {
			err = documentTable(e.out, found)
		}
		for _, f := range found {
			if err == nil && !f.Repaired {
				err = errNotRight
			}
		}
		return err
	})
}

func documentTable(w io.Writer, found []app.DocumentFinding) error {
	repaired := 0
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(found) > 0 {
		fmt.Fprintln(t, "SIDE\tWHERE\tWHAT\tREPAIRED\tDETAIL")
	}
	for _, f := range found {
		done := "no"
		if f.Repaired {
			done = "yes"
			repaired++
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", f.Side, f.Where, f.What, done, f.Detail)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d findings, %d repaired\n", len(found), repaired)
	return err
}
