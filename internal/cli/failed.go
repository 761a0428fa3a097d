package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"cinnabar/internal/app"
)

// messagesCmd looks after messages that could not be delivered.
type messagesCmd struct {
	List   messagesListCmd   `cmd:"" default:"withargs" help:"List them (when nothing else is said)."`
	Resend messagesResendCmd `cmd:"" help:"Have them tried again for another day."`
}

type messagesListCmd struct{ dataFlags }

func (c *messagesListCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		failed, _, err := a.Messages.Failed(e, "", 0)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "ID\tAT\tCHANNEL\tMESSAGE\tPERSON\tCASE\tPROBLEM")
		for _, m := range failed {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, m.CreatedAt.Format(time.RFC3339), m.Channel, m.Template, m.Person, m.Case, m.Problem)
		}
		return t.Flush()
	})
}

type messagesResendCmd struct {
	dataFlags
	ID  []string `arg:"" optional:"" help:"Messages as they are listed."`
	All bool     `help:"All that are listed."`
}

// Validate wants to be told which, once.
func (c *messagesResendCmd) Validate() error {
	if c.All == (len(c.ID) > 0) {
		return errors.New("name messages, or give --all")
	}
	return nil
}

func (c *messagesResendCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		ids := c.ID
		if c.All {
			failed, _, err := a.Messages.Failed(e, "", 0)
			if err != nil {
				return err
			}
			for _, m := range failed {
				ids = append(ids, m.ID)
			}
		}
		return again(e, ids, func(id string) error { return a.Messages.Resend(e, onThisMachine, id) })
	})
}

// jobsCmd looks after jobs that failed too often.
type jobsCmd struct {
	List  jobsListCmd  `cmd:"" default:"withargs" help:"List them (when nothing else is said)."`
	Retry jobsRetryCmd `cmd:"" help:"Run them again, with a clean slate."`
}

type jobsListCmd struct{ dataFlags }

func (c *jobsListCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		dead, err := a.Queue.Dead(e)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "ID\tAT\tKIND\tTRIES\tERROR")
		for _, j := range dead {
			fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\n", j.ID, j.CreatedAt.Format(time.RFC3339), j.Kind, j.Failures, j.Error)
		}
		return t.Flush()
	})
}

type jobsRetryCmd struct {
	dataFlags
	ID []string `arg:"" help:"Jobs as they are listed."`
}

func (c *jobsRetryCmd) Run(e *env) error {
	return withApp(e, c.dataFlags, func(a *app.App) error {
		return again(e, c.ID, func(id string) error { return a.Queue.Retry(e, id) })
	})
}

// again has each done anew, and says how many were.
func again(e *env, ids []string, do func(id string) error) error {
	for _, id := range ids {
		if err := do(id); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	_, err := fmt.Fprintf(e.out, "%d wait to be tried again; the server does it\n", len(ids))
	return err
}
