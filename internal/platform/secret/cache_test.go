package secret_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

type movingClock struct{ ms atomic.Int64 }

func (c *movingClock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

// Another replica notices a Forget once what it holds in memory is a minute old.
// Proves PLT-3.
func TestForgetReachesOtherReplicasWithinAMinute_PLT3(t *testing.T) {
	t.Parallel()
	d, file, now := dbtest.SQLite(t), filepath.Join(t.TempDir(), "keys"), &movingClock{}
	v, replica := open(t, d, file), open(t, d, file, secret.WithClock(now))
	a := seal(t, d, v, alice, place, "x")
	if _, err := replica.Open(t.Context(), d, alice, place, a); err != nil {
		t.Fatal(err)
	}
	forget(t, d, v, alice)
	now.ms.Add(time.Minute.Milliseconds())
	if _, err := replica.Open(t.Context(), d, alice, place, a); errs.As(err).Code != "erased" {
		t.Error(err)
	}
}
