package app

import (
	"context"
	"time"

	"cinnabar/internal/platform/db"
)

const tidyEvery = time.Hour

// tidy deletes what is long over and ends what has expired. Its failures are logged and tried again.
func (a *App) tidy(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		a.tidyOnce(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *App) tidyOnce(ctx context.Context) {
	for name, f := range map[string]func() error{
		"sessions": func() error { return a.Identity.Sweep(ctx) },
		"captures": func() error { return a.Devices.Sweep(ctx) },
		"batches":  func() error { return a.Batches.Sweep(ctx) },
		"webhooks": func() error { return a.Webhooks.Sweep(ctx) },
		"outboxes": func() error { return a.Accounts.Sweep(ctx) },
		"seals":    func() error { return a.Seals.Remind(ctx) },
		"answers":  func() error { return a.Engine.DropOldAnswers(ctx) },
		"ceremonies": func() error {
			return a.DB.InTx(ctx, func(tx db.Tx) error {
				_, err := a.Signing.Expire(ctx, tx)
				return err
			})
		},
		"documents": func() error {
			return a.DB.InTx(ctx, func(tx db.Tx) error {
				_, err := a.Documents.Expire(ctx, tx, 500)
				return err
			})
		},
	} {
		if err := f(); err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "tidying failed", "what", name, "error", err)
		}
	}
}
