package secret_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	alice = secret.Subject("person/alice")
	bob   = secret.Subject("person/bob")
	place = "person.mobile/alice"
)

func open(t *testing.T, d db.DB, file string, opts ...secret.Option) *secret.Vault {
	t.Helper()
	v, err := secret.Open(t.Context(), d, file, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t *testing.T, d db.DB, v *secret.Vault, s secret.Subject, place, plain string) []byte {
	t.Helper()
	var sealed []byte
	err := d.InTx(t.Context(), func(tx db.Tx) (err error) {
		sealed, err = v.Seal(t.Context(), tx, s, place, []byte(plain))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func forget(t *testing.T, d db.DB, v *secret.Vault, s secret.Subject) {
	t.Helper()
	if err := d.InTx(t.Context(), func(tx db.Tx) error { return v.Forget(t.Context(), tx, s) }); err != nil {
		t.Fatal(err)
	}
}

// Proves PLT-3.
func TestSealedDataOpensInItsPlaceOnly_PLT3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		v := open(t, d, filepath.Join(t.TempDir(), "keys"))
		a := seal(t, d, v, alice, place, "13800138000")
		b := seal(t, d, v, bob, "person.mobile/bob", "13900139000")
		if bytes.Contains(a, []byte("13800138000")) {
			t.Error("sealed bytes hold the plain text")
		}
		plain, err := v.Open(t.Context(), d, alice, place, a)
		if err != nil || string(plain) != "13800138000" {
			t.Fatalf("control: %q, %v", plain, err)
		}
		for name, try := range map[string]func() ([]byte, error){
			"another row, same subject": func() ([]byte, error) {
				return v.Open(t.Context(), d, alice, "person.email/alice", a)
			},
			"another subject's value": func() ([]byte, error) { return v.Open(t.Context(), d, alice, place, b) },
			"flipped bit": func() ([]byte, error) {
				c := bytes.Clone(a)
				c[len(c)/2] ^= 1
				return v.Open(t.Context(), d, alice, place, c)
			},
			"empty": func() ([]byte, error) { return v.Open(t.Context(), d, alice, place, nil) },
		} {
			if _, err := try(); errs.As(err).Code != "sealed-elsewhere" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A subject's wrapped key copied into another subject's row opens nothing.
func TestWrappedKeyIsBoundToItsSubject_A15(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		file := filepath.Join(t.TempDir(), "keys")
		v := open(t, d, file)
		a := seal(t, d, v, alice, place, "x")
		seal(t, d, v, bob, place, "x")
		if err := d.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE secret_key SET wrapped =
				(SELECT wrapped FROM secret_key WHERE subject = $1) WHERE subject = $2`, string(alice), string(bob))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		fresh := open(t, d, file)
		if _, err := fresh.Open(t.Context(), d, bob, place, a); errs.As(err).Code != "sealed-elsewhere" {
			t.Errorf("swapped key: %v", err)
		}
		if _, err := fresh.Open(t.Context(), d, alice, place, a); err != nil {
			t.Errorf("control: %v", err)
		}
	})
}

// Proves PLT-3.
func TestForgetErases_PLT3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		v := open(t, d, filepath.Join(t.TempDir(), "keys"))
		a, b := seal(t, d, v, alice, place, "x"), seal(t, d, v, bob, place, "y")
		if _, err := v.Open(t.Context(), d, alice, place, a); err != nil { // now the key is in memory
			t.Fatal(err)
		}
		forget(t, d, v, alice)
		_, err := v.Open(t.Context(), d, alice, place, a)
		if e := errs.As(err); e.Kind != errs.NotFound || e.Code != "erased" {
			t.Errorf("open after forget: %v", err)
		}
		err = d.InTx(t.Context(), func(tx db.Tx) error {
			_, err := v.Seal(t.Context(), tx, alice, place, []byte("z"))
			return err
		})
		if errs.As(err).Code != "erased" {
			t.Errorf("seal after forget: %v", err)
		}
		if _, err := v.Open(t.Context(), d, bob, place, b); err != nil {
			t.Errorf("control: %v", err)
		}
	})
}

func TestForgetThatRollsBackErasesNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	v := open(t, d, filepath.Join(t.TempDir(), "keys"))
	a := seal(t, d, v, alice, place, "x")
	stop := errors.New("stop")
	err := d.InTx(t.Context(), func(tx db.Tx) error { return errors.Join(v.Forget(t.Context(), tx, alice), stop) })
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if _, err := v.Open(t.Context(), d, alice, place, a); err != nil {
		t.Error(err)
	}
}

func TestFirstSealsAtTheSameTimeShareOneKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		v := open(t, d, filepath.Join(t.TempDir(), "keys"))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				a := seal(t, d, v, alice, place, "x")
				if _, err := v.Open(t.Context(), d, alice, place, a); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestIndexAndKeysDifferByPurpose(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	file := filepath.Join(t.TempDir(), "keys")
	v, again := open(t, d, file), open(t, d, file)
	if v.Index("mobile", "1") != again.Index("mobile", "1") || !bytes.Equal(v.Key("a"), again.Key("a")) {
		t.Error("not the same after reopening")
	}
	if v.Index("mobile", "1") == v.Index("email", "1") || v.Index("mobile", "1") == v.Index("mobile", "2") {
		t.Error("index does not tell values or purposes apart")
	}
	if bytes.Equal(v.Key("a"), v.Key("b")) || len(v.Key("a")) != 32 {
		t.Error("keys")
	}
}

func TestKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, file := dbtest.SQLite(t), filepath.Join(t.TempDir(), "sub", "keys")
	open(t, d, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode: %v %v", info, err)
	}
	other := filepath.Join(t.TempDir(), "other")
	open(t, dbtest.SQLite(t), other)
	if _, err := secret.Open(ctx, d, other); err == nil {
		t.Error("another database's key file was accepted")
	}
	if _, err := secret.Open(ctx, d, filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("a new key file was made for a database that has sealed data")
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(ctx, d, file); err == nil {
		t.Error("a world-readable key file was accepted")
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, d, file) // control
}

func TestKeyFileUnderPassphrase(t *testing.T) {
	t.Parallel()
	d, file := dbtest.SQLite(t), filepath.Join(t.TempDir(), "keys")
	pass := secret.WithPassphrase([]byte("correct horse"))
	v := open(t, d, file, pass)
	text, err := os.ReadFile(file)
	if err != nil || bytes.Contains(text, []byte(`"kek"`)) {
		t.Fatalf("the file is in clear: %v", err)
	}
	for _, wrong := range [][]byte{nil, []byte("wrong")} {
		if _, err := secret.Open(t.Context(), d, file, secret.WithPassphrase(wrong)); err == nil {
			t.Errorf("opened with passphrase %q", wrong)
		}
	}
	if open(t, d, file, pass).Index("a", "b") != v.Index("a", "b") {
		t.Error("other keys after reopening")
	}
}

// A key file that was made in clear is encrypted as soon as there is a passphrase, and holds the same keys.
func TestKeyFileIsEncryptedLater(t *testing.T) {
	t.Parallel()
	d, file := dbtest.SQLite(t), filepath.Join(t.TempDir(), "keys")
	v := open(t, d, file)
	pass := secret.WithPassphrase([]byte("correct horse"))
	for range 2 {
		if open(t, d, file, pass).Index("a", "b") != v.Index("a", "b") {
			t.Error("other keys under the passphrase")
		}
	}
	text, err := os.ReadFile(file)
	if err != nil || bytes.Contains(text, []byte(`"kek"`)) || !bytes.Contains(text, []byte(`"kdf"`)) {
		t.Errorf("the file is in clear: %v", err)
	}
	if _, err := secret.Open(t.Context(), d, file); err == nil {
		t.Error("opened without the passphrase")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
