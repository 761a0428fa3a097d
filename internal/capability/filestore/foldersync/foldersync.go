// Package foldersync has the names in folders safe on the disk (fsync of the folder, POSIX) for many writers
// at a time.
//
// Guaranteed: Sync returns nil only after an fsync of the folder that began after Sync was called. Those who
// want it of the same folder at the same time share one.
package foldersync

import (
	"errors"
	"os"
	"sync"
)

// Syncer is for the folders below a root. It is safe for use by many goroutines.
type Syncer struct {
	root *os.Root

	lock sync.Mutex
	next map[string]*round // that has not begun yet
	busy map[string]*turn
}

// round is one fsync of a folder for all who joined before it began.
type round struct {
	once sync.Once
	err  error
}

// turn lets one round of a folder run at a time; it is forgotten with its last user.
type turn struct {
	sync.Mutex
	users int
}

// New makes a syncer; root stays its caller's.
func New(root *os.Root) *Syncer {
	return &Syncer{root: root, next: map[string]*round{}, busy: map[string]*turn{}}
}

// Sync has the names in a folder below the root safe on the disk.
func (f *Syncer) Sync(name string) error {
	r, t := f.join(name)
	defer f.leave(name, t)
	t.Lock()
	defer t.Unlock()
	r.once.Do(func() {
		f.lock.Lock()
		delete(f.next, name)
		f.lock.Unlock()
		r.err = f.fsync(name)
	})
	return r.err
}

func (f *Syncer) join(name string) (*round, *turn) {
	f.lock.Lock()
	defer f.lock.Unlock()
	r, t := f.next[name], f.busy[name]
	if r == nil {
		r = &round{}
		f.next[name] = r
	}
	if t == nil {
		t = &turn{}
		f.busy[name] = t
	}
	t.users++
	return r, t
}

func (f *Syncer) leave(name string, t *turn) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if t.users--; t.users == 0 {
		delete(f.busy, name)
	}
}

func (f *Syncer) fsync(name string) error {
	d, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Outside has the names in a folder that is below no root safe on the disk: a root's own name, once it is made.
func Outside(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
