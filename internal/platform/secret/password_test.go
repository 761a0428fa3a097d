package secret_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(secret.NewKDF(), []byte("pepper"), secret.SignInCost())
	hash, err := p.Hash(t.Context(), "correct horse battery")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q %v", hash, err)
	}
	if p.Outdated(hash) || !p.Outdated(strings.Replace(hash, "t=2", "t=1", 1)) {
		t.Error("outdated")
	}
	other := secret.NewPasswords(secret.NewKDF(), []byte("another pepper"), secret.SignInCost())
	for _, c := range []struct {
		name           string
		by             *secret.Passwords
		hash, password string
		want           bool
	}{
		{"right", p, hash, "correct horse battery", true},
		{"full-width is the same (NFKC)", p, hash, "ｃｏｒｒｅｃｔ horse battery", true},
		{"wrong", p, hash, "correct horse batterz", false},
		{"empty", p, hash, "", false},
		{"no hash", p, "", "correct horse battery", false},
		{"no hash, no password", p, "", "", false},
		{"other pepper", other, hash, "correct horse battery", false},
		{"endless", p, hash, strings.Repeat("x", 1<<20), false},
	} {
		ok, err := c.by.Verify(t.Context(), c.hash, c.password)
		if err != nil || ok != c.want {
			t.Errorf("%s: %v %v", c.name, ok, err)
		}
	}
	for _, damaged := range []string{"x", "$argon2id$v=19$m=1,t=1,p=1$$", strings.Replace(hash, "m=19456", "m=4000000000", 1)} {
		if ok, err := p.Verify(t.Context(), damaged, "x"); ok || err == nil {
			t.Errorf("damaged hash %q: %v", damaged, ok)
		}
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(secret.NewKDF(), nil, secret.SignInCost())
	for _, c := range []struct{ password, code string }{
		{"", "missing"},
		{"short-one", "too-short"},
		{"长一点的密码十个字", "too-short"},
		{strings.Repeat("long and ", 30), "too-long"},
		{"Password123", "not-allowed"},
		{"aaaaaaaaaaaa", "not-allowed"},
		{"123123123123", "not-allowed"},
		{"12345678901234", "not-allowed"},
		{"zyxwvutsrqponm", "not-allowed"},
		{"my13800138000!", "not-allowed"},
		{"朱砂印泥盖章要两把钥匙", ""},
		{"grau-7-Ginkgo", ""},
	} {
		err := p.Check("/password", c.password, "13800138000", "王")
		got := ""
		if err != nil {
			got = errs.As(err).Fields[0].Code
		}
		if got != c.code {
			t.Errorf("%q: %q, want %q", c.password, got, c.code)
		}
	}
}

// A flood of sign-ins is turned away instead of taking all memory.
func TestKDFTurnsAwayAFlood(t *testing.T) {
	t.Parallel()
	k := secret.NewKDF()
	cost := secret.Cost{MemoryKiB: 8 * 1024, Time: 4, Threads: 1}
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, refused := 0, 0
	for range 200 {
		wg.Go(func() {
			_, err := k.Derive(context.Background(), []byte("p"), secret.NewSalt(), cost)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case errors.Is(err, errs.TooMany):
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done == 0 || refused == 0 || done+refused != 200 {
		t.Errorf("%d done, %d refused", done, refused)
	}
	if _, err := k.Derive(t.Context(), []byte("p"), secret.NewSalt(), cost); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}

func BenchmarkSignInCost(b *testing.B) {
	p := secret.NewPasswords(secret.NewKDF(), nil, secret.SignInCost())
	for b.Loop() {
		if _, err := p.Hash(context.Background(), "correct horse battery"); err != nil {
			b.Fatal(err)
		}
	}
}
