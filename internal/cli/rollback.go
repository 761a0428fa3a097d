package cli

import (
	"errors"
	"fmt"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/platform/errs"
)

// rollbackCmd goes on from a restored database that lacks what the kept checkpoints cover (PLT-13).
type rollbackCmd struct {
	dataFlags
	By  string `required:"" help:"Who decides it."`
	Why string `required:"" help:"Why, e.g. which backup was restored."`
}

func (c *rollbackCmd) Run(e *env) error {
	err := withApp(e, c.dataFlags, func(*app.App) error { return nil })
	if err == nil {
		return errors.New("the database is not older than the kept checkpoints: there is nothing to accept")
	}
	if errs.As(err).Code != evidence.CodeNewer {
		return err
	}
	cfg, err := c.config(e)
	if err != nil {
		return err
	}
	cfg.Rollback = &app.Rollback{By: c.By, Why: c.Why}
	a, err := app.New(e, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	_, err = fmt.Fprintln(e.out, "accepted; run cinnabar check, and cinnabar check documents")
	return err
}
