package secret

import (
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"

	"cinnabar/internal/platform/clock"
)

const (
	maxCached = 4096        // keys in memory
	maxAge    = time.Minute // how long another replica's Forget may go unnoticed
)

// cache holds opened subject keys for a short while.
type cache struct {
	clock clock.Clock

	mu         sync.Mutex
	keys       map[Subject]cached
	generation uint64 // grows with every forget: a key read before it must not be put after it
}

type cached struct {
	key   tink.AEAD
	until time.Time
}

func newCache(c clock.Clock) *cache {
	return &cache{clock: c, keys: map[Subject]cached{}}
}

// get returns the key, or nil and the generation to give to put.
func (c *cache) get(s Subject) (tink.AEAD, uint64) {
	now := c.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.keys[s]; ok && now.Before(e.until) {
		return e.key, c.generation
	}
	return nil, c.generation
}

func (c *cache) put(s Subject, k tink.AEAD, generation uint64) {
	now := c.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if len(c.keys) >= maxCached {
		clear(c.keys)
	}
	c.keys[s] = cached{key: k, until: now.Add(maxAge)}
}

func (c *cache) forget(s Subject) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	delete(c.keys, s)
}
