package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// folder is the one account's.
type folder string

func (f folder) Get(_ context.Context, name string) (ftpaccount.Account, error) {
	return ftpaccount.Account{Name: name}, nil
}
func (f folder) Dir(ftpaccount.Account) string { return string(f) }

// down is a register whose file server does not answer for one key.
type down struct{ register }

func (d *down) CreateAlone(ctx context.Context, a cinnabar.Actor, key string, n edocument.Draft) (edocument.Made, error) {
	if n.Key == "down" {
		return edocument.Made{}, errs.New(errs.Unavailable, "store-unreachable", "it does not answer")
	}
	return d.register.CreateAlone(ctx, a, key, n)
}

// Whoever sends something is told what it waits for, as long as it does; what nobody names is moved aside with a reason.
// Proves DOC-11.
func TestTheSenderIsToldWhatAFileWaitsFor_DOC11(t *testing.T) {
	t.Parallel()
	dir, d, hand := t.TempDir(), dbtest.SQLite(t), clocktest.At(time.Now())
	s := &Service{
		Deps: Deps{
			DB: d, Clock: hand, Log: slog.New(slog.DiscardHandler), Folders: folder(dir), Files: files(t, d), Documents: &down{register{t: t, made: map[string]edocument.Draft{}}},
			Grace: time.Minute, KeepOrphans: 7 * 24 * time.Hour,
		},
		later: map[string]delay{},
	}
	pass := func(after time.Duration) {
		t.Helper()
		hand.Advance(after)
		must(t, s.empty(t.Context(), edocument.Account{Name: "works"}))
	}
	put := func(name, body string) {
		t.Helper()
		must(t, os.WriteFile(filepath.Join(dir, in, name), []byte(body), 0o600))
	}
	told := func() string {
		t.Helper()
		entries, err := os.ReadDir(filepath.Join(dir, waiting))
		must(t, err)
		var out []string
		for _, e := range entries {
			raw, err := os.ReadFile(filepath.Join(dir, waiting, e.Name()))
			must(t, err)
			var w Waiting
			must(t, json.Unmarshal(raw, &w))
			if w.File+waitingExt != e.Name() || w.Since.IsZero() || (w.Until == nil) != (w.WaitsFor == forRetry) {
				t.Errorf("%s: %s", e.Name(), raw)
			}
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s: %s %s%s", w.File, w.WaitsFor, w.Name, w.Code)))
		}
		return strings.Join(out, ", ")
	}
	const pdf = "%PDF-1.7\n"
	pass(0)
	put("alone.pdf", pdf)
	put("down.json", `{"type":"PO","key":"down","values":{}}`)
	put("first.json", `{"type":"JS","id":"1","file":{"name":"late.pdf","sha256":"`+cinnabar.DigestOf([]byte(pdf)).String()+`","size":9}}`)
	pass(0)
	if got := told(); got != "" {
		t.Errorf("at once it is told %s", got)
	}
	pass(7 * time.Second)
	if got := told(); got != "alone.pdf: manifest, down.json: retry store-unreachable, first.json: file late.pdf" {
		t.Errorf("after some seconds it is told %s", got)
	}
	left, err := s.Left(t.Context(), "works")
	must(t, err)
	if len(left) != 3 || left[0].Since.After(left[2].Since) {
		t.Errorf("left: %+v", left)
	}
	put("late.pdf", pdf)
	pass(7 * time.Second)
	if got := told(); got != "alone.pdf: manifest, down.json: retry store-unreachable" {
		t.Errorf("once the PDF is there it is told %s", got)
	}
	must(t, os.Remove(filepath.Join(dir, in, "down.json")))
	if due, err := s.waits(t.Context(), "works"); err != nil || !due {
		t.Errorf("what was said of a file that is gone stays: %v", err)
	}
	pass(7 * 24 * time.Hour)
	raw, err := os.ReadFile(filepath.Join(dir, refused, "alone.reason.json"))
	must(t, err)
	if _, err := os.Stat(filepath.Join(dir, refused, "alone.pdf")); err != nil || !strings.Contains(string(raw), `"no-manifest"`) || told() != "" {
		t.Errorf("an orphan: %v, %s, told %s", err, raw, told())
	}
	if due, err := s.waits(t.Context(), "works"); err != nil || due || len(s.later) != 0 {
		t.Errorf("an empty inbox is looked at: %v, %v", err, s.later)
	}
}
