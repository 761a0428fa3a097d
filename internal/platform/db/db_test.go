package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func insert(tx db.Tx, id string) error {
	_, err := tx.Exec(context.Background(), `INSERT INTO job (id, kind, args, created_at, claim_at) VALUES ($1, 'k', '{}', 1, 1)`, id)
	return err
}

func count(t *testing.T, d db.DB) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM job`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Parameters bind by number on both engines, whatever their order of appearance.
func TestParametersBindByNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		var a, b string
		err := d.QueryRow(t.Context(), `SELECT CAST($2 AS TEXT), CAST($1 AS TEXT)`, "one", "two").Scan(&a, &b)
		if err != nil || a != "two" || b != "one" {
			t.Fatalf("got %q %q, %v", a, b, err)
		}
	})
}

func TestFailedTransactionLeavesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		stop, called := errors.New("stop"), false
		err := d.InTx(t.Context(), func(tx db.Tx) error {
			tx.AfterCommit(func() { called = true })
			if err := insert(tx, "a"); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) || called || count(t, d) != 0 {
			t.Fatalf("err %v, called %v, %d rows", err, called, count(t, d))
		}
	})
}

// Callers who are committed together do not hurt each other: one in three fails, one in three panics.
func TestConcurrentTransactionsAreIndependent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		var wg sync.WaitGroup
		for i := range 90 {
			wg.Go(func() {
				defer func() {
					if v := recover(); (v != nil) != (i%3 == 2) {
						t.Errorf("transaction %d: panic %v", i, v)
					}
				}()
				err := d.InTx(context.Background(), func(tx db.Tx) error {
					if err := insert(tx, fmt.Sprint(i)); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return errors.New("no")
					case 2:
						panic("no")
					}
					return nil
				})
				if (err != nil) != (i%3 == 1) {
					t.Errorf("transaction %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != 30 {
			t.Fatalf("%d rows, want 30", n)
		}
	})
}

func TestIsUnique(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		for i := range 2 {
			err := d.InTx(t.Context(), func(tx db.Tx) error { return insert(tx, "same") })
			if db.IsUnique(err) != (i == 1) {
				t.Fatalf("insert %d: %v", i, err)
			}
		}
	})
}

// A database whose disk has no room left says so, the transaction changes nothing, and it goes on when there is room.
func TestIsFull(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		full, room := `DO $$ BEGIN RAISE disk_full; END $$`, `SELECT 1`
		if d.Dialect() == db.SQLite {
			full, room = `PRAGMA max_page_count = 1`, `PRAGMA max_page_count = 1000000`
		}
		fill := func(first string) error {
			return d.InTx(t.Context(), func(tx db.Tx) error {
				if _, err := tx.Exec(t.Context(), first); err != nil {
					return err
				}
				for i := range 2_000 {
					if err := insert(tx, fmt.Sprint(i, strings.Repeat("-", 100))); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := fill(full); !db.IsFull(err) {
			t.Fatalf("full: %v", err)
		}
		if n := count(t, d); n != 0 {
			t.Fatalf("%d rows", n)
		}
		if err := fill(room); err != nil || db.IsFull(err) {
			t.Fatal(err)
		}
	})
}

// Others on the machine cannot read the database, nor its log, however open the folder is.
func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "cinnabar.db")
	d, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestBigrams(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"江河燃气 3号": "江河 河燃 燃气 3 号",
		"𬭎":       "𬭎",
		"王𠮷":      "王𠮷",
		"ABC-12":  "abc 12",
		"":        "",
	} {
		if got := db.Bigrams(in); got != want {
			t.Errorf("Bigrams(%q) = %q, want %q", in, got, want)
		}
	}
}

// A statement can be run again while its rows are read, and after they were forgotten.
func TestOneStatementTwiceAtATime(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const counting = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n`
	for range 3 {
		err = d.InTx(t.Context(), func(tx db.Tx) error {
			sum := 0
			outer, err := tx.Query(t.Context(), counting)
			if err != nil {
				return err
			}
			for outer.Next() {
				inner, err := tx.Query(t.Context(), counting)
				if err != nil {
					return err
				}
				for inner.Next() {
					sum++
				}
				inner.Close()
				inner.Close()
			}
			if sum != 9 {
				t.Errorf("%d rows of 9", sum)
			}
			_, err = tx.Query(t.Context(), counting) // never closed
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
