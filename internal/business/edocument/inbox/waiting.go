package inbox

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// WaitingSchema is the JSON Schema of what is said of files that wait (draft 2020-12), as published.
//
//go:embed edoc-waiting.json
var WaitingSchema []byte

// Waiting is what the sender is told of a file that is not done yet, by inbox/waiting/NAME.waiting.json, which goes when
// the file does. See WaitingSchema.
type Waiting struct {
	File     string     `json:"file" doc:"Its name in inbox/."`
	WaitsFor string     `json:"waitsFor" enum:"manifest,file,retry,turn" doc:"manifest: that one names it; file: the PDF that it names; retry: what waiting may cure, see code; turn: those before it."`
	Name     string     `json:"name,omitempty" doc:"Of the file that is waited for."`
	Code     string     `json:"code,omitempty"`
	Detail   string     `json:"detail,omitempty"`
	Since    time.Time  `json:"since" doc:"Since when the file lies there."`
	Until    *time.Time `json:"until,omitempty" doc:"When it is refused."`
}

// What a file can wait for.
const (
	forManifest = "manifest"
	forFile     = "file"
	forRetry    = "retry"
	forTurn     = "turn"
)

// tellAfter is how long a file lies there before it is said to wait: most are done sooner.
const tellAfter = 5 * time.Second

const waitingExt = ".waiting.json"

// waitsFor is why a manifest was not done.
func (t *task) waitsFor(err error) Waiting {
	w := Waiting{WaitsFor: forRetry}
	if errors.Is(err, errPatience) {
		w.WaitsFor, w.Name = forFile, t.manifest.File.Name
		return w
	}
	e := errs.As(err)
	if w.Code, w.Detail = e.Code, e.Detail; diskIsFull(err) {
		w.Code, w.Detail = "storage-full", "there is no room left on a disk; it is tried again"
	}
	return w
}

func diskIsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || db.IsFull(err)
}

// tellWaiting says of what is left in an inbox what it waits for, and moves aside what no manifest has named for too
// long. What it says of files that are gone it takes back.
func (s *Service) tellWaiting(ctx context.Context, account string, b *box, why map[string]Waiting) error {
	left, err := b.Left()
	if err != nil {
		return err
	}
	named, err := b.named(left)
	if err != nil {
		return err
	}
	s.forget(account, left)
	told := map[string]bool{}
	for _, f := range left {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		age := s.Clock.Now().Sub(f.ModTime())
		w, known := why[f.Name()]
		if !isManifest(f.Name()) {
			s.rest(account, f.Name(), age)
			w, known = Waiting{WaitsFor: forManifest}, !named[f.Name()]
		}
		switch {
		case age < tellAfter:
		case known && w.WaitsFor == forManifest && age >= s.KeepOrphans:
			s.settled(account, f.Name(), nil)
			err = s.orphan(b, f)
		case known:
			told[f.Name()] = true
			err = b.say(s.dated(w, f))
		default: // as was said before, or it is named by a manifest, of which that is said
			told[f.Name()] = isManifest(f.Name())
		}
		if err != nil {
			return err
		}
	}
	return b.takeBack(told)
}

func (s *Service) dated(w Waiting, f fs.FileInfo) Waiting {
	w.File, w.Since = f.Name(), f.ModTime().UTC().Truncate(time.Second)
	patience := map[string]time.Duration{forManifest: s.KeepOrphans, forFile: s.Grace}[w.WaitsFor]
	if until := w.Since.Add(patience); patience > 0 {
		w.Until = &until
	}
	return w
}

// orphan moves a file aside that no manifest has named, with the reason beside it. The reason comes first: while the
// file is there all is done again.
func (s *Service) orphan(b *box, f fs.FileInfo) error {
	days := int(s.KeepOrphans / (24 * time.Hour))
	body, err := refusal(f.Name(), "", errs.New(errs.Invalid, "no-manifest", "no manifest has named this file within %d days", days).With("days", days)).json()
	if err != nil {
		return err
	}
	name := filestore.CleanName(f.Name())
	if err := b.Put(refused, strings.TrimSuffix(name, path.Ext(name)), ".reason.json", body); err != nil {
		return err
	}
	return b.Move(f.Name(), refused, name)
}

// rest leaves a file alone that is no manifest, until there may be something to say of it.
func (s *Service) rest(account, name string, age time.Duration) {
	wait := maxWait
	if age < tellAfter {
		wait = tellAfter - age
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.later[account+"/"+name] = delay{until: s.Clock.Now().Add(wait)}
}

// forget drops what is remembered of files that are gone.
func (s *Service) forget(account string, left []fs.FileInfo) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for key, d := range s.later {
		name, its := strings.CutPrefix(key, account+"/")
		if its && d.until.Before(s.Clock.Now()) && !slices.ContainsFunc(left, func(f fs.FileInfo) bool { return f.Name() == name }) {
			delete(s.later, key)
		}
	}
}

// Left lists what lies in the inbox of an account and what it waits for, at most 200 files, the oldest first.
func (s *Service) Left(ctx context.Context, account string) ([]Waiting, error) {
	b, err := s.open(ctx, account)
	if err != nil || b == nil {
		return nil, err
	}
	defer b.Close()
	left, err := b.Left()
	slices.SortFunc(left, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	var out []Waiting
	for _, f := range left[:min(len(left), 200)] {
		w := Waiting{WaitsFor: forTurn}
		if raw, err := b.root.ReadFile(path.Join(waiting, f.Name()+waitingExt)); err == nil {
			var said Waiting // the sender may have written something else there
			if json.Unmarshal(raw, &said) == nil && slices.Contains([]string{forManifest, forFile, forRetry}, said.WaitsFor) {
				w = said
			}
		}
		out = append(out, s.dated(w, f))
	}
	return out, err
}

// Left lists the files in the inbox whose names do not deceive.
func (b *box) Left() (out []fs.FileInfo, err error) {
	entries, err := fs.ReadDir(b.root.FS(), in)
	for _, e := range entries {
		if !e.Type().IsRegular() || !plain(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil { // else it is gone
			out = append(out, info)
		}
	}
	return out, err
}

// named are the files that manifests which are left name.
func (b *box) named(left []fs.FileInfo) (map[string]bool, error) {
	out := map[string]bool{}
	for _, f := range left {
		if !isManifest(f.Name()) {
			continue
		}
		raw, _, err := b.Read(f.Name())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if m, err := Read(raw); err == nil && m.File != nil {
			out[m.File.Name] = true
		}
	}
	return out, nil
}

// say writes what a file waits for, in the place of what was said before.
func (b *box) say(w Waiting) error {
	body, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	return b.replace(path.Join(waiting, w.File+waitingExt), append(body, '\n'))
}

// said are the files of which it is said that they wait.
func (b *box) said() (names []string, err error) {
	entries, err := fs.ReadDir(b.root.FS(), waiting)
	for _, e := range entries {
		if name, ours := strings.CutSuffix(e.Name(), waitingExt); ours {
			names = append(names, name)
		}
	}
	return names, err
}

// takeBack removes what is said of files other than these.
func (b *box) takeBack(but map[string]bool) error {
	names, err := b.said()
	for _, name := range names {
		if but[name] {
			continue
		}
		if gone := b.root.Remove(path.Join(waiting, name+waitingExt)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("take back what a file waits for: %w", gone))
		}
	}
	return err
}
