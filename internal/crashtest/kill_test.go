package crashtest_test

import (
	"fmt"
	"testing"
	"time"
)

// perFolder bounds the rounds on one data folder, so that audits stay quick and many first starts are hit.
const perFolder = 25

// Killed at any instant, the program loses nothing that it acknowledged and leaves nothing half done.
// Proves PLT-6.
func TestKilledAtAnyInstant_PLT6(t *testing.T) {
	t.Parallel()
	n := rounds(t, "CINNABAR_KILLS", 200, 6)
	for first := 0; first < n; first += perFolder {
		t.Run(fmt.Sprintf("from round %d", first), func(t *testing.T) {
			t.Parallel()
			p := newParent(t, uint64(time.Now().UnixNano()))
			data := t.TempDir()
			for range min(perFolder, n-first) {
				p.rounds++
				c := p.start(data, false)
				p.live(c)
				p.kill(c)
			}
			p.drain(data)
			p.sum()
		})
	}
}
