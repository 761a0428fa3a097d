package app

import (
	"context"
	"runtime/debug"
	"time"
)

const giveBackEvery = 20 * time.Second

// giveBack returns to the system what a burst of work left: one check of a seal's password takes 64 MiB for
// a moment, and by itself an idle program would hold it for minutes. One pass takes about 10 ms.
func giveBack(ctx context.Context) error {
	tick := time.NewTicker(giveBackEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			debug.FreeOSMemory()
		case <-ctx.Done():
			return nil
		}
	}
}
