package secret_test

import (
	"path/filepath"
	"testing"
	"time"

	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Another replica notices a Forget once what it holds in memory is a minute old.
// Proves PLT-3.
func TestForgetReachesOtherReplicasWithinAMinute_PLT3(t *testing.T) {
	t.Parallel()
	d, file, now := dbtest.SQLite(t), filepath.Join(t.TempDir(), "keys"), clocktest.At(time.Unix(0, 0))
	v, replica := open(t, d, file), open(t, d, file, secret.WithClock(now))
	a := seal(t, d, v, alice, place, "x")
	if _, err := replica.Open(t.Context(), d, alice, place, a); err != nil {
		t.Fatal(err)
	}
	forget(t, d, v, alice)
	now.Advance(time.Minute)
	if _, err := replica.Open(t.Context(), d, alice, place, a); errs.As(err).Code != "erased" {
		t.Error(err)
	}
}
