package app

import (
	"context"
	"runtime/debug"
	"time"
)

const giveBackEvery = 20 * time.Second

// giveBack returns to the system what a burst of work left: the networks of the face engine, and what the
// collector would keep for the next burst (one check of a seal's password takes 64 MiB for a moment). By
// itself an idle program would hold it for minutes. One pass takes about 10 ms.
func (a *App) giveBack(ctx context.Context) error {
	tick := time.NewTicker(giveBackEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if a.faces != nil {
				a.faces.Rest()
			}
			debug.FreeOSMemory()
		case <-ctx.Done():
			return nil
		}
	}
}

// proveAfter lets the first pages go before: the proof takes half a second of a core.
const proveAfter = 5 * time.Second

// proveFaces has the face engine prove itself soon after the start: a fault must not wait for the first
// visitor. It stops nothing else; every face check fails with it.
func (a *App) proveFaces(ctx context.Context) error {
	if a.faces == nil {
		return nil
	}
	select {
	case <-time.After(proveAfter):
	case <-ctx.Done():
		return nil
	}
	if err := a.faces.Prove(); err != nil {
		a.Log.ErrorContext(ctx, "faces cannot be verified", "error", err)
	}
	return nil
}
