package cli

import (
	"encoding/json"
	"fmt"

	"cinnabar/internal/app"
)

// checkCmd are the audits.
type checkCmd struct {
	All       checkAllCmd       `cmd:"" default:"withargs" help:"Audit timelines, evidence log, files, documents and numbers (when nothing else is said)."`
	Documents checkDocumentsCmd `cmd:"" help:"Compare file servers, main database and index databases of documents, and repair."`
}

// checkAllCmd audits an installation.
type checkAllCmd struct {
	dataFlags
	JSON bool `help:"Print findings as JSON."`
}

func (c *checkAllCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error { return c.audit(e, a) })
}

func (c *checkAllCmd) audit(e *env, a *app.App) error {
	findings, err := a.Check(e)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(e.out).Encode(findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(e.out, "%s: %s: %s\n", f.Audit, f.Where, f.What)
		}
		fmt.Fprintf(e.out, "%d findings\n", len(findings))
		if err := c.waiting(e, a); err != nil {
			return err
		}
	}
	if len(findings) > 0 {
		return errNotRight
	}
	return nil
}

// waiting names what is no fault of the data but wants somebody's attention.
func (c *checkAllCmd) waiting(e *env, a *app.App) error {
	messages, err := a.Messages.CountFailed(e)
	if err != nil {
		return err
	}
	depth, err := a.Queue.Depth(e)
	if messages > 0 {
		fmt.Fprintf(e.out, "%d messages could not be delivered: cinnabar messages\n", messages)
	}
	if depth.Dead > 0 {
		fmt.Fprintf(e.out, "%d jobs were given up: cinnabar jobs\n", depth.Dead)
	}
	return err
}
